import type { RetentionCounts } from '../../shared/api/retention.js';
import type { Sql } from '../db.js';
import { noteReceipts } from '../rollups/deltas.js';
import { instant } from '../time.js';

/** Rows that one transaction removes: batches of the org wait for it. */
export const PORTION = 1000;

export interface Step {
  kind: keyof RetentionCounts;
  limit: 'receipts' | 'prompts' | 'audit';
  /** How many there are. */
  count(sql: Sql, orgId: string, before: string): Promise<number>;
  /** Removes up to PORTION and answers how many. */
  remove(sql: Sql, orgId: string, before: string): Promise<number>;
}

/** In this order: what refers to receipts goes before them. */
export const STEPS: Step[] = [
  {
    kind: 'violations',
    limit: 'receipts',
    count: (sql, orgId, before) =>
      counted(sql`select count(*)::float8 as count from (${oldViolations(sql, orgId, before)}) as o`),
    remove: async (sql, orgId, before) => {
      const { count } = await sql`
        delete from violations where org_id = ${orgId} and id in (${oldViolations(sql, orgId, before)} limit ${PORTION})
      `;
      return count;
    },
  },
  {
    kind: 'receipts',
    limit: 'receipts',
    count: (sql, orgId, before) =>
      counted(sql`select count(*)::float8 as count from (${oldReceipts(sql, orgId, before)}) as o`),
    remove: async (sql, orgId, before) => {
      const rows = await sql<{ id: string }[]>`
        ${oldReceipts(sql, orgId, before)} order by "timestamp", id limit ${PORTION} for update
      `;
      const ids = rows.map(({ id }) => id);
      await noteReceipts(
        sql,
        orgId,
        -1,
        sql`(select * from receipts where org_id = ${orgId} and id = any(${ids}::uuid[])) r`,
      );
      await sql`delete from attributions where org_id = ${orgId} and receipt_id = any(${ids}::uuid[])`;
      await sql`delete from receipt_revisions where org_id = ${orgId} and receipt_id = any(${ids}::uuid[])`;
      await sql`delete from receipts where org_id = ${orgId} and id = any(${ids}::uuid[])`;
      return ids.length;
    },
  },
  {
    kind: 'prompts',
    limit: 'prompts',
    count: (sql, orgId, before) =>
      counted(sql`select count(*)::float8 as count from (${oldPrompts(sql, orgId, before)}) as o`),
    remove: async (sql, orgId, before) => {
      const rows = await sql<{ id: string }[]>`${oldPrompts(sql, orgId, before)} limit ${PORTION} for update`;
      const ids = rows.map(({ id }) => id);
      await sql`update receipts set prompt_summary = null where org_id = ${orgId} and id = any(${ids}::uuid[])`;
      await sql`
        update receipt_revisions set content = content - 'prompt_summary'
        where org_id = ${orgId} and receipt_id = any(${ids}::uuid[]) and part = 'receipt'
      `;
      return ids.length;
    },
  },
  {
    kind: 'audit_details',
    limit: 'audit',
    count: (sql, orgId, before) =>
      counted(sql`select count(*)::float8 as count from (${oldDetails(sql, orgId, before)}) as o`),
    remove: async (sql, orgId, before) => {
      const { count } = await sql`
        delete from audit_details where org_id = ${orgId} and event_id in (${oldDetails(sql, orgId, before)} limit ${PORTION})
      `;
      return count;
    },
  },
];

/** A month's sum is dated by its first day and goes when the month is past. */
const oldViolations = (sql: Sql, orgId: string, before: string) => sql`
  select id from violations
  where org_id = ${orgId} and occurred_at < ${instant(sql, before)}
    and (rule <> 'max_cost_per_month' or occurred_at < ${instant(sql, before)} - interval '1 month')
`;

const oldReceipts = (sql: Sql, orgId: string, before: string) => sql`
  select id from receipts where org_id = ${orgId} and "timestamp" < ${instant(sql, before)}
`;

const oldPrompts = (sql: Sql, orgId: string, before: string) => sql`
  select r.id from receipts r
  where r.org_id = ${orgId} and r."timestamp" < ${instant(sql, before)} and (
    r.prompt_summary is not null or exists (
      select from receipt_revisions v
      where v.org_id = ${orgId} and v.receipt_id = r.id and v.part = 'receipt' and v.content ->> 'prompt_summary' is not null
    )
  )
`;

const oldDetails = (sql: Sql, orgId: string, before: string) => sql`
  select d.event_id from audit_details d
  join audit_events e on e.org_id = ${orgId} and e.id = d.event_id and e.recorded_at < ${instant(sql, before)}
  where d.org_id = ${orgId}
`;

const counted = async (query: Promise<readonly unknown[]>): Promise<number> =>
  ((await query) as readonly { count: number }[])[0]!.count;
