import { askLines, smallQuestions } from './ask.js';
import { type CommitInfo, decodeText } from './commits.js';
import { isGitFailure } from './errors.js';
import { readGit } from './process.js';
import { LF, records } from './records.js';
import type { Repository } from './repository.js';

/** Where tracking starts: a repository's first annotated default-branch commit (formats.md, section 4). */
export interface TrackingStart {
  oid: string;
  committedAt: number;
}

export interface Reachable {
  /** The annotated commits that are on the branch. */
  onBranch: Set<string>;
  /** Undefined when none is. It can move back when older commits get notes. */
  start: TrackingStart | undefined;
}

/**
 * Which of the annotated commits the tip contains, and the oldest of them: the last in an order where no parent comes
 * before its children, so that no annotated commit is an ancestor of the start.
 *
 *     1772017356 0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1
 */
export async function reachable(
  repo: Repository,
  tip: string | undefined,
  annotated: ReadonlySet<string>,
): Promise<Reachable> {
  const onBranch = new Set<string>();
  let start: TrackingStart | undefined;
  if (annotated.size === 0 || tip === undefined) return { onBranch, start };
  for await (const batch of records(readGit(repo, ['rev-list', '--date-order', '--timestamp', tip, '--']), LF)) {
    for (const line of batch) {
      const space = line.indexOf(0x20);
      const oid = line.toString('latin1', space + 1);
      if (!annotated.has(oid)) continue;
      onBranch.add(oid);
      // The least time and not the start's own, so that a wrong clock can't put annotated commits before the start.
      const time = Number(line.toString('latin1', 0, space));
      start = { oid, committedAt: Math.min(time, start?.committedAt ?? time) };
    }
  }
  return { onBranch, start };
}

/** Commits that were on the branch at `oldTip` and are not at `newTip` (a forced push); undefined if that can't be told any more. */
export async function lostCommits(repo: Repository, oldTip: string, newTip: string): Promise<string[] | undefined> {
  const lost: string[] = [];
  try {
    for await (const batch of records(readGit(repo, ['rev-list', oldTip, `^${newTip}`, '--']), LF)) {
      for (const line of batch) lost.push(line.toString('latin1'));
    }
  } catch (error) {
    if (!isGitFailure(error)) throw error;
    return undefined;
  }
  return lost;
}

/** The best commit that both contain; undefined when there is none, or none in this clone. */
export async function mergeBase(repo: Repository, a: string, b: string): Promise<string | undefined> {
  // It fails without words when there is none, which is told here as an empty answer.
  const [oid] = await askLines(smallQuestions(repo.gitDir, repo.environment), ['merge-base', a, b]);
  return oid;
}

export interface HistoryRange {
  tip: string;
  /** Tips whose commits are known already. One that is gone excludes nothing. */
  exclude?: readonly string[];
  start?: TrackingStart;
  /** Unix seconds: nothing that was committed earlier. Where clocks were wrong, git may stop early. */
  since?: number;
}

const FORMAT = '--format=%H%x00%T%x00%P%x00%ct%x00%at%x00%an%x00%ae';

/**
 * The commits of a range with what they say about themselves, newest first: git can give that order at once, while the
 * other way round it would have to hold the whole history first.
 *
 * Commits before the start are left out: its ancestors, and whatever was committed earlier and merged in later. The rule
 * looks at the commit alone, so that one sync of everything and many small ones agree.
 */
export async function* walkHistory(repo: Repository, range: HistoryRange): AsyncGenerator<CommitInfo> {
  const { tip, exclude = [], start, since = 0 } = range;
  const not = exclude.map((oid) => `^${oid}`);
  const age = since > 0 ? [`--max-age=${since}`] : [];
  const args = [
    'rev-list',
    '--ignore-missing',
    FORMAT,
    ...age,
    tip,
    ...not,
    ...(start ? [`^${start.oid}^@`] : []),
    '--',
  ];
  for await (const batch of records(readGit(repo, args), LF)) {
    for (const line of batch) {
      const commit = parseLine(line);
      if (commit && commit.committedAt >= (start?.committedAt ?? 0)) yield commit;
    }
  }
}

/**
 *     commit 0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1
 *     0d9ce9e0b9a0b5a0c4a4d1c3f3b6b1f5a6a3c9d1\0<tree>\0<parents>\0001772017356\0001772017356\0Ada Example\0ada@example.com
 */
function parseLine(line: Buffer): CommitInfo | undefined {
  const [oid = '', tree = '', parents = '', committed, authored, name = '', email = ''] = decodeText(line).split('\0');
  if (committed === undefined) return undefined;
  return {
    oid,
    tree,
    parents: parents === '' ? [] : parents.split(' '),
    committedAt: Number(committed) || 0,
    authoredAt: Number(authored) || 0,
    authorName: name,
    authorEmail: email,
  };
}
