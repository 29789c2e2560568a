import { CliError, Exit } from '../errors.js';
import { GitError } from '../git/errors.js';
import { mergeBase } from '../git/history.js';
import type { Repository } from '../git/repository.js';
import { resolveCommit } from '../git/revisions.js';
import { findPullRequest } from './ci.js';

/** Both sides of a pull request, as oids. */
export interface PullRange {
  base: string;
  head: string;
  /** Where the head left the base; undefined when they have no common history. */
  mergeBase: string | undefined;
}

/**
 * Finds the two sides: as named, else as the CI system says. What is not in the clone although it should be is no usage
 * error but "could not evaluate" (exit code 4), with what to do about it; so is a shallow clone that ends before the
 * point where both sides meet, since all of the base's history would then seem to be the change.
 */
export async function findRange(
  repository: Repository,
  named: { base: string | undefined; head: string | undefined },
  env: NodeJS.ProcessEnv,
): Promise<PullRange> {
  const remote = repository.remote ?? 'origin';
  const pull = await findPullRequest(env, remote);
  const isFound = named.base === undefined;
  if (isFound && !pull) {
    throw new CliError(
      'no_base',
      'Name the branch that the change goes to: --base origin/main. In a pull request of GitHub, GitLab, Bitbucket, Azure or Jenkins it is found by itself.',
    );
  }
  const candidates = isFound ? pull!.bases : [named.base!, `refs/remotes/${remote}/${named.base}`];
  const base = await firstCommit(repository, candidates);
  if (base === undefined) {
    if (!isFound && !repository.isShallow) await resolveCommit(repository, named.base!); // throws: it is no revision
    throw notInClone(`The base ${named.base ?? candidates[0]} is`, repository);
  }
  const headName = named.head ?? pull?.head ?? 'HEAD';
  const head = await firstCommit(repository, [headName]);
  if (head === undefined) {
    if (headName !== pull?.head && !repository.isShallow) await resolveCommit(repository, headName);
    throw notInClone(`The head ${headName} is`, repository);
  }
  const meeting = await mergeBase(repository, base, head);
  if (meeting === undefined && repository.isShallow) {
    throw notInClone('The point where the head left the base is', repository);
  }
  return { base, head, mergeBase: meeting };
}

async function firstCommit(repository: Repository, revisions: readonly string[]): Promise<string | undefined> {
  for (const revision of revisions) {
    try {
      return await resolveCommit(repository, revision);
    } catch (error) {
      if (!(error instanceof GitError && error.code === 'no-such-revision')) throw error;
    }
  }
  return undefined;
}

/** History that the clone lacks. */
export function notInClone(what: string, { isShallow }: Repository): CliError {
  const next = isShallow
    ? 'This clone is shallow. Fetch all of the history: on GitHub set "fetch-depth: 0" for actions/checkout, on GitLab set GIT_DEPTH to "0", elsewhere run "git fetch --unshallow".'
    : 'Fetch it first: "git fetch origin".';
  return new CliError('not_in_clone', `${what} not in this clone, so the change cannot be judged. ${next}`, {
    exitCode: Exit.unreachable,
  });
}
