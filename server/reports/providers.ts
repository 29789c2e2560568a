import { percentage } from '../../shared/percentage.js';
import { column, table } from '../../shared/report/build.js';
import type { Table } from '../../shared/report/document.js';
import { receiptConditions } from '../receipts/filters.js';
import { utc } from '../time.js';
import { countedCommits } from './coverage.js';
import type { ReportScope } from './scope.js';

export interface ProviderRow {
  provider: string | null;
  receipts: number;
  cost: number;
  models: string | null;
  tools: string | null;
  teams: number;
  repos: number;
  first_seen: string;
  last_seen: string;
  /** AI lines on default branches; null where no commit says. */
  lines: number | null;
}

/** Providers that receipts name, the most used first; null: not known. */
export async function observedProviders(scope: ReportScope): Promise<ProviderRow[]> {
  const { sql, orgId, filters } = scope;
  return sql<ProviderRow[]>`
    with used as (
      select r.provider, count(*)::float8 as receipts, coalesce(sum(r.cost_usd), 0)::float8 as cost,
        string_agg(distinct r.model, ', ' order by r.model) as models, string_agg(distinct r.tool, ', ' order by r.tool) as tools,
        count(distinct r.team_id)::float8 as teams, count(distinct r.repo_id)::float8 as repos,
        min(r."timestamp") as first_at, max(r."timestamp") as last_at
      from receipts r
      where ${receiptConditions(sql, orgId, filters)}
      group by r.provider
      order by receipts desc limit 200
    ), written as (
      select part ->> 'provider' as provider, sum((part ->> 'lines')::int)::float8 as lines
      from commits c, jsonb_array_elements(c.ai_by) as part
      where ${countedCommits(scope)}
      group by 1
    )
    select used.provider, receipts, cost, left(models, 500) as models, left(tools, 500) as tools, teams, repos,
      ${utc(sql, 'first_at')} as first_seen, ${utc(sql, 'last_at')} as last_seen, written.lines
    from used left join written on written.provider is not distinct from used.provider
    order by receipts desc, used.provider collate "C"
  `;
}

/** One row a provider: the register of DORA Art. 28(3), and the recipients of GDPR Art. 30. */
export async function providersTable(scope: ReportScope, id: string, title: string): Promise<Table> {
  const rows = await observedProviders(scope);
  const sum = (of: (row: ProviderRow) => number | null) => rows.reduce((total, row) => total + (of(row) ?? 0), 0);
  const [receipts, cost, lines] = [sum((row) => row.receipts), sum((row) => row.cost), sum((row) => row.lines)];
  return table(
    {
      id,
      title,
      columns: [
        column('provider', 'Provider'),
        column('models', 'Models'),
        column('tools', 'Tools'),
        column('repos', 'Repositories', 'count'),
        column('teams', 'Teams', 'count'),
        column('receipts', 'Receipts', 'count'),
        column('receipts_share', 'Share of receipts', 'percent'),
        column('cost_usd', 'Known cost', 'usd'),
        column('cost_share', 'Share of cost', 'percent'),
        column('ai_lines', 'AI lines', 'count'),
        column('lines_share', 'Share of AI lines', 'percent'),
        column('first_seen', 'First', 'instant'),
        column('last_seen', 'Last', 'instant'),
      ],
      empty: 'No receipt is in the period.',
    },
    rows.map((row) => [
      ...[row.provider, row.models, row.tools, row.repos, row.teams],
      ...[row.receipts, percentage(row.receipts, receipts), row.cost, percentage(row.cost, cost)],
      ...[row.lines, percentage(row.lines ?? 0, lines), row.first_seen, row.last_seen],
    ]),
  );
}
