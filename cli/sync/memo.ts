/**
 * A sync with nothing new is the most frequent one (it runs after every commit), so it must cost next to nothing: no
 * framework, no schemas, two git processes. The memo is a digest of everything that a sync's outcome depends on. While it is
 * the one that the last complete sync left in the cursor, there is nothing to do. This module imports
 * node's own modules and the git environment only.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gitEnvironment, NEUTRAL_CONFIG } from '../git/environment.js';

const run = promisify(execFile);

export interface MemoPlace {
  /** Absolute, the common one of all worktrees. */
  commonDir: string;
  root: string | undefined;
}

/** Where the clone around a folder is; undefined when there is none, which somebody else will explain. */
export async function findPlace(directory: string): Promise<MemoPlace | undefined> {
  const questions = ['--path-format=absolute', '--is-bare-repository', '--git-common-dir'];
  try {
    const lines = await git(directory, ['rev-parse', ...questions]);
    const [bare, commonDir] = lines.split('\n');
    if (commonDir === undefined || commonDir === '') return undefined;
    if (bare === 'true') return { commonDir, root: undefined };
    const root = (await git(directory, ['rev-parse', '--show-toplevel'])).trim();
    return { commonDir, root };
  } catch {
    return undefined;
  }
}

/**
 * The digest of the refs that count, the settings of all files and the environment. `branch` is the default branch that the
 * last sync found.
 */
export async function computeMemo(place: MemoPlace, branch: string, env: NodeJS.ProcessEnv): Promise<string> {
  const home = env.HOME || homedir();
  const config = env.XDG_CONFIG_HOME || join(home, '.config');
  const files = [
    ...(place.root === undefined ? [] : [join(place.root, '.blameprompt', 'config.toml')]),
    join(config, 'blameprompt', 'config.toml'),
    join(config, 'blameprompt', 'credentials.json'),
    join(place.commonDir, 'config'),
    join(place.commonDir, 'shallow'),
    join(home, '.gitconfig'),
    join(config, 'git', 'config'),
  ];
  const patterns = [...WATCHED, `refs/heads/${branch}`, 'refs/remotes/*/HEAD', `refs/remotes/*/${branch}`];
  const [refs, head, ...contents] = await Promise.all([
    git(place.commonDir, ['for-each-ref', '--format=%(refname) %(objectname) %(symref)', ...patterns]),
    readText(join(place.commonDir, 'HEAD')),
    ...files.map(readText),
  ]);
  const ours = Object.entries(env).filter(([name]) => name.startsWith('BLAMEPROMPT_') || name.startsWith('GIT_CONFIG'));
  return createHash('sha256')
    .update(
      JSON.stringify([MEMO_VERSION, place.commonDir, place.root ?? null, branch, refs, head, contents, ours.sort()]),
    )
    .digest('hex');
}

/**
 * Where records can be, and what `--fetch` brings. All refs below: which of them count is the business of the slow way.
 * symref tells HEADs apart.
 */
export const WATCHED = [
  'refs/notes',
  'refs/blameprompt',
  'refs/ai/authorship',
  'refs/entire',
  'refs/heads/entire/checkpoints',
  'refs/remotes/*/entire/checkpoints',
];

/** Raise it when a sync begins to depend on something else, and with READING_VERSION (plan.ts). */
const MEMO_VERSION = 3;

function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null); // not there: that, too, is a state that a later one can differ from
}

async function git(directory: string, args: string[]): Promise<string> {
  const settings = NEUTRAL_CONFIG.flatMap((setting) => ['-c', setting]);
  const options = { cwd: directory, env: gitEnvironment(), maxBuffer: 64 * 1024 * 1024 };
  return (await run('git', [...settings, ...args], options)).stdout;
}
