import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { gitEnvironment } from './environment.js';
import { gitFailed } from './errors.js';
import type { Repository } from './repository.js';

const run = promisify(execFile);

/** Where git looks for a clone's hooks. */
export interface HooksFolder {
  /** Absolute; it need not exist. */
  path: string;
  /** Who set `core.hooksPath`: `local`, `worktree`, `global`, `system`, `command`; undefined: nobody. */
  setBy: string | undefined;
  /** In the work tree and not ignored: what is written there will be committed sooner or later. */
  isCommitted: boolean;
  /** The folder `.husky`, when `path` is the one below it that husky fills anew with each of its installs. */
  husky: string | undefined;
}

/** Finds it as git does: `core.hooksPath`, linked worktrees and all. */
export async function findHooksFolder({ root = '', ...repository }: Repository): Promise<HooksFolder> {
  const cwd = root || repository.gitDir;
  const path = (await git(cwd, ['rev-parse', '--path-format=absolute', '--git-path', 'hooks'])) ?? '';
  const setting = await git(cwd, ['config', '--show-scope', '--get', 'core.hooksPath'], 1);
  const inTree = root !== '' && isBelow(root, path) && !isBelow(repository.commonDir, path);
  const isHusky = basename(path) === '_' && existsSync(join(path, 'h'));
  return {
    path,
    setBy: setting?.split('\t')[0],
    isCommitted: inTree && (await git(cwd, ['check-ignore', '--quiet', join(path, 'pre-commit')], 1)) === undefined,
    husky: isHusky ? join(path, '..') : undefined,
  };
}

const isBelow = (folder: string, path: string) => path.startsWith(folder + sep);

/** `init.templateDir` of the user's own configuration, where git takes a new clone's hooks from. */
export const findTemplateFolder = (cwd: string) =>
  git(cwd, ['config', '--global', '--path', '--get', 'init.templateDir'], 1);

export async function setTemplateFolder(cwd: string, path: string | undefined): Promise<void> {
  const change = path === undefined ? ['--unset', 'init.templateDir'] : ['init.templateDir', path];
  await git(cwd, ['config', '--global', ...change]);
}

/** `user.email` of those who commit here. */
export const userEmail = ({ root, gitDir }: Repository) => git(root ?? gitDir, ['config', '--get', 'user.email'], 1);

/** Without the settings that our other git processes get: one of those is core.hooksPath. Undefined: it ended with code `no`. */
async function git(cwd: string, args: string[], no?: number): Promise<string | undefined> {
  try {
    return (await run('git', args, { cwd, env: gitEnvironment() })).stdout.replace(/\n$/, '');
  } catch (cause) {
    const { code, stderr } = cause as { code?: number; stderr?: string };
    if (code === no) return undefined;
    throw gitFailed(args[0]!, stderr ?? '', cause);
  }
}
