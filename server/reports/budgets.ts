import { costLimit } from '../../shared/policy/windows.js';
import { column, table } from '../../shared/report/build.js';
import type { Table } from '../../shared/report/document.js';
import { enabledPolicies } from '../policies/queries.js';
import { instant } from '../time.js';
import type { ReportScope } from './scope.js';

/** Limits on cost that policies set, and how often they were broken in the period. */
export async function budgetsTable({ sql, orgId, filters: { from, to } }: ReportScope): Promise<Table> {
  const policies = await enabledPolicies(sql, orgId);
  const broken = await sql<{ policy_id: string; times: number; highest: number | null }[]>`
    select policy_id, count(*)::float8 as times,
      max((content ->> 'value')::numeric) filter (where jsonb_typeof(content -> 'value') = 'number')::float8 as highest
    from violations
    where org_id = ${orgId} and rule in ('max_cost_per_day', 'max_cost_per_month')
      and occurred_at >= ${instant(sql, from)} and occurred_at < ${instant(sql, to)}
    group by policy_id
  `;
  const rows = policies.flatMap(({ id, name, action, rule }) => {
    const limit = costLimit(rule);
    const found = broken.find(({ policy_id }) => policy_id === id);
    return limit ? [[name, limit.window, limit.per, limit.usd, action, found?.times ?? 0, found?.highest ?? null]] : [];
  });
  return table(
    {
      id: 'budgets',
      title: 'Limits on cost',
      columns: [
        column('policy', 'Policy'),
        column('window', 'For each'),
        column('per', 'Of each'),
        column('limit_usd', 'Limit', 'usd'),
        column('action', 'Action'),
        column('times_broken', 'Times broken in the period', 'count'),
        column('highest_usd', 'Highest sum', 'usd'),
      ],
      empty: 'No policy limits the cost.',
    },
    rows,
  );
}
