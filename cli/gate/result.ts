import type { Verdict, Violation } from '../../shared/api/policies.js';
import type { Receipt } from '../../shared/api/receipts.js';
import { percentage } from '../../shared/percentage.js';
import type { Judged, JudgedCommit } from '../policy/judge-commits.js';
import type { CountedLines } from '../sync/count-lines.js';
import type { SkippedRecord } from '../sync/records.js';
import type { Location } from './locate.js';

export type LocatedViolation = Violation & {
  /** Where it is in the head; null when nothing of the change can be pointed at. */
  location: Location | null;
};

/** Receipts by where their cost comes from; `usd` is null when no cost is known. */
export interface Cost {
  usd: number | null;
  recorded: number;
  estimated: number;
  unknown: number;
  /** Of a recorder that is known to have counted tokens wrong. */
  suspect: number;
}

/** The `--json` shape that scripts rely on (design.md), and what every format is printed from. */
export interface GateResult {
  verdict: Verdict['verdict'];
  repo: string | null;
  /** Oids; null when the range could not be found. */
  base: string | null;
  head: string | null;
  /** The server, or the policy file and which version of it. */
  policies: string | null;
  /** Merges are commits of the change, and count no lines. */
  commits: number;
  merges: number;
  commits_with_receipts: number;
  /** Without receipts, but the message says that AI took part. */
  commits_with_ai_trailers: number;
  coverage_percentage: number | null;
  receipts: number;
  lines: CountedLines;
  ai_code_percentage: number | null;
  by_tool: { tool: string | null; lines: number }[];
  by_model: { model: string | null; lines: number }[];
  cost: Cost;
  /** Files and lines that the head differs from the merge base in, however many commits it took. */
  diff: { files: number; added: number; deleted: number } | null;
  violations: LocatedViolation[];
  exempted: Verdict['exempted'];
  not_evaluated: Verdict['not_evaluated'];
  /** Notes of these commits that cannot be read. */
  skipped_notes: SkippedRecord[];
  /** Commits whose lines cannot be counted. */
  unreadable: Judged['unreadable'];
  /** What whoever reads the verdict should know, in sentences. */
  notices: string[];
  /** Why nothing could be judged. */
  error?: { code: string; message: string };
  duration_ms: number;
}

/** What there is to say when nothing could be judged. */
export function failedResult(error: { code: string; message: string }, duration_ms: number): GateResult {
  return {
    ...{ verdict: 'error', repo: null, base: null, head: null, policies: null, diff: null },
    ...summary([], []),
    ...{ violations: [], exempted: [], not_evaluated: [], skipped_notes: [], unreadable: [], notices: [] },
    error,
    duration_ms,
  };
}

/** The numbers of a change. */
export function summary(commits: readonly JudgedCommit[], receipts: readonly Receipt[]) {
  const lines: CountedLines = { added: 0, deleted: 0, ai: 0, human: 0, unknown: 0 };
  for (const commit of commits) {
    for (const name of Object.keys(lines) as (keyof CountedLines)[]) lines[name] += commit.lines?.[name] ?? 0;
  }
  const written = commits.filter(({ is_merge }) => !is_merge);
  const withReceipts = written.filter(({ has_receipts }) => has_receipts).length;
  return {
    commits: commits.length,
    merges: commits.length - written.length,
    commits_with_receipts: withReceipts,
    commits_with_ai_trailers: written.filter(({ has_receipts, ai_involved }) => !has_receipts && ai_involved).length,
    coverage_percentage: percentage(withReceipts, written.length),
    receipts: new Set(receipts.map(({ id }) => id)).size,
    lines,
    ai_code_percentage: percentage(lines.ai, lines.added),
    by_tool: linesBy(commits, ({ tool }) => tool).map(([tool, count]) => ({ tool, lines: count })),
    by_model: linesBy(commits, ({ model }) => model).map(([model, count]) => ({ model, lines: count })),
    cost: sumCost(receipts),
  };
}

function linesBy(commits: readonly JudgedCommit[], name: (by: JudgedCommit['aiBy'][number]) => string | null) {
  const sums = new Map<string | null, number>();
  for (const by of commits.flatMap(({ aiBy }) => aiBy)) sums.set(name(by), (sums.get(name(by)) ?? 0) + by.lines);
  return [...sums].sort((a, b) => b[1] - a[1]);
}

/** A session with several models is there several times, its cost with the first. */
function sumCost(receipts: readonly Receipt[]): Cost {
  const cost: Cost = { usd: null, recorded: 0, estimated: 0, unknown: 0, suspect: 0 };
  const seen = new Set<string>();
  for (const { id, cost_usd, cost_basis, tokens_suspect } of receipts) {
    if (seen.has(id)) continue;
    seen.add(id);
    if (tokens_suspect) cost.suspect++;
    if (cost_usd == null) cost.unknown++;
    else {
      cost.usd = (cost.usd ?? 0) + cost_usd;
      cost[cost_basis === 'estimated' ? 'estimated' : 'recorded']++;
    }
  }
  return cost;
}
