import type { Analytics } from '../shared/api/analytics.js';
import { formatCount, formatPercentage, formatUsd, table } from './terminal.js';

/** Analytics for people. Every total says what it rests on. */
export function formatAnalytics(data: Analytics): string {
  const { lines, coverage, cost_basis: basis } = data;
  const { bucket } = data.trend;
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
    `Adoption   ${formatPercentage(data.adoption.percentage)} of committers have receipts (${formatCount(data.adoption.active_committers)} of ${formatCount(data.adoption.committers)}; ${formatCount(data.adoption.active_people)} people with receipts)`,
    ...(data.acceptance.percentage === null
      ? []
      : [
          `Accepted   ${formatPercentage(data.acceptance.percentage)} of proposed lines (${formatCount(data.acceptance.accepted_lines)}; ${formatCount(data.acceptance.overridden_lines)} overridden)`,
        ]),
    ...(data.cost_per_ai_line === null ? [] : [`Per line   $${data.cost_per_ai_line.toPrecision(3)} for an AI line`]),
    ...(data.previous === null ? [] : compared(data, data.previous)),
    ...section(
      'Models',
      ['model', 'receipts', 'cost'],
      [
        ...data.top_models.map(({ model, count, cost }) => [model ?? '(unknown)', count, formatUsd(cost)]),
        ...others(data.other.models),
      ],
    ),
    ...section(
      'Repositories',
      ['repository', 'receipts', 'cost'],
      [
        ...data.top_repos.map(({ repo, receipts, cost }) => [repo, receipts, formatUsd(cost)]),
        ...others(data.other.repos),
      ],
    ),
    ...section(
      'People',
      ['person', 'receipts', 'cost'],
      [
        ...data.top_users.map(({ user, receipts, cost }) => [user ?? '(unknown)', receipts, formatUsd(cost)]),
        ...others(data.other.users),
      ],
    ),
    ...section(
      `Last ${bucket}s (${data.trend.time_zone})`,
      [bucket, 'receipts', 'cost'],
      data.trend.points.slice(-7).map(({ date, receipts, cost }) => [date, receipts, formatUsd(cost)]),
    ),
  ].join('\n');
}

function section(title: string, heading: string[], rows: (string | number)[][]): string[] {
  return rows.length === 0 ? [] : ['', title, table([heading, ...rows])];
}

function others({ values, receipts, cost }: Analytics['other']['models']): (string | number)[][] {
  return values === 0 ? [] : [[`(${formatCount(values)} others)`, receipts, formatUsd(cost)]];
}

/** The period before, number for number. */
function compared(data: Analytics, before: NonNullable<Analytics['previous']>): string[] {
  return section(
    `Compared with ${before.from} to ${before.to}`,
    ['', 'now', 'before'],
    [
      ['receipts', data.total_receipts, before.total_receipts],
      ['cost', formatUsd(data.total_cost_usd), formatUsd(before.total_cost_usd)],
      ['AI code', formatPercentage(data.ai_code_percentage), formatPercentage(before.ai_code_percentage)],
      ['coverage', formatPercentage(data.coverage.percentage), formatPercentage(before.coverage.percentage)],
      ['adoption', formatPercentage(data.adoption.percentage), formatPercentage(before.adoption.percentage)],
    ],
  );
}
