import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countLines } from '../../shared/line-set.js';
import type { CommitInfo } from './commits.js';
import { diffCommits } from './diff-tree.js';
import { gitFailed } from './errors.js';
import { commitsWithoutObjects } from './partial-clone.js';
import { type FileChange, type Patch, PatchParser } from './patch-parser.js';
import type { Repository } from './repository.js';

/** What one commit of the default branch did (formats.md, section 4). */
export interface CommitFact extends CommitInfo {
  /** Merges are reported, and count no lines: what they bring was added by the commits they merge. */
  isMerge: boolean;
  /** Sums over `files`. */
  added: number;
  deleted: number;
  files: FileChange[];
  /** The same for commits that make the same patch, see Patch.id; undefined for merges and empty commits. */
  patch: string | undefined;
}

/** The commit is there and its lines can't be counted. */
export interface UnreadableCommit extends CommitInfo {
  isMerge: false;
  reason: string;
}

/**
 * One line of context: without any, git cuts off the common end of both files first, and then finds another, sometimes
 * longer difference than `git log --numstat` shows (34 of 4,287 commits of a real repository).
 *
 * Everything that could change the numbers is said here, not left to configuration: they must be the same on every
 * machine. Renames are found as git does by default: 50 % alike, at most 1000 candidates.
 */
const PATCH = [
  ...['-p', '--unified=1', '--inter-hunk-context=0', '--full-index', '--src-prefix=a/', '--dst-prefix=b/'],
  ...['--find-renames=50%', '-l1000', '--diff-algorithm=myers', '--indent-heuristic'],
  ...['--no-ext-diff', '--no-textconv', '--submodule=short', '--ignore-submodules=none'],
];

/**
 * The facts of commits, in the order given, with two processes however many they are. Lines are counted against the
 * first parent, of a root commit against nothing. `commits` is called again for a partial clone, which is looked through
 * more than once.
 */
export async function* factsOf(
  repo: Repository,
  commits: () => Iterable<CommitInfo> | AsyncIterable<CommitInfo>,
  isIgnored?: (path: string) => boolean,
): AsyncGenerator<CommitFact | UnreadableCommit> {
  const unreadable = await unreadableCommits(repo, commits);
  const diffs = diffCommits(repo, commits(), {
    format: PATCH,
    skip: unreadable,
    newParser: () => new PatchParser(),
  });
  for await (const diff of diffs) {
    const reason = 'reason' in diff ? diff.reason : unreadable.get(diff.commit.oid);
    if (reason !== undefined) yield { ...diff.commit, isMerge: false, reason };
    else if ('answer' in diff) yield fact(diff.commit, diff.answer, isIgnored);
  }
}

function fact(
  commit: CommitInfo,
  { id, files }: Patch,
  isIgnored: (path: string) => boolean = () => false,
): CommitFact {
  const counted = files.filter((file) => !isIgnored(file.path));
  return {
    ...commit,
    isMerge: commit.parents.length > 1,
    added: counted.reduce((sum, file) => sum + countLines(file.added), 0),
    deleted: counted.reduce((sum, file) => sum + file.deleted, 0),
    files: counted,
    patch: id,
  };
}

/** Commits that cannot be compared with their parents in this clone, with the reason. */
export async function unreadableCommits(
  repo: Repository,
  commits: () => Iterable<CommitInfo> | AsyncIterable<CommitInfo>,
): Promise<Map<string, string>> {
  const unreadable = await cutOffCommits(repo);
  if (!repo.isPartial) return unreadable;
  return new Map([...unreadable, ...(await commitsWithoutObjects(repo, commits, unreadable))]);
}

/** At the border of a shallow clone git shows commits without their parents: all of the tree would seem to be added. */
async function cutOffCommits(repo: Repository): Promise<Map<string, string>> {
  if (!repo.isShallow) return new Map();
  const list = await readFile(join(repo.commonDir, 'shallow'), 'latin1').catch((cause) => {
    throw gitFailed('shallow', 'the list of cut-off commits can not be read', cause);
  });
  const oids = list.split('\n').filter((oid) => oid !== '');
  return new Map(oids.map((oid) => [oid, 'the history before it is not in this shallow clone']));
}
