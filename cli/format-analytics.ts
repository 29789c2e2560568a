import type { Analytics } from '../shared/api/analytics.js';
import { formatCount, formatPercentage, formatUsd, table } from './terminal.js';

/** Analytics for people. Every total says what it rests on. */
export function formatAnalytics(data: Analytics): string {
  const { lines, coverage, cost_basis: basis } = data;
  return [
    `Receipts   ${formatCount(data.total_receipts)}`,
    `Cost       ${formatUsd(data.total_cost_usd)} (recorded ${formatCount(basis.recorded.receipts)}, estimated ${formatCount(basis.estimated.receipts)}, unknown ${formatCount(basis.unknown.receipts)} receipts)`,
    ...(basis.suspect.receipts === 0
      ? []
      : [
          `           ${formatUsd(basis.suspect.cost)} of it in ${formatCount(basis.suspect.receipts)} receipts of recorders known to have counted tokens wrong`,
        ]),
    `AI code    ${formatPercentage(data.ai_code_percentage)} of added lines (${formatCount(lines.ai)} AI, ${formatCount(lines.human)} human, ${formatCount(lines.unknown)} unknown of ${formatCount(lines.added)})`,
    `Coverage   ${formatPercentage(coverage.percentage)} of commits (${formatCount(coverage.commits_with_receipts)} of ${formatCount(coverage.commits)}) have receipts; ${formatCount(coverage.commits_with_ai_trailers)} more name an AI in their message`,
    ...(coverage.commits_by_bots === 0
      ? []
      : [
          `Bots       ${formatCount(coverage.commits_by_bots)} of the commits, ${formatCount(lines.added_by_bots)} of the added lines`,
        ]),
    ...section(
      'Models',
      ['model', 'receipts', 'cost'],
      data.top_models.map(({ model, count, cost }) => [model ?? '(unknown)', count, formatUsd(cost)]),
    ),
    ...section(
      'Repositories',
      ['repository', 'receipts', 'cost'],
      data.top_repos.map(({ repo, receipts, cost }) => [repo, receipts, formatUsd(cost)]),
    ),
    ...section(
      'People',
      ['person', 'receipts', 'cost'],
      data.top_users.map(({ user, receipts, cost }) => [user ?? '(unknown)', receipts, formatUsd(cost)]),
    ),
    ...section(
      'Last days',
      ['day', 'receipts', 'cost'],
      data.daily_trend.slice(-7).map(({ date, receipts, cost }) => [date, receipts, formatUsd(cost)]),
    ),
  ].join('\n');
}

function section(title: string, heading: string[], rows: (string | number)[][]): string[] {
  return rows.length === 0 ? [] : ['', title, table([heading, ...rows])];
}
