import { fact, facts, section } from '../../shared/report/build.js';
import type { Section } from '../../shared/report/document.js';
import { receiptConditions } from '../receipts/filters.js';
import { instant } from '../time.js';
import type { ReportScope } from './scope.js';
import { violationConditions } from './violations.js';

/** What a reader of the other figures has to know: what is missing in the data, and what was found against policies. */
export async function exceptions(scope: ReportScope): Promise<Section> {
  const { sql, orgId, filters } = scope;
  const [receipts] = await sql<Record<string, number>[]>`
    select count(*) filter (where r.cost_basis = 'unknown')::float8 as without_cost,
      count(*) filter (where r.tokens_suspect)::float8 as suspect,
      count(*) filter (where r.model is null)::float8 as without_model,
      count(*) filter (where r.author is null and r.user_name is null)::float8 as without_person,
      count(*) filter (where r.timestamp_basis <> 'recorded')::float8 as derived_time,
      count(*) filter (where r.revision > 1)::float8 as amended
    from receipts r
    where ${receiptConditions(sql, orgId, filters)}
  `;
  const [violations] = await sql<Record<string, number>[]>`
    select count(*)::float8 as found, count(*) filter (where v.action = 'block')::float8 as blocking,
      count(*) filter (where v.acknowledged_at is null)::float8 as waiting
    from violations v
    where ${violationConditions(scope)}
  `;
  const [refused] = await sql<{ batches: number }[]>`
    select count(*)::float8 as batches from audit_events
    where org_id = ${orgId} and action = 'receipts.rejected'
      and recorded_at >= ${instant(sql, filters.from)} and recorded_at < ${instant(sql, filters.to)}
  `;
  return section(
    'exceptions',
    'Exceptions',
    facts(
      'exceptions',
      fact('violations', 'Violations of policies', violations!.found!, 'count'),
      fact('violations_blocking', 'Of those, of policies that block', violations!.blocking!, 'count'),
      fact('violations_not_acknowledged', 'Of those, not acknowledged', violations!.waiting!, 'count'),
      fact('receipts_without_cost', 'Receipts whose cost is not known', receipts!.without_cost!, 'count'),
      fact('receipts_suspect', 'Receipts of recorders known to count tokens wrong', receipts!.suspect!, 'count'),
      fact('receipts_without_model', 'Receipts that name no model', receipts!.without_model!, 'count'),
      fact('receipts_without_person', 'Receipts that name no person', receipts!.without_person!, 'count'),
      fact(
        'receipts_derived_time',
        'Receipts whose time is that of a commit or note',
        receipts!.derived_time!,
        'count',
      ),
      fact('receipts_amended', 'Receipts that were amended; earlier revisions are kept', receipts!.amended!, 'count'),
      fact('batches_refused', 'Batches with refused items, in the whole organisation', refused!.batches, 'count'),
    ),
  );
}
