import type { EvaluatedCommit, Verdict } from '../../shared/api/policies.js';
import type { Receipt } from '../../shared/api/receipts.js';
import { countLines, formatLines } from '../../shared/line-set.js';
import type { Change } from '../../shared/policy/input.js';
import type { Settings } from '../config/settings.js';
import type { CommitInfo } from '../git/commits.js';
import { walkHistory } from '../git/history.js';
import type { Repository } from '../git/repository.js';
import { knownCommits, resolveCommit } from '../git/revisions.js';
import { commitFact } from '../sync/commit-fact.js';
import { type CountedCommit, countCommits } from '../sync/count-commits.js';
import type { AiLines } from '../sync/count-lines.js';
import { readRecords } from '../sync/read-records.js';
import { findPlaces, listRecords, pickRecords, type SkippedRecord } from '../sync/records.js';
import { repositoryName } from '../sync/repository-name.js';
import { GatheredReceipts } from './gathered-receipts.js';

/** The commits to judge: those of `head` that no `base` contains. Both are revisions. */
export interface CommitRange {
  /** One, or several as a push has them. Oids of commits that are not here exclude nothing. */
  base: string | readonly string[];
  head: string;
}

export interface JudgedCommit extends EvaluatedCommit {
  aiBy: AiLines[];
}

/** A range of commits, what notes say of them, and the verdict on that. */
export interface Judged {
  verdict: Verdict;
  /** Normalised name of the repository. */
  repo: string;
  /** Oids. */
  base: string[];
  head: string;
  /** Oldest first, merges included: these have no lines. */
  commits: JudgedCommit[];
  receipts: Receipt[];
  /** Notes of these commits that cannot be read. */
  skippedNotes: SkippedRecord[];
  /** Commits whose lines cannot be counted: rules on lines know nothing of them. */
  unreadable: { commit: string; reason: string }[];
}

/**
 * Judges exactly the commits of a pull request or a push: reachable from the head and from no base. Commits that the base
 * gained since the branch left it are in neither. `judge` gets them as one change, with the receipts of all their notes;
 * it is the evaluator, or a server that is asked. What is generated or vendored, the base says: the attributes of
 * the head are part of what is judged.
 *
 * Throws GitError when a revision is none.
 */
export async function judgeCommits(
  repository: Repository,
  settings: Settings,
  range: CommitRange,
  judge: (change: Change) => Promise<Verdict> | Verdict,
): Promise<Judged> {
  const head = await resolveCommit(repository, range.head);
  const base = await knownCommits(repository, typeof range.base === 'string' ? [range.base] : range.base);
  const repo = repositoryName(repository, settings);
  const infos = new Map<string, CommitInfo>();
  for await (const commit of walkHistory(repository, { tip: head, exclude: base })) infos.set(commit.oid, commit);

  const { only } = settings;
  const places = await findPlaces(repository, { name: range.head, ref: range.head, tip: head }, only);
  // A checkpoint's lines are those of the first commit that names it, which may be one of the base.
  const revisions = places.checkpoints.length > 0 ? [head] : [head, ...base.map((oid) => `^${oid}`)];
  const records = await listRecords(repository, places, only, revisions);
  const isCounted = (commit: string) => infos.has(commit);
  const receipts = new GatheredReceipts();
  const read = await readRecords(repository, places, pickRecords(records, isCounted), {
    ...{ name: repo, prompts: 'none', only, isCounted },
    onReceipt: async (receipt) => receipts.add(receipt),
  });
  const commits: JudgedCommit[] = [];
  const unreadable: Judged['unreadable'] = [];
  const counting = { tip: base[0] ?? head, ignore: settings.ignore, trailers: settings.trailers && ('all' as const) };
  for await (const counted of countCommits(repository, infos, read.spoken, counting)) {
    if (counted.reason !== undefined) unreadable.push({ commit: counted.commit.oid, reason: counted.reason });
    commits.push({ ...evaluated(counted), aiBy: counted.aiBy });
  }
  commits.reverse(); // git tells the newest first
  const change: Change = {
    repo,
    teams: settings.team === undefined ? [] : [settings.team],
    now: new Date().toISOString(),
    receipts: receipts.all(),
    commits,
  };
  const verdict = await judge(change);
  return {
    verdict,
    repo,
    base,
    head,
    commits,
    receipts: receipts.all(),
    skippedNotes: read.notes.skipped.filter(({ commit }) => infos.has(commit)),
    unreadable,
  };
}

/** Files are told only where all AI lines have a place: else the evaluator looks at what receipts account for. */
function evaluated(counted: CountedCommit): EvaluatedCommit {
  const placed = counted.aiFiles.reduce((sum, { ai }) => sum + countLines(ai), 0);
  const isPlaced = counted.isMerge || placed === counted.lines?.ai;
  const { commit, author_name, author_email, is_merge, has_receipts, lines } = commitFact(counted);
  return {
    commit,
    author_name: author_name ?? null,
    author_email: author_email ?? null,
    is_merge: is_merge ?? false,
    has_receipts: has_receipts ?? false,
    ai_involved: counted.involved.length > 0,
    lines: lines ?? null,
    files: isPlaced ? counted.aiFiles.map(({ path, added, ai }) => ({ path, added, ai: formatLines(ai) })) : null,
  };
}
