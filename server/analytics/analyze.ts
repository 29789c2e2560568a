import type { Analytics, AnalyticsQuery } from '../../shared/api/analytics.js';
import { percentage } from '../../shared/percentage.js';
import type { Database, Sql } from '../db.js';
import { invalidQuery } from '../errors.js';
import { foldOrg } from '../rollups/fold.js';
import { findPeriod, type Period, periodBefore } from './period.js';
import * as queries from './queries.js';
import { findKeys, type Scope } from './source.js';

/** Answers a query, as of one moment. */
export async function analyze(db: Database, orgId: string, query: AnalyticsQuery): Promise<Analytics> {
  if (query.compare !== undefined && query.from === undefined)
    throw invalidQuery([{ in: 'query', pointer: '/from', message: 'is required to compare with the period before' }]);
  await foldOrg(db, orgId, { wait: true });
  return db.withTenant(orgId, async (sql) => {
    await sql`set transaction isolation level repeatable read`;
    return readAll(sql, orgId, query);
  });
}

async function readAll(sql: Sql, orgId: string, query: AnalyticsQuery): Promise<Analytics> {
  const { from, to, bucket = 'day', top = 10, compare, time_zone, ...filters } = query;
  const [state] = await sql<{ time_zone: string }[]>`select time_zone from rollup_state where org_id = ${orgId}`;
  const rollupZone = state!.time_zone;
  const timeZone = time_zone ?? rollupZone;
  const period = await findPeriod(sql, { from, to }, { timeZone, rollupZone });
  const base = { sql, orgId, filters, keys: await findKeys(sql, orgId, filters) };
  const scopeOf = ({ range, cover }: Period, kind = cover): Scope => ({
    ...base,
    // What receipts mention is in no rollup.
    cover: filters.q === undefined ? kind : { quarter: [], day: [], month: [], facts: [range] },
  });
  const scope = scopeOf(period);
  const trendScope = scopeOf(period, timeZone === rollupZone ? period.daily : period.quarterly);
  const [summary, bases, models, repos, users, teams, tools, daily, points, previous] = await Promise.all([
    summarize(scope),
    queries.costBasis(scope),
    queries.topBy(scope, 'model', top),
    queries.topBy(scope, 'repo', top),
    queries.topBy(scope, 'person', top),
    queries.topBy(scope, 'team', top),
    queries.topBy(scope, 'tool', top),
    queries.trend(trendScope, 'day', timeZone),
    bucket === 'day' ? undefined : queries.trend(trendScope, bucket, timeZone),
    compare && before(sql, period, rollupZone, scopeOf),
  ]);
  const basis = (name: string) => {
    const { receipts, cost } = bases.find(({ cost_basis }) => cost_basis === name) ?? { receipts: 0, cost: 0 };
    return { receipts, cost };
  };
  return {
    ...summary,
    top_models: models.list.map(({ label, receipts, cost }) => ({ model: label, count: receipts, cost })),
    top_repos: repos.list.map(({ label, receipts, cost }) => ({ repo: label!, receipts, cost })),
    top_users: users.list.map(({ label, receipts, cost }) => ({ user: label, receipts, cost })),
    top_teams: teams.list.map(({ label, ...sums }) => ({ team: label, ...sums })),
    top_tools: tools.list.map(({ label, receipts, cost }) => ({ tool: label, receipts, cost })),
    other: {
      models: models.other,
      repos: repos.other,
      users: users.other,
      teams: teams.other,
      tools: tools.other,
    },
    daily_trend: [...daily],
    trend: { bucket, time_zone: timeZone, points: [...(points ?? daily)] },
    previous: previous ?? null,
    cost_basis: {
      recorded: basis('recorded'),
      estimated: basis('estimated'),
      unknown: basis('unknown'),
      suspect: {
        receipts: bases.reduce((sum, { suspect }) => sum + suspect, 0),
        cost: bases.reduce((sum, { suspect_cost }) => sum + suspect_cost, 0),
      },
    },
  };
}

async function summarize(scope: Scope) {
  const [totals, lines, people] = await Promise.all([
    queries.totals(scope),
    queries.lineTotals(scope),
    queries.adoption(scope),
  ]);
  const { commits, commits_with_receipts, commits_with_ai_trailers, commits_by_bots, ...counted } = lines;
  const { accepted, overridden } = totals;
  return {
    total_receipts: totals.receipts,
    total_cost_usd: totals.cost,
    ai_code_percentage: percentage(lines.ai, lines.added),
    tokens: {
      input: totals.input,
      output: totals.output,
      cache_read: totals.cache_read,
      cache_creation: totals.cache_creation,
    },
    lines: counted,
    coverage: {
      commits,
      commits_with_receipts,
      commits_with_ai_trailers,
      commits_by_bots,
      percentage: percentage(commits_with_receipts, commits),
    },
    cost_per_ai_line: lines.ai === 0 ? null : totals.cost / lines.ai,
    acceptance: {
      accepted_lines: accepted,
      overridden_lines: overridden,
      percentage: percentage(accepted, accepted + overridden),
    },
    adoption: { ...people, percentage: percentage(people.active_committers, people.committers) },
  };
}

async function before(sql: Sql, { range }: Period, rollupZone: string, scopeOf: (period: Period) => Scope) {
  const period = await periodBefore(sql, range, rollupZone);
  const [from, to] = period.range;
  return { from, to, ...(await summarize(scopeOf(period))) };
}
