import type { AuditItem } from '../../shared/api/audit.js';
import type { LogEntry } from '../../shared/audit/verify.js';
import { timeBound } from '../../shared/validate.js';
import type { Sql } from '../db.js';
import type { Position } from '../http/cursor.js';
import { instant, utc } from '../time.js';

export interface AuditFilters {
  action?: string | undefined;
  actor?: string | undefined;
  target?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** A page of events, newest first, from behind `after`. */
export async function listEvents(
  sql: Sql,
  orgId: string,
  { action, actor, target, from, to }: AuditFilters,
  limit: number,
  after: Position | undefined,
): Promise<AuditItem[]> {
  return sql<AuditItem[]>`
    select e.id, l.seq::float8 as seq,
      ${utc(sql, 'e.recorded_at')} as recorded_at, e.action,
      jsonb_build_object(
        'type', p.event #> '{actor,type}', 'id', p.event #> '{actor,id}', 'name', p.detail -> 'actor_name'
      ) as actor,
      p.event ->> 'request_id' as request_id, p.detail ->> 'ip' as ip, p.event -> 'target' as target,
      p.detail -> 'before' as before, p.detail -> 'after' as after
    from audit_events e
    left join audit_log l on l.org_id = ${orgId} and l.event_id = e.id
    left join audit_details d on d.org_id = ${orgId} and d.event_id = e.id
    cross join lateral (select e.event::jsonb as event, d.detail::jsonb as detail) as p
    where e.org_id = ${orgId}
      ${action === undefined ? sql`` : sql`and e.action = ${action}`}
      ${actor === undefined ? sql`` : sql`and e.actor = ${actor}`}
      ${target === undefined ? sql`` : sql`and e.target = ${target}`}
      ${from === undefined ? sql`` : sql`and e.recorded_at >= ${instant(sql, timeBound(from, 'from')!)}`}
      ${to === undefined ? sql`` : sql`and e.recorded_at < ${instant(sql, timeBound(to, 'to')!)}`}
      ${after ? sql`and (e.recorded_at, e.id) < (${instant(sql, after.timestamp)}, ${after.id}::uuid)` : sql``}
    order by e.recorded_at desc, e.id desc
    limit ${limit}
  `;
}

/** Entries of the log by number, from `start` on. */
export async function listEntries(sql: Sql, orgId: string, start: number, limit: number): Promise<LogEntry[]> {
  return sql<LogEntry[]>`
    select l.seq::float8 as seq, e.event, d.salt, d.detail
    from audit_log l
    join audit_events e on e.org_id = ${orgId} and e.id = l.event_id
    left join audit_details d on d.org_id = ${orgId} and d.event_id = l.event_id
    where l.org_id = ${orgId} and l.seq >= ${start}
    order by l.seq
    limit ${limit}
  `;
}

/** The number of a sequenced event. */
export async function findSeq(sql: Sql, orgId: string, eventId: string): Promise<number | undefined> {
  const [row] = await sql<{ seq: number }[]>`
    select seq::float8 as seq from audit_log where org_id = ${orgId} and event_id = ${eventId}
  `;
  return row?.seq;
}

export async function findCheckpoint(
  sql: Sql,
  orgId: string,
): Promise<{ size: number; checkpoint: string } | undefined> {
  const [row] = await sql<{ size: number; checkpoint: string }[]>`
    select size::float8 as size, checkpoint from audit_checkpoints where org_id = ${orgId} order by size desc limit 1
  `;
  return row;
}
