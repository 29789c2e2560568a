import type { CloneSettings } from '../../shared/api/settings.js';
import { strictest } from '../../shared/prompt-mode.js';
import type { Access } from '../config/access.js';
import type { Settings } from '../config/settings.js';
import type { Repository } from '../git/repository.js';
import { cursorKey, readCursor } from './state.js';

/** A clone's settings under what its org enforces: the stricter of both on prompts, and files that either ignores. */
export function underOrg<S extends Pick<Settings, 'prompts' | 'ignore'>>(
  settings: S,
  org: CloneSettings | undefined,
): S {
  if (!org) return settings;
  return {
    ...settings,
    prompts: strictest(settings.prompts, org.privacy.prompts),
    ignore: [...settings.ignore, ...org.ignore],
  };
}

/** The same by what the org enforced at the last sync with that server, which is not asked. */
export async function underLastOrg(
  settings: Settings,
  { commonDir }: Repository,
  access: Pick<Access, 'url' | 'key'> | undefined,
): Promise<Settings> {
  if (!access) return settings;
  const cursor = await readCursor(commonDir, cursorKey(access.url.origin, access.key));
  return underOrg(settings, cursor?.org);
}
