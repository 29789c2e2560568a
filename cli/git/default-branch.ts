import type { SimpleGit } from 'simple-git';
import { askLines, smallQuestions } from './ask.js';
import { noSuchBranch } from './errors.js';
import { listRefs, type Ref } from './refs.js';
import type { Repository } from './repository.js';

export interface Branch {
  /** Short: `main`; `HEAD` when nothing has a name (a detached checkout without branches). */
  name: string;
  /** Where `tip` was read from. */
  ref: string;
  /** Undefined as long as there is no commit. */
  tip: string | undefined;
  /** Only what is checked out says so: in a clone of one branch it may be any. */
  guessed?: true;
}

/**
 * The branch that facts are about: the caller's choice, else what the remote calls its HEAD, else (bare repositories
 * have no other say) our own HEAD, `init.defaultBranch`, `main`, `master`, else the current branch.
 */
export async function findDefaultBranch(repo: Repository, override?: string): Promise<Branch> {
  const git = smallQuestions(repo.gitDir, repo.environment);
  const current = await symbolicTarget(git, 'HEAD', 'refs/heads/');
  if (override !== undefined) {
    const name = withoutPrefix(override, ['refs/heads/', `refs/remotes/${repo.remote}/`]);
    const branch = await firstExisting(repo, git, [name]);
    if (!branch && name !== current) throw noSuchBranch(override);
    return branch ?? unborn(name);
  }
  const remoteBranches = `refs/remotes/${repo.remote}/`;
  const remoteHead = repo.remote && (await symbolicTarget(git, `${remoteBranches}HEAD`, remoteBranches));
  const ownHead = repo.isBare ? current : undefined;
  const branch = await firstExisting(repo, git, [remoteHead, ownHead, repo.initialBranch, 'main', 'master']);
  if (branch) return branch;
  const checkedOut = await firstExisting(repo, git, [current]);
  if (checkedOut) return { ...checkedOut, guessed: true };
  if (current !== undefined) return unborn(current);
  const [tip] = await askLines(git, ['rev-parse', 'HEAD']);
  return { name: 'HEAD', ref: 'HEAD', tip, guessed: true };
}

function unborn(name: string): Branch {
  return { name, ref: `refs/heads/${name}`, tip: undefined };
}

/**
 * The name that a symbolic ref points at. Where there is none (a detached HEAD, a remote added by hand) git fails
 * without words, which simple-git answers with nothing: here that is just what we want.
 */
async function symbolicTarget(git: SimpleGit, ref: string, prefix: string): Promise<string | undefined> {
  const [target] = await askLines(git, ['symbolic-ref', '-q', ref]);
  return target?.startsWith(prefix) ? target.slice(prefix.length) : undefined;
}

async function firstExisting(
  repo: Repository,
  git: SimpleGit,
  names: readonly (string | undefined)[],
): Promise<Branch | undefined> {
  const wanted = names.filter((name) => name !== undefined);
  const local = (name: string) => `refs/heads/${name}`;
  const remote = (name: string) => `refs/remotes/${repo.remote}/${name}`;
  const refs = await listRefs(repo, [...wanted.map(local), ...(repo.remote ? wanted.map(remote) : [])]);
  const find = (name: string) => refs.find((ref) => ref.name === name);
  for (const name of wanted) {
    const ref = await furtherOne(git, find(local(name)), find(remote(name)));
    if (ref) return { name, ref: ref.name, tip: ref.oid };
  }
  return undefined;
}

/**
 * The remote's branch is what everybody else sees, so it decides, unless the local one has all of it: then that is the
 * same branch with commits of ours on top, which are to count when they are made, not when they are pushed. A local
 * branch that lags behind or has diverged says nothing about the default branch.
 */
async function furtherOne(git: SimpleGit, local: Ref | undefined, remote: Ref | undefined): Promise<Ref | undefined> {
  if (!local || !remote || local.oid === remote.oid) return local ?? remote;
  const lacking = await askLines(git, ['rev-list', '--max-count=1', remote.oid, `^${local.oid}`]);
  return lacking.length === 0 ? local : remote;
}

function withoutPrefix(name: string, prefixes: readonly string[]): string {
  const prefix = prefixes.find((candidate) => name.startsWith(candidate));
  return prefix === undefined ? name : name.slice(prefix.length);
}
