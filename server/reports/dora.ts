import { percentage } from '../../shared/percentage.js';
import { column, fact, facts, section, text } from '../../shared/report/build.js';
import type { Chart, Section, Table } from '../../shared/report/document.js';
import { receiptConditions } from '../receipts/filters.js';
import { utc } from '../time.js';
import { countedCommits } from './coverage.js';
import { modelsTable } from './models.js';
import { observedProviders, type ProviderRow, providersTable } from './providers.js';
import type { ReportScope } from './scope.js';
import { sqlTable } from './sql-table.js';
import { violationsTable } from './violations.js';

/** Evidence for Art. 8, 9(4)(e), 17, 28(3) and 29 of Regulation (EU) 2022/2554, as far as AI providers are concerned. */
export async function dora(scope: ReportScope): Promise<Section[]> {
  const providers = await observedProviders(scope);
  return [
    section(
      'art-28',
      'Art. 28(3) Register of information: AI providers',
      text(
        'What was observed of each provider. Contracts, functions they support, their criticality and subcontractors are for the organisation to add.',
      ),
      await providersTable(scope, 'register', 'AI providers'),
    ),
    section('art-29', 'Art. 29 Concentration', concentration(providers), costShares(providers)),
    section('art-8', 'Art. 8 Assets', repositories(scope), await modelsTable(scope), modelUse(scope)),
    section(
      'art-9',
      'Art. 9(4)(e) Change management',
      text(
        'Each AI-assisted change, with the decision of policies and exemptions, is a row of the SOC 2 report (CC8.1).',
      ),
    ),
    section(
      'art-17',
      'Art. 17 Incidents',
      text(
        'Breaches of policies, which may be incidents or a part of them. Their classification is for the organisation.',
      ),
      violationsTable(scope),
    ),
  ];
}

/** Of known costs and counted AI lines; the Herfindahl-Hirschman index is the sum of the squared shares in percent: 10,000 is one provider. */
function concentration(rows: readonly ProviderRow[]) {
  const named = rows.filter(({ provider }) => provider !== null);
  const shares = (of: (row: ProviderRow) => number) => {
    const total = named.reduce((sum, row) => sum + of(row), 0);
    return named.map((row) => percentage(of(row), total) ?? 0);
  };
  const index = (list: number[]) => Math.round(list.reduce((sum, share) => sum + share * share, 0));
  const [cost, lines] = [shares((row) => row.cost), shares((row) => row.lines ?? 0)];
  return facts(
    'concentration',
    fact('providers', 'Providers', named.length, 'count'),
    fact(
      'largest_cost_share',
      'Largest share of the known cost',
      named.length === 0 ? null : Math.max(...cost),
      'percent',
    ),
    fact('cost_hhi', 'Herfindahl-Hirschman index of the known cost', named.length === 0 ? null : index(cost), 'count'),
    fact('largest_lines_share', 'Largest share of AI lines', named.length === 0 ? null : Math.max(...lines), 'percent'),
    fact('lines_hhi', 'Herfindahl-Hirschman index of AI lines', named.length === 0 ? null : index(lines), 'count'),
  );
}

const costShares = (rows: readonly ProviderRow[]): Chart => ({
  kind: 'chart',
  ...{ id: 'chart_providers', title: 'Known cost by provider', type: 'bar', unit: 'usd' },
  labels: rows.slice(0, 20).map(({ provider }) => provider ?? '(unknown)'),
  series: [{ name: 'Known cost', values: rows.slice(0, 20).map(({ cost }) => cost) }],
});

function repositories(scope: ReportScope): Table {
  const { sql, orgId, filters } = scope;
  return sqlTable(
    {
      id: 'repositories',
      title: 'Repositories with AI-written code',
      columns: [
        column('repo', 'Repository'),
        column('default_branch', 'Default branch'),
        column('receipts', 'Receipts', 'count'),
        column('cost_usd', 'Known cost', 'usd'),
        column('ai_lines', 'AI lines', 'count'),
        column('added', 'Lines added', 'count'),
        column('last_seen', 'Last receipt', 'instant'),
      ],
      empty: 'No receipt is in the period.',
    },
    () => sql`
      with used as (
        select r.repo_id, count(*)::float8 as receipts, coalesce(sum(r.cost_usd), 0)::float8 as cost_usd,
          max(r."timestamp") as last_at
        from receipts r
        where ${receiptConditions(sql, orgId, filters)}
        group by r.repo_id
      ), written as (
        select c.repo_id, sum(c.ai)::float8 as ai_lines, sum(c.added)::float8 as added
        from commits c
        where ${countedCommits(scope)}
        group by c.repo_id
      )
      select p.name as repo, p.default_branch, used.receipts, used.cost_usd, written.ai_lines, written.added,
        ${utc(sql, 'used.last_at')} as last_seen
      from used
      join repos p on p.org_id = ${orgId} and p.id = used.repo_id
      left join written on written.repo_id = used.repo_id
      order by used.receipts desc, p.name collate "C"
    `,
  );
}

/** What an AI bill of materials is made of (shared/report/cyclonedx/). */
function modelUse(scope: ReportScope): Table {
  const { sql, orgId, filters } = scope;
  return sqlTable(
    {
      id: 'model_use',
      title: 'Models by repository',
      columns: [
        column('repo', 'Repository'),
        column('provider', 'Provider'),
        column('model', 'Model'),
        column('tools', 'Tools'),
        column('receipts', 'Receipts', 'count'),
        column('cost_usd', 'Known cost', 'usd'),
      ],
      empty: 'No receipt of the period names a model.',
    },
    () => sql`
      select p.name as repo, r.provider, r.model, string_agg(distinct r.tool, ', ') as tools, count(*)::float8 as receipts,
        coalesce(sum(r.cost_usd), 0)::float8 as cost_usd
      from receipts r
      join repos p on p.org_id = ${orgId} and p.id = r.repo_id
      where ${receiptConditions(sql, orgId, filters)} and r.model is not null
      group by p.name, r.provider, r.model
      order by p.name collate "C", r.provider collate "C", r.model collate "C"
    `,
  );
}
