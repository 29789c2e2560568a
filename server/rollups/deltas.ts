import type { Fragment, Sql } from '../db.js';
import { countedFacts, each, receiptFacts } from './measures.js';

/** Before a change takes them away, -1; after it, 1. */
export type Sign = 1 | -1;

/**
 * Notes that receipts came (1) or are about to change or go (-1), in the transaction that does it. A change is one call before
 * and one after. `rows` is what stands behind `from`, the receipts as `r`.
 */
export async function noteReceipts(sql: Sql, orgId: string, sign: Sign, rows: Fragment): Promise<void> {
  await sql`${receiptDeltas(sql, orgId, sign, rows)}`;
}

/** The statement of `noteReceipts`, for use beside the one that changes them. */
export const receiptDeltas = (sql: Sql, orgId: string, sign: Sign, rows: Fragment) =>
  insertDeltas(sql, orgId, sign, receiptFacts(sql, rows));

/** As `noteReceipts`, for commits, as `c`. */
export async function noteCommits(sql: Sql, orgId: string, sign: Sign, rows: Fragment): Promise<void> {
  await sql`${commitDeltas(sql, orgId, sign, rows)}`;
}

/** The statement of `noteCommits`. */
export const commitDeltas = (sql: Sql, orgId: string, sign: Sign, rows: Fragment) =>
  insertDeltas(sql, orgId, sign, countedFacts(sql, rows));

const insertDeltas = (sql: Sql, orgId: string, sign: Sign, facts: Fragment) => sql`
  insert into rollup_deltas (org_id, at, repo, person, team, kind, ${each(sql, '$')})
  select ${orgId}, at, repo, person, team, kind, ${each(sql, sign === 1 ? 'sum($)' : '-sum($)')}
  from (${facts}) as f
  group by at, repo, person, team, kind
`;
