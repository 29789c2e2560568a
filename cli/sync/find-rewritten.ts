import { type ChangedPaths, changedPaths } from '../git/changed-paths.js';
import { type CommitInfo, commitInfo } from '../git/commits.js';
import { type HistoryRange, walkHistory } from '../git/history.js';
import type { Repository } from '../git/repository.js';
import { canBecome, isLater, writtenAt } from './rewrites.js';

/** Of more annotated commits beside the branch, the newest: a clone of that many is busy with other things than old ones. */
const MAX_ORIGINS = 20_000;

/** An annotated commit beside the branch that one of the counted commits may have been made from. */
export interface Origin {
  commit: CommitInfo;
  /** A counted commit that changes the same contents in the same way: its patch is this one's, which need not be read. */
  twin: string | undefined;
}

export interface Rewritten {
  /** By oid, the newest first. */
  origins: Map<string, Origin>;
  /** Commits of the branch, counted before, that an origin which is new may have become. */
  recount: CommitInfo[];
}

interface Search {
  /** Annotated commits that are not on the branch; most of them may not be in this clone. */
  beside: Iterable<string>;
  /** Commits of the branch that are to be counted now. */
  commits: ReadonlyMap<string, CommitInfo>;
  /** Of `beside`, those that are new or whose notes are, and where in the branch's history to look for what became of them. */
  fresh?: { commits: ReadonlySet<string>; range: HistoryRange };
}

/**
 * Finds which annotated commits may have been rewritten (rebased, amended, cherry-picked, squashed alone) into which commits of
 * the branch: those that change the same paths. Whether their patches are equal is found out while lines are counted. Only
 * trees are read, and only what is new is looked for, so the work grows with that and with the number of annotated
 * commits beside the branch (measured: 1,539 of them, 0.2 s).
 */
export async function findRewritten(repository: Repository, { beside, commits, fresh }: Search): Promise<Rewritten> {
  // Where history is cut off, nobody knows what is on the branch.
  const annotated = repository.isShallow ? [] : await presentCommits(repository, beside);
  const unseen = annotated.filter(({ oid }) => fresh?.commits.has(oid));
  const earlier = fresh ? await commitsSince(repository, unseen, fresh.range) : [];
  const uncounted = earlier.filter(({ oid }) => !commits.has(oid));
  const found = await changesOf(repository, annotated, [...commits.values(), ...uncounted]);
  const pathsOf = ({ oid }: CommitInfo) => found.get(oid)?.paths;
  const contentsOf = ({ oid }: CommitInfo) => found.get(oid)?.contents;

  const oldest = best(unseen, pathsOf, (a, b) => writtenAt(a) < writtenAt(b));
  const recount = uncounted.filter((commit) => canBecome(oldest.get(pathsOf(commit)), commit));
  const targets = [...commits.values(), ...recount];
  const byPaths = best(targets, pathsOf, isLater);
  const byContents = best(targets, contentsOf, isLater);
  const origins = annotated
    .filter((commit) => canBecome(commit, byPaths.get(pathsOf(commit))))
    .map((commit) => {
      const twin = byContents.get(contentsOf(commit));
      return { commit, twin: canBecome(commit, twin) ? twin?.oid : undefined };
    });
  return { origins: new Map(origins.map((origin) => [origin.commit.oid, origin])), recount };
}

/** What commits change, by oid; not of merges, and of those that cannot be compared here. */
async function changesOf(
  repository: Repository,
  origins: readonly CommitInfo[],
  targets: readonly CommitInfo[],
): Promise<Map<string, ChangedPaths>> {
  const changes = new Map<string, ChangedPaths>();
  if (origins.length === 0 || targets.length === 0) return changes;
  for await (const change of changedPaths(repository, [...origins, ...targets])) changes.set(change.commit, change);
  return changes;
}

/** Of the commits with one key the one that no other is better than. */
function best(
  commits: readonly CommitInfo[],
  keyOf: (commit: CommitInfo) => string | undefined,
  isBetter: (a: CommitInfo, b: CommitInfo) => boolean,
): Map<string | undefined, CommitInfo> {
  const found = new Map<string | undefined, CommitInfo>();
  for (const commit of commits) {
    const key = keyOf(commit);
    const before = found.get(key);
    if (key !== undefined && (!before || isBetter(commit, before))) found.set(key, commit);
  }
  return found;
}

/** Those of the commits that are here and no merges, the newest first. */
async function presentCommits(repository: Repository, oids: Iterable<string>): Promise<CommitInfo[]> {
  const present: CommitInfo[] = [];
  for await (const commit of commitInfo(repository, oids)) {
    if (!('missing' in commit) && commit.parents.length < 2) present.push(commit);
  }
  return present.sort((a, b) => b.committedAt - a.committedAt || (a.oid < b.oid ? -1 : 1)).slice(0, MAX_ORIGINS);
}

/** Commits of the branch since the first of these was written. */
async function commitsSince(
  repository: Repository,
  origins: readonly CommitInfo[],
  range: HistoryRange,
): Promise<CommitInfo[]> {
  if (origins.length === 0) return [];
  const since = origins.reduce((time, origin) => Math.min(time, writtenAt(origin)), Number.MAX_SAFE_INTEGER);
  const commits: CommitInfo[] = [];
  for await (const commit of walkHistory(repository, { ...range, since })) commits.push(commit);
  return commits;
}
