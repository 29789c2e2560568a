import { fact, facts, section, text } from '../../shared/report/build.js';
import type { Section } from '../../shared/report/document.js';
import { instant } from '../time.js';
import type { ReportScope } from './scope.js';

/**
 * Events of the period. Those that tell of reports are left out: the report that one making of it wrote would stand in the next,
 * and no two would be the same.
 */
export const eventConditions = ({ sql, orgId, filters: { from, to } }: ReportScope) => sql`
  e.org_id = ${orgId} and e.action not like 'report.%'
  and e.recorded_at >= ${instant(sql, from)} and e.recorded_at < ${instant(sql, to)}
`;

/** The first checkpoint that covers every event up to the end of the period: a later one would cover them, too, and be another text. */
export async function auditLog(scope: ReportScope): Promise<Section> {
  const { sql, orgId, filters } = scope;
  const [log] = await sql<{ events: number; unsigned: number; last: number | null }[]>`
    select count(*) filter (where e.recorded_at >= ${instant(sql, filters.from)})::float8 as events,
      count(*) filter (where l.seq is null)::float8 as unsigned, max(l.seq)::float8 as last
    from audit_events e
    left join audit_log l on l.org_id = ${orgId} and l.event_id = e.id
    where e.org_id = ${orgId} and e.action not like 'report.%' and e.recorded_at < ${instant(sql, filters.to)}
  `;
  const { events, unsigned, last } = log!;
  const [covering] = await sql<{ size: number; checkpoint: string }[]>`
    select size::float8 as size, checkpoint from audit_checkpoints
    where org_id = ${orgId} and size > ${last ?? Number.MAX_SAFE_INTEGER}
    order by audit_checkpoints.size limit 1
  `;
  const [origin = null, , root = null] = covering?.checkpoint.split('\n') ?? [];
  return section(
    'audit-log',
    'Audit log',
    facts(
      'audit_checkpoint',
      fact('events', 'Events in the period', events, 'count'),
      fact('not_signed', 'Events up to its end without a number and a signature', unsigned, 'count'),
      fact('log', 'Log', origin),
      fact('size', 'Events that the checkpoint covers', covering?.size ?? null, 'count'),
      fact('root', 'Root of the Merkle tree (RFC 6962)', root),
      fact('checkpoint', 'Signed checkpoint, with the line feeds that JSON shows', covering?.checkpoint ?? null),
    ),
    text(
      covering
        ? 'To verify without trusting this server: save the checkpoint as checkpoint.txt, get the public key another way, and run "blameprompt enterprise audit export -o audit.jsonl" and "blameprompt enterprise audit verify audit.jsonl --checkpoint checkpoint.txt --key server.pem".'
        : 'No signed checkpoint covers the period: the audit log has no signed events up to its end.',
    ),
  );
}
