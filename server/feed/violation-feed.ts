import type { ViolationItem } from '../../shared/api/violations.js';
import type { Sql } from '../db.js';
import { toItem, violationColumns } from '../policies/violations.js';

/** Violations that get their number in one transaction. */
const PORTION = 1000;

/**
 * Numbers violations that have none, and answers the number that the next one will get. It is called by whoever reads the
 * feed; an org in which nobody does has no numbers. Rows that a sync is about to change are passed over and numbered the next time.
 */
export async function numberViolations(sql: Sql, orgId: string): Promise<number> {
  await sql`insert into violation_heads (org_id) values (${orgId}) on conflict do nothing`;
  const [head] = await sql<{ size: number }[]>`
    select size::float8 as size from violation_heads where org_id = ${orgId} for update
  `;
  let size = head!.size;
  for (;;) {
    const { count } = await sql`
      with fresh as materialized (
        select id, found_at from violations where org_id = ${orgId} and seq is null
        order by found_at, id limit ${PORTION} for update skip locked
      ), numbered as (
        select id, ${size}::bigint + row_number() over (order by found_at, id) - 1 as seq from fresh
      )
      update violations v set seq = n.seq from numbered n where v.org_id = ${orgId} and v.id = n.id
    `;
    size += count;
    if (count < PORTION) break;
  }
  if (size > head!.size) await sql`update violation_heads set size = ${size} where org_id = ${orgId}`;
  return size;
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
