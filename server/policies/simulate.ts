import type { Policy, Verdict } from '../../shared/api/policies.js';
import type { Simulation } from '../../shared/api/policy-endpoints.js';
import { compileExpression } from '../../shared/policy/expression.js';
import { costLimit } from '../../shared/policy/windows.js';
import type { Database, Sql } from '../db.js';
import { decodeCursor, type Position } from '../http/cursor.js';
import type { StoredBatch } from './judge-batch.js';
import { readCommits, readReceipts } from './simulate-items.js';
import { readRepos, readSums } from './simulate-sums.js';
import { Tally } from './tally.js';

/** One part takes no longer than this, give or take a page; whoever asks goes on with its next_cursor. */
const PART_MS = 3_000;

/** A batch that stands for some of what is stored, and what of a policy was found in it. */
export interface Judged {
  batch: StoredBatch;
  verdicts: Verdict[];
}

export interface Page {
  judged: Judged[];
  /** How much of what is stored was looked at. */
  receipts: number;
  commits: number;
  /** Where the next page begins; null: there is none. */
  next: Position | null;
}

/** Reads some of what is stored in a range, from behind a position on, and judges it. */
export type ReadPage = (
  sql: Sql,
  orgId: string,
  policy: Policy,
  range: Range,
  after: Position | undefined,
) => Promise<Page>;

export interface Range {
  /** The beginning of a day, UTC. */
  from: string;
  to: string;
}

/**
 * What a policy would have found in the last days had it been in force: what is stored is judged again as it was when it
 * arrived, page by page, so that memory does not grow with it. Nothing is recorded.
 */
export async function simulate(
  db: Database,
  orgId: string,
  policy: Policy,
  { days, cursor }: { days: number; cursor?: string | undefined },
): Promise<Simulation> {
  const begin = cursor === undefined ? undefined : decodeCursor(cursor, 'body');
  const range = lastDays(days);
  const inForce = { ...policy, id: policy.id ?? NO_ID, enabled: true, valid_from: null, valid_until: null };
  const tally = new Tally(inForce, policy.id, range);
  const started = performance.now();
  const readPage = pageOf(inForce);
  await db.replica.withTenant(orgId, async (sql) => {
    let next: Position | null | undefined = begin;
    do {
      const page: Page = await readPage(sql, orgId, inForce, range, next);
      tally.add(page);
      next = page.next;
    } while (next !== null && performance.now() - started < PART_MS);
  });
  return tally.finish();
}

/** A policy that is not saved is counted like one that is. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** What the rule looks at. */
function pageOf({ rule }: Policy): ReadPage {
  if (costLimit(rule)) return readSums;
  if ('max_ai_percentage' in rule || 'require_receipts' in rule) return readRepos;
  if ('require_review_above' in rule) return readCommits;
  return 'when' in rule && compileExpression(rule.when).subject === 'commit' ? readCommits : readReceipts;
}

/** Today and the days before it. */
function lastDays(days: number): Range {
  const now = new Date();
  const from = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - days + 1);
  return { from: new Date(from).toISOString(), to: now.toISOString() };
}
