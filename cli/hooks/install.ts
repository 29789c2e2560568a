import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliError } from '../errors.js';
import { findHooksFolder, type HooksFolder } from '../git/hooks-folder.js';
import type { Repository } from '../git/repository.js';
import { type HookFile, type Installed, inspect, installInto, type Removed, removeFrom } from './hook-file.js';
import { stateFolder } from './state-folder.js';
import { HOOKS, type Hook, scriptFor } from './templates.js';

export interface HookReport<State> {
  hook: Hook;
  path: string;
  state: State;
}

export interface Report<State> {
  folder: string;
  hooks: HookReport<State>[];
  /** What the user should know about this folder. */
  remarks: string[];
}

/**
 * Installs in the folder that git looks in. Files there get a few lines; what these run is in the clone's git directory, so
 * that a folder which several clones or people share does nothing in those that did not ask for it.
 * `shared`: with husky, in `.husky/` itself, which a team commits.
 */
export async function installHooks(repository: Repository, { shared = false } = {}): Promise<Report<Installed>> {
  const folder = await usableFolder(repository);
  await writeScripts(stateFolder(repository));
  if (shared && !folder.husky) {
    throw new CliError(
      'no_husky',
      `--shared is for husky, which this clone does not use: its hooks are in ${folder.path}.`,
    );
  }
  const chosen = shared ? folder.husky! : folder.path;
  const hooks = await eachHook(chosen, shared, async (file) => installInto(await placeOf(file, folder)));
  // Never twice: what husky generates runs what the team commits.
  if (shared) await eachHook(folder.path, false, removeFrom);
  return { folder: chosen, hooks, remarks: remarksOn(folder, shared) };
}

/** Takes our part out of every file and the scripts out of the clone. */
export async function uninstallHooks(repository: Repository): Promise<Report<Removed>> {
  const folder = await findHooksFolder(repository);
  if (folder.husky) await eachHook(folder.husky, true, removeFrom);
  await eachHook(folder.path, false, (file) => removeFrom(legacyOf(file)));
  const hooks = await eachHook(folder.path, false, removeFrom);
  const state = stateFolder(repository);
  for (const name of ['hooks', 'bundle.json', 'problem', 'failed']) {
    await rm(join(state, name), { recursive: true, force: true });
  }
  const elsewhere = isElsewhere(folder)
    ? [`${folder.path} serves other clones, too: the hooks are off there as well`]
    : [];
  return { folder: folder.path, hooks, remarks: elsewhere };
}

/** Writes what the hooks run, with the paths of this node and this program. */
export async function writeScripts(state: string): Promise<void> {
  const folder = join(state, 'hooks');
  await mkdir(folder, { recursive: true });
  for (const hook of HOOKS) {
    const path = join(folder, `${hook}.sh`);
    await writeFile(`${path}.tmp`, scriptFor(hook));
    await rename(`${path}.tmp`, path);
  }
  await rm(join(state, 'failed'), { force: true });
}

async function usableFolder(repository: Repository): Promise<HooksFolder> {
  if (repository.isBare) {
    throw new CliError(
      'bare_repository',
      'Nobody commits in a bare repository. For a git server see pre-receive in docs/hooks.md.',
    );
  }
  const folder = await findHooksFolder(repository);
  if (folder.path === '/dev/null') {
    throw new CliError(
      'hooks_disabled',
      'core.hooksPath = /dev/null switches all hooks off here. Unset it, then install again.',
    );
  }
  return folder;
}

/** Does the same with the file of each hook in a folder. */
export async function eachHook<State>(folder: string, husky: boolean, act: (file: HookFile) => Promise<State>) {
  const reports: HookReport<State>[] = [];
  for (const hook of HOOKS) {
    const path = join(folder, hook);
    reports.push({ hook, path, state: await act({ path, hook, husky }) });
  }
  return reports;
}

/**
 * Where a hook's part is now, else where it belongs. pre-commit (the framework) moves a hook that it finds to `<hook>.legacy` and
 * runs it from there, and husky runs what a team committed: in either place it is as good.
 */
export async function placeOf(file: HookFile, { husky }: HooksFolder): Promise<HookFile> {
  const committed = husky === undefined ? [] : [{ ...file, path: join(husky, file.hook), husky: true }];
  for (const place of [file, legacyOf(file), ...committed]) if ((await inspect(place)) !== 'absent') return place;
  return file;
}

const legacyOf = (file: HookFile): HookFile => ({ ...file, path: `${file.path}.legacy` });

const isElsewhere = ({ setBy }: HooksFolder) => setBy !== undefined && setBy !== 'local' && setBy !== 'worktree';

function remarksOn(folder: HooksFolder, shared: boolean): string[] {
  if (shared)
    return [`commit ${folder.husky}: the hooks do nothing for colleagues until they run blameprompt enterprise init`];
  if (folder.husky) {
    return [
      `husky writes ${folder.path} anew whenever it is installed, and our part is gone then: install again, or use --shared to put it into ${dirname(folder.path)}, for the team to commit`,
    ];
  }
  if (folder.isCommitted)
    return [
      `${folder.path} is in the work tree: what was written there can be committed, and does nothing in clones that did not install it`,
    ];
  if (isElsewhere(folder))
    return [`core.hooksPath is set for all your clones: the hooks do nothing in those where you do not install them`];
  return [];
}
