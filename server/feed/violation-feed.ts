import type { ViolationItem } from '../../shared/api/violations.js';
import type { Sql } from '../db.js';
import { toItem, violationColumns } from '../policies/violations.js';

/** Violations that get their number in one transaction: a sync that changes one of them waits for it. */
const PORTION = 1000;

/**
 * Numbers violations that have none; true when there are more. It is called by whoever reads the feed; an org in which nobody
 * does has no numbers. Rows that a sync is about to change are passed over and numbered the next time.
 */
export async function numberViolations(sql: Sql, orgId: string): Promise<boolean> {
  await sql`insert into violation_heads (org_id) values (${orgId}) on conflict do nothing`;
  const [head] = await sql<{ size: number }[]>`
    select size::float8 as size from violation_heads where org_id = ${orgId} for update
  `;
  const { count } = await sql`
    with fresh as materialized (
      select id, found_at from violations where org_id = ${orgId} and seq is null
      order by found_at, id limit ${PORTION} for update skip locked
    ), numbered as (
      select id, ${head!.size}::bigint + row_number() over (order by found_at, id) - 1 as seq from fresh
    )
    update violations v set seq = n.seq from numbered n where v.org_id = ${orgId} and v.id = n.id
  `;
  if (count > 0) await sql`update violation_heads set size = size + ${count} where org_id = ${orgId}`;
  return count === PORTION;
}

/** The number that the next violation will get. */
export async function violationFeedEnd(sql: Sql, orgId: string): Promise<number> {
  const [row] = await sql<{ size: number }[]>`
    select size::float8 as size from violation_heads where org_id = ${orgId}
  `;
  return row?.size ?? 0;
}

/** Violations from the number `start` on, as they are now. */
export async function readViolationFeed(
  sql: Sql,
  orgId: string,
  start: number,
  limit: number,
): Promise<(ViolationItem & { seq: number })[]> {
  const rows = await sql<{ id: string; content: object; seq: number }[]>`
    select ${violationColumns(sql)}, v.seq::float8 as seq
    from violations v
    where v.org_id = ${orgId} and v.seq >= ${start}
    order by v.seq
    limit ${limit}
  `;
  return rows.map((row) => toItem(row) as ViolationItem & { seq: number });
}
