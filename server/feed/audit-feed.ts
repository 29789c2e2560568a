import type { AuditItem } from '../../shared/api/audit.js';
import type { Sql } from '../db.js';
import { utc } from '../time.js';

/** An event for others. What was before and after is null where both together are longer than MAX_DETAIL. */
export type FedEvent = AuditItem & { seq: number; truncated: boolean };

/** Characters of a detail that go out. Some hold all of an org's prices; SIEMs and receivers of webhooks take small messages. */
const MAX_DETAIL = 16_384;

/** Signed events of the audit log, in its order, from the number `start` on. */
export async function readAuditFeed(sql: Sql, orgId: string, start: number, limit: number): Promise<FedEvent[]> {
  return sql<FedEvent[]>`
    select e.id, l.seq::float8 as seq, ${utc(sql, 'e.recorded_at')} as recorded_at, e.action,
      jsonb_build_object(
        'type', e.event::jsonb #> '{actor,type}', 'id', e.event::jsonb #> '{actor,id}', 'name', p.detail -> 'actor_name'
      ) as actor,
      e.event::jsonb ->> 'request_id' as request_id, p.detail ->> 'ip' as ip, e.event::jsonb -> 'target' as target,
      case when p.fits then p.detail -> 'before' end as before, case when p.fits then p.detail -> 'after' end as after,
      not coalesce(p.fits, true) as truncated
    from audit_log l
    join audit_events e on e.org_id = ${orgId} and e.id = l.event_id
    left join audit_details d on d.org_id = ${orgId} and d.event_id = l.event_id
    cross join lateral (select d.detail::jsonb as detail, length(d.detail) <= ${MAX_DETAIL} as fits) as p
    where l.org_id = ${orgId} and l.seq >= ${start}
    order by l.seq
    limit ${limit}
  `;
}

/** The number that the next event of the log will get. */
export async function auditFeedEnd(sql: Sql, orgId: string): Promise<number> {
  const [row] = await sql<{ size: number }[]>`select size::float8 as size from audit_heads where org_id = ${orgId}`;
  return row?.size ?? 0;
}
