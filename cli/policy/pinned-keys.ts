import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userFolder } from '../config/files.js';

/** The key that a server signs policy bundles with, as in SignedBundle. */
export interface PolicyKey {
  key_id: string;
  public_key: string;
}

/** Beside the user's own configuration: a repository cannot name a key. */
const keysFile = (env: NodeJS.ProcessEnv) => join(userFolder(env), 'policy-keys.json');

/** The key that was pinned for a server (its origin): at login, else when its first bundle came. */
export async function pinnedKey(env: NodeJS.ProcessEnv, origin: string): Promise<PolicyKey | undefined> {
  const keys = await readKeys(env);
  return Object.hasOwn(keys, origin) ? keys[origin] : undefined;
}

export async function pinKey(env: NodeJS.ProcessEnv, origin: string, { key_id, public_key }: PolicyKey): Promise<void> {
  const keys = { ...(await readKeys(env)), [origin]: { key_id, public_key } };
  const path = keysFile(env);
  await mkdir(userFolder(env), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.${process.pid}.tmp`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.${process.pid}.tmp`, path);
}

async function readKeys(env: NodeJS.ProcessEnv): Promise<Record<string, PolicyKey>> {
  try {
    return JSON.parse(await readFile(keysFile(env), 'utf8')) ?? {};
  } catch {
    return {}; // none yet, or damaged: the next bundle or login pins anew
  }
}
