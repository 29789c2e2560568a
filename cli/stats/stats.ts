import { isBot } from '../../shared/bots.js';
import { percentage } from '../../shared/percentage.js';
import type { Settings } from '../config/settings.js';
import type { CommitInfo } from '../git/commits.js';
import { findDefaultBranch } from '../git/default-branch.js';
import { reachable, walkHistory } from '../git/history.js';
import type { Repository } from '../git/repository.js';
import { resolveRange } from '../git/revisions.js';
import { type CountedCommit, countCommits } from '../sync/count-commits.js';
import type { CountedLines } from '../sync/count-lines.js';
import { findRewritten } from '../sync/find-rewritten.js';
import { readRecords } from '../sync/read-records.js';
import { commitsOf, findPlaces, listRecords, pickRecords } from '../sync/records.js';
import { repositoryName } from '../sync/repository-name.js';

/** The `--json` shape that scripts rely on (design.md). */
export interface Stats {
  range: string;
  /** Non-merge commits of the range. */
  commits: number;
  commits_with_receipts: number;
  /** Without receipts, but the message says that AI took part. */
  commits_with_ai_trailers: number;
  /** The author is a program; these are among all others. */
  commits_by_bots: number;
  merges: number;
  lines: CountedLines & { added_by_bots: number };
  ai_code_percentage: number | null;
  coverage_percentage: number | null;
  by_tool: { tool: string | null; lines: number }[];
  by_model: { model: string | null; lines: number }[];
  unreadable: { commit: string; reason: string }[];
}

/**
 * Counts lines and receipts of a commit or a range in this clone, with no server. Without a range it is the default
 * branch since tracking start, which is what the server counts.
 */
export async function computeStats(
  repository: Repository,
  settings: Settings,
  range: string | undefined,
): Promise<Stats> {
  const branch = await findDefaultBranch(repository, settings.defaultBranch);
  const wanted = range === undefined ? undefined : await resolveRange(repository, range);
  const places = await findPlaces(repository, branch, settings.only);
  const records = await listRecords(repository, places, settings.only, [branch.tip, wanted?.tip]);
  const commits = new Map<string, CommitInfo>();
  const recorded = commitsOf(records);
  const { onBranch, start } = await reachable(repository, branch.tip, recorded);
  let described = range ?? `${branch.name} (nothing is tracked yet)`;
  if (wanted !== undefined) {
    for await (const commit of walkHistory(repository, wanted)) commits.set(commit.oid, commit);
  } else if (branch.tip !== undefined && start) {
    described = `${branch.name} since ${start.oid.slice(0, 12)}`;
    for await (const commit of walkHistory(repository, { tip: branch.tip, start })) commits.set(commit.oid, commit);
  }
  const beside = [...recorded].filter((oid) => !onBranch.has(oid) && !commits.has(oid));
  const { origins } = await findRewritten(repository, { beside, commits });
  const isCounted = (commit: string) => commits.has(commit) || origins.has(commit);
  const { spoken } = await readRecords(repository, places, pickRecords(records, isCounted), {
    name: repositoryName(repository, settings),
    prompts: 'none',
    only: settings.only,
    isCounted,
  });
  const sums = new StatsSums(described);
  const tip = branch.tip ?? [...commits.keys()][0] ?? '';
  for await (const counted of countCommits(repository, commits, spoken, {
    tip,
    ignore: settings.ignore,
    trailers: settings.trailers,
    origins,
  })) {
    if (counted.reason !== undefined) sums.addUnreadable(counted.commit.oid, counted.reason);
    else if (counted.lines === null) sums.addMerge();
    else sums.add({ ...counted, lines: counted.lines });
  }
  return sums.result();
}

class StatsSums {
  readonly #range: string;
  readonly #lines: CountedLines = { added: 0, deleted: 0, ai: 0, human: 0, unknown: 0 };
  readonly #tools = new Map<string | null, number>();
  readonly #models = new Map<string | null, number>();
  readonly #unreadable: Stats['unreadable'] = [];
  #commits = 0;
  #merges = 0;
  #withReceipts = 0;
  #withTrailers = 0;
  #byBots = 0;
  #addedByBots = 0;

  constructor(range: string) {
    this.#range = range;
  }

  add({ commit, lines, aiBy, said, involved }: CountedCommit & { lines: CountedLines }): void {
    this.#commits++;
    if (isBot({ name: commit.authorName, email: commit.authorEmail })) {
      this.#byBots++;
      this.#addedByBots += lines.added;
    }
    if (said?.hasReceipts) this.#withReceipts++;
    else if (involved.length > 0) this.#withTrailers++;
    for (const name of Object.keys(lines) as (keyof CountedLines)[]) this.#lines[name] += lines[name];
    for (const { tool, model, lines: count } of aiBy) {
      this.#tools.set(tool, (this.#tools.get(tool) ?? 0) + count);
      this.#models.set(model, (this.#models.get(model) ?? 0) + count);
    }
  }

  addMerge(): void {
    this.#merges++;
  }

  addUnreadable(commit: string, reason: string): void {
    this.#unreadable.push({ commit, reason });
  }

  result(): Stats {
    const byLines = (map: Map<string | null, number>) => [...map].sort((a, b) => b[1] - a[1]);
    return {
      range: this.#range,
      commits: this.#commits,
      commits_with_receipts: this.#withReceipts,
      commits_with_ai_trailers: this.#withTrailers,
      commits_by_bots: this.#byBots,
      merges: this.#merges,
      lines: { ...this.#lines, added_by_bots: this.#addedByBots },
      ai_code_percentage: percentage(this.#lines.ai, this.#lines.added),
      coverage_percentage: percentage(this.#withReceipts, this.#commits),
      by_tool: byLines(this.#tools).map(([tool, lines]) => ({ tool, lines })),
      by_model: byLines(this.#models).map(([model, lines]) => ({ model, lines })),
      unreadable: this.#unreadable,
    };
  }
}
