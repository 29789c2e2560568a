import type { QueryOf } from '../../shared/api/types.js';
import type { listViolations as Endpoint, ViolationItem } from '../../shared/api/violations.js';
import { timeBound } from '../../shared/validate.js';
import type { Sql } from '../db.js';
import type { Position } from '../http/cursor.js';
import { repoIdOf } from '../receipts/filters.js';
import { instant, utc } from '../time.js';

type Filters = Omit<QueryOf<typeof Endpoint>, 'limit' | 'cursor'>;

interface Row {
  id: string;
  content: object;
}

/** A page of violations, newest first, from behind `after`. */
export async function listViolations(
  sql: Sql,
  orgId: string,
  filters: Filters,
  limit: number,
  after: Position | undefined,
): Promise<ViolationItem[]> {
  const { policy, rule, action, repo, team, person, from, to, acknowledged } = filters;
  const rows = await sql<Row[]>`
    select ${violationColumns(sql)}
    from violations v
    where v.org_id = ${orgId}
      ${policy === undefined ? sql`` : sql`and v.policy_id in (select id from policies where org_id = ${orgId} and (name = ${policy} or id::text = ${policy.toLowerCase()}))`}
      ${rule === undefined ? sql`` : sql`and v.rule = ${rule}`}
      ${action === undefined ? sql`` : sql`and v.action = ${action}`}
      ${repo === undefined ? sql`` : sql`and v.repo_id = ${repoIdOf(sql, orgId, repo)}`}
      ${team === undefined ? sql`` : sql`and v.team = ${team}`}
      ${person === undefined ? sql`` : sql`and v.person in (${person}, ${person.toLowerCase()})`}
      ${from === undefined ? sql`` : sql`and v.occurred_at >= ${instant(sql, timeBound(from, 'from')!)}`}
      ${to === undefined ? sql`` : sql`and v.occurred_at < ${instant(sql, timeBound(to, 'to')!)}`}
      ${acknowledged === undefined ? sql`` : sql`and (v.acknowledged_at is not null) = ${acknowledged}`}
      ${after ? sql`and (v.occurred_at, v.id) < (${instant(sql, after.timestamp)}, ${after.id}::uuid)` : sql``}
    order by v.occurred_at desc, v.id desc
    limit ${limit}
  `;
  return rows.map(toItem);
}

/** Acknowledges a violation, or takes that back. Without a note the one that is there stays. Undefined: there is none. */
export async function acknowledgeViolation(
  sql: Sql,
  orgId: string,
  id: string,
  { acknowledged, note }: { acknowledged: boolean; note?: string | null },
  by: string,
): Promise<ViolationItem | undefined> {
  const [row] = await sql<Row[]>`
    update violations v set
      acknowledged_at = ${acknowledged ? sql`coalesce(v.acknowledged_at, now())` : sql`null`},
      acknowledged_by = ${acknowledged ? by : null}
      ${note === undefined ? sql`` : sql`, note = ${note}`}
    where v.org_id = ${orgId} and v.id = ${id}
    returning ${violationColumns(sql)}
  `;
  return row && toItem(row);
}

export const toItem = ({ content, ...row }: Row) => ({ ...content, ...row }) as ViolationItem;

export const violationColumns = (sql: Sql) => sql`
  v.id, v.content, v.policy_version, v.person, v.team, ${utc(sql, 'v.occurred_at')} as occurred_at,
  ${utc(sql, 'v.found_at')} as found_at, ${utc(sql, 'v.updated_at')} as updated_at,
  ${utc(sql, 'v.acknowledged_at')} as acknowledged_at, v.acknowledged_by, v.note
`;
