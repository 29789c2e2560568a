export type GitErrorCode =
  | 'git-missing'
  | 'git-too-old'
  | 'not-a-repository'
  | 'unsafe-repository'
  | 'no-such-branch'
  | 'no-such-revision'
  | 'git-failed';

/** What went wrong with git, in words for people: `message` says what, `next` says what to do about it. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly code: GitErrorCode;
  readonly next: string;

  constructor(code: GitErrorCode, message: string, next: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.next = next;
  }
}

/** Whether git itself failed: where objects may be missing or damaged, some callers can go on without the answer. */
export function isGitFailure(error: unknown): boolean {
  return error instanceof GitError && error.code === 'git-failed';
}

export function gitMissing(cause?: unknown): GitError {
  return new GitError('git-missing', 'git could not be started', 'Install git 2.31 or newer and put it on PATH', cause);
}

export function gitTooOld(): GitError {
  return new GitError('git-too-old', 'this git is older than 2.31', 'Install git 2.31 or newer and put it on PATH');
}

export function notARepository(path: string, cause?: unknown): GitError {
  return new GitError(
    'not-a-repository',
    `${path} is not inside a git repository`,
    'Run the command inside a repository, or name the path of one',
    cause,
  );
}

export function noSuchBranch(name: string): GitError {
  return new GitError(
    'no-such-branch',
    `there is no branch "${name}" here, neither a local one nor one of the remote`,
    'Name an existing branch, or fetch it first',
  );
}

/** `what` names the git command; `stderr` is git's own explanation, where it gave one. */
export function gitFailed(what: string, stderr: string, cause?: unknown): GitError {
  const said = stderr.trim();
  return new GitError(
    'git-failed',
    `git ${what} failed${said === '' ? '' : `: ${said}`}`,
    'Run "git fsck" in the repository; if it finds nothing, report this message',
    cause,
  );
}

/**
 * Turns what git says on the way into a repository into one of our errors (LC_ALL=C, so the words are stable):
 *
 *     fatal: not a git repository (or any of the parent directories): .git
 *     fatal: detected dubious ownership in repository at '/srv/app'
 *     fatal: cannot use bare repository '/srv/app.git' (safe.bareRepository is 'explicit')
 */
export function openingFailed(path: string, stderr: string, cause: unknown): GitError {
  if (/\bENOENT\b/.test(stderr)) return gitMissing(cause);
  if (/not a git repository/i.test(stderr)) return notARepository(path, cause);
  const unsafe = (next: string) =>
    new GitError('unsafe-repository', `git does not trust the repository at ${path}`, next, cause);
  if (/dubious ownership/.test(stderr)) {
    return unsafe(`If you trust it: git config --global --add safe.directory '${path}'`);
  }
  if (/safe\.bareRepository/i.test(stderr)) {
    return unsafe('If you trust it: git config --global safe.bareRepository all');
  }
  return gitFailed('rev-parse', stderr, cause);
}
