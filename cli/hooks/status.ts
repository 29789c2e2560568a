import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findHooksFolder } from '../git/hooks-folder.js';
import type { Repository } from '../git/repository.js';
import { readBundle } from '../policy/cached-bundle.js';
import { inspect } from './hook-file.js';
import { type HookReport, placeOf } from './install.js';
import { logFile } from './run/log.js';
import { stateFolder } from './state-folder.js';
import { HOOKS } from './templates.js';

export type HookState = Awaited<ReturnType<typeof inspect>> | 'off in this clone';

export interface HooksStatus {
  folder: string;
  hooks: HookReport<HookState>[];
  /** True when every hook is in place and on. */
  installed: boolean;
  /** What checks judge by; null when there are no policies here, `reason` when those here cannot be used. */
  policies: { count: number; org: string; not_after: string; expired: boolean } | { reason: string } | null;
  log: { path: string; last: string | null };
}

/** What is installed now, and what it works with. */
export async function hooksStatus(repository: Repository, env: NodeJS.ProcessEnv): Promise<HooksStatus> {
  const folder = await findHooksFolder(repository);
  const state = stateFolder(repository);
  const hooks: HooksStatus['hooks'] = [];
  for (const hook of HOOKS) {
    const place = await placeOf({ path: join(folder.path, hook), hook, husky: false }, folder);
    const found = await inspect(place);
    const isOn = await access(join(state, 'hooks', `${hook}.sh`)).then(
      () => true,
      () => false, // not there: our part of a shared file does nothing here
    );
    hooks.push({ hook, path: place.path, state: found === 'installed' && !isOn ? 'off in this clone' : found });
  }
  return {
    folder: folder.path,
    hooks,
    installed: hooks.every(({ state }) => state === 'installed'),
    policies: await policiesOf(state, env),
    log: { path: logFile(state), last: await lastLine(logFile(state)) },
  };
}

async function policiesOf(state: string, env: NodeJS.ProcessEnv): Promise<HooksStatus['policies']> {
  const found = await readBundle(state, env);
  if (!found) return null;
  if ('reason' in found) return found;
  const { policies, org, not_after } = found.bundle;
  return { count: policies.length, org, not_after, expired: Date.parse(not_after) <= Date.now() };
}

async function lastLine(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').at(-1) || null;
}
