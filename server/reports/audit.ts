import { column, fact, facts, section, text } from '../../shared/report/build.js';
import type { Column, Section } from '../../shared/report/document.js';
import { instant, utc } from '../time.js';
import { eventConditions } from './audit-log.js';
import { type Population, SAMPLE } from './population.js';
import type { ReportScope } from './scope.js';
import { sqlTable } from './sql-table.js';

const COLUMNS: Column[] = [
  column('seq', 'Number in the log'),
  column('recorded_at', 'Time', 'instant'),
  column('action', 'Action'),
  column('actor_type', 'By a'),
  column('actor', 'By'),
  column('target_type', 'Of a'),
  column('target', 'Id'),
  column('request_id', 'Request'),
  column('event_id', 'Event'),
  column('leaf_hash', 'Leaf hash'),
  column('event_check', 'Event'),
  column('detail_check', 'Detail'),
];

/** The audit trail itself: every event of the period, its place in the chain, and whether it is what was hashed and signed. */
export async function audit(scope: ReportScope): Promise<Section[]> {
  const { sql, orgId, filters } = scope;
  const [log] = await sql<{ numbers: number; last: number | null }[]>`
    select count(*)::float8 as numbers, max(l.seq)::float8 as last
    from audit_log l
    where l.org_id = ${orgId} and l.seq <= (
      select max(x.seq) from audit_log x
      join audit_events e on e.org_id = ${orgId} and e.id = x.event_id
      where x.org_id = ${orgId} and e.recorded_at < ${instant(sql, filters.to)} and e.action not like 'report.%'
    )
  `;
  const { numbers, last } = log!;
  return [
    section(
      'trail',
      'Audit trail',
      text(
        'Event: "ok" says that its bytes give the leaf hash that was numbered. Detail: "ok" says that its salted hash is the one in the event, "erased" that personal data was taken out. That the leaves are those of the signed tree is for "audit verify" to say, which asks no server.',
      ),
      facts(
        'chain',
        fact('last_number', 'Last number up to the end of the period', last),
        fact('without_gap', 'Numbers from 0 to it without a gap', last === null ? null : numbers === last + 1),
      ),
      sqlTable({ id: 'events', title: 'Events', columns: COLUMNS, empty: 'No event is in the period.' }, () =>
        events(scope, sql`order by e.recorded_at, e.id`),
      ),
    ),
  ];
}

export function eventPopulation(scope: ReportScope): Population {
  const { sql } = scope;
  return {
    words:
      'All events of the audit log whose time is in the period, by time and id, but those that tell of reports being made (report.*): they stand in the log as all others, and a report that listed them could not be made again. Team and repository are no filters of events.',
    ids: () => sql<{ id: string }[]>`
      select e.id from audit_events e where ${eventConditions(scope)} order by e.recorded_at, e.id
    `,
    sample: (seed) =>
      sqlTable({ id: 'sample', title: 'Sample', columns: COLUMNS, empty: 'There is nothing to choose from.' }, () =>
        events(scope, sql`order by sha256(convert_to(${seed} || ':' || e.id::text, 'UTF8')), e.id limit ${SAMPLE}`),
      ),
  };
}

function events(scope: ReportScope, order: ReturnType<typeof eventConditions>) {
  const { sql, orgId } = scope;
  return sql`
    select l.seq::float8 as seq, ${utc(sql, 'e.recorded_at')} as recorded_at, e.action, p.event #>> '{actor,type}' as actor_type,
      coalesce(p.detail ->> 'actor_name', e.actor) as actor, p.event #>> '{target,type}' as target_type, e.target,
      p.event ->> 'request_id' as request_id, e.id as event_id, encode(l.leaf_hash, 'hex') as leaf_hash,
      case when l.seq is null then 'not numbered yet'
        when l.leaf_hash = sha256(decode('00', 'hex') || convert_to(e.event, 'UTF8')) then 'ok' else 'altered' end as event_check,
      case when d.event_id is null then 'erased'
        when encode(sha256(convert_to(d.salt || chr(10) || d.detail, 'UTF8')), 'hex') = p.event ->> 'detail_hash' then 'ok'
        else 'altered' end as detail_check
    from audit_events e
    left join audit_log l on l.org_id = ${orgId} and l.event_id = e.id
    left join audit_details d on d.org_id = ${orgId} and d.event_id = e.id
    cross join lateral (select e.event::jsonb as event, d.detail::jsonb as detail) as p
    where ${eventConditions(scope)}
    ${order}
  `;
}
