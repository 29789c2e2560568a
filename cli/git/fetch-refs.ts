import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NEUTRAL_CONFIG } from './environment.js';
import { gitFailed } from './errors.js';
import type { Repository } from './repository.js';

const run = promisify(execFile);

/** What may carry a fetch. `ext::` and other helpers, which run programs that a URL names, may not. */
const PROTOCOLS = 'https:http:ssh:git:file';
const TIMEOUT_MS = 10 * 60_000;

/**
 * Fetches refs of the remote into refs of our own: `wanted` names ours by the remote's. The user's own refs and FETCH_HEAD
 * are not touched, nothing is merged or pushed; our copies are overwritten.
 * Asks no questions: where git would need a password and no helper gives it, it fails.
 */
export async function fetchRefs(repo: Repository, wanted: ReadonlyMap<string, string>): Promise<void> {
  if (repo.remote === undefined) return;
  const listing = await git(repo, ['ls-remote', '--refs', repo.remote, ...wanted.keys()]);
  const offered = listing
    .split('\n')
    .map((line) => line.split('\t')[1] ?? '')
    .filter((ref) => wanted.has(ref));
  if (offered.length === 0) return;
  const refspecs = offered.map((ref) => `+${ref}:${wanted.get(ref)}`);
  // --no-filter: a partial clone would get the notes without their texts. --refmap=: else git moves refs/remotes/ along.
  const options = [
    '--refmap=',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    '--no-auto-maintenance',
    '--no-filter',
    '--quiet',
  ];
  await git(repo, ['fetch', ...options, repo.remote, ...refspecs]);
}

async function git(repo: Repository, args: string[]): Promise<string> {
  const settings = NEUTRAL_CONFIG.flatMap((setting) => ['-c', setting]);
  try {
    const { stdout } = await run('git', [...settings, ...args], {
      cwd: repo.gitDir,
      env: { ...repo.environment, GIT_ALLOW_PROTOCOL: PROTOCOLS, ...sshCommand() },
      timeout: TIMEOUT_MS,
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout;
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    throw gitFailed(args[0]!, withoutPasswords(stderr || message), cause);
  }
}

/** Git repeats the remote's URL in its messages, and that may hold a password. */
function withoutPasswords(text: string): string {
  return text.replace(/(\w+:\/\/)[^\s/@]*@/g, '$1');
}

/** How the user reaches the remote by ssh; the environment of our other git processes drops it, since they reach nothing. */
function sshCommand(): Record<string, string> {
  const { GIT_SSH_COMMAND, GIT_SSH } = process.env;
  return { ...(GIT_SSH_COMMAND && { GIT_SSH_COMMAND }), ...(GIT_SSH && { GIT_SSH }) };
}
