import type { Analytics } from '../../shared/api/analytics.js';
import { column, fact, facts, section, table } from '../../shared/report/build.js';
import type { Chart, Section } from '../../shared/report/document.js';
import { analyzeIn } from '../analytics/analyze.js';
import { budgetsTable } from './budgets.js';
import type { ReportScope } from './scope.js';

/** The period at a glance; every figure is that of /analytics for the same period and filters. */
export async function executive(scope: ReportScope): Promise<Section[]> {
  const analytics = await analyzeIn(scope.sql, scope.orgId, scope.filters);
  const { lines, coverage, cost_basis, tokens, adoption, acceptance } = analytics;
  return [
    section(
      'summary',
      'Summary',
      facts(
        'summary',
        fact('total_receipts', 'AI interactions (receipts)', analytics.total_receipts, 'count'),
        fact('total_cost_usd', 'Known cost', analytics.total_cost_usd, 'usd'),
        fact('cost_estimated_usd', 'Of that, estimated from price lists', cost_basis.estimated.cost, 'usd'),
        fact('receipts_without_cost', 'Receipts whose cost is not known', cost_basis.unknown.receipts, 'count'),
        fact('ai_code_percentage', 'AI share of added lines', analytics.ai_code_percentage, 'percent'),
        fact('lines_added', 'Lines added', lines.added, 'count'),
        fact('lines_ai', 'Written by AI', lines.ai, 'count'),
        fact('lines_human', 'Written by people', lines.human, 'count'),
        fact('lines_unknown', 'Of which nobody says anything', lines.unknown, 'count'),
        fact('coverage', 'Commits with receipts', coverage.percentage, 'percent'),
        fact('active_people', 'People with receipts', adoption.active_people, 'count'),
        fact('committers', 'People with commits', adoption.committers, 'count'),
        fact('adoption', 'Of those, with receipts', adoption.percentage, 'percent'),
        fact('cost_per_ai_line', 'Known cost of a line by AI', analytics.cost_per_ai_line, 'usd'),
        fact('acceptance', 'AI lines that stayed, where recorders say so', acceptance.percentage, 'percent'),
        fact('tokens_input', 'Input tokens', tokens.input, 'count'),
        fact('tokens_output', 'Output tokens', tokens.output, 'count'),
      ),
    ),
    section('trend', 'Trend', ...trend(analytics)),
    section(
      'top',
      'Teams, repositories, models and tools',
      top(
        'top_teams',
        'Teams',
        analytics.top_teams.map(({ team, name, ...sums }) => ({ label: name ?? team, ...sums })),
      ),
      top(
        'top_repos',
        'Repositories',
        analytics.top_repos.map(({ repo, ...sums }) => ({ label: repo, ...sums })),
      ),
      top(
        'top_models',
        'Models',
        analytics.top_models.map(({ model, count, cost }) => ({ label: model, receipts: count, cost })),
      ),
      top(
        'top_tools',
        'Tools',
        analytics.top_tools.map(({ tool, ...sums }) => ({ label: tool, ...sums })),
      ),
      bars(
        'chart_models',
        'Cost by model',
        analytics.top_models.map(({ model, cost }) => [model, cost]),
      ),
    ),
    section('budget', 'Budget', await budgetsTable(scope)),
  ];
}

function trend({ daily_trend, trend: { time_zone } }: Analytics): Section['blocks'] {
  const labels = daily_trend.map(({ date }) => date);
  const chart = (id: string, title: string, unit: 'usd' | 'count', values: number[]): Chart => ({
    kind: 'chart',
    ...{ id, title, type: 'line', unit, labels },
    series: [{ name: title, values }],
  });
  return [
    chart(
      'chart_cost',
      'Cost a day',
      'usd',
      daily_trend.map(({ cost }) => cost),
    ),
    chart(
      'chart_receipts',
      'Receipts a day',
      'count',
      daily_trend.map(({ receipts }) => receipts),
    ),
    table(
      {
        id: 'trend',
        title: `Days with receipts (${time_zone})`,
        columns: [
          column('date', 'Day', 'day'),
          column('receipts', 'Receipts', 'count'),
          column('cost_usd', 'Cost', 'usd'),
        ],
        empty: 'No receipt is in the period.',
      },
      daily_trend.map(({ date, receipts, cost }) => [date, receipts, cost]),
    ),
  ];
}

const top = (id: string, title: string, rows: { label: string | null; receipts: number; cost: number }[]) =>
  table(
    {
      id,
      title: `${title} with most receipts`,
      columns: [column('name', 'Name'), column('receipts', 'Receipts', 'count'), column('cost_usd', 'Cost', 'usd')],
      empty: 'No receipt is in the period.',
    },
    rows.map(({ label, receipts, cost }) => [label, receipts, cost]),
  );

const bars = (id: string, title: string, rows: [string | null, number][]): Chart => ({
  kind: 'chart',
  ...{ id, title, type: 'bar', unit: 'usd' },
  labels: rows.map(([label]) => label ?? '(unknown)'),
  series: [{ name: title, values: rows.map(([, value]) => value) }],
});
