import type Router from '@koa/router';
import { type Analytics, getAnalytics } from '../../shared/api/analytics.js';
import type { Filters } from '../../shared/api/receipts.js';
import { percentage } from '../../shared/percentage.js';
import type { Sql } from '../db.js';
import { bind, type Services } from '../http/bind.js';
import * as queries from './queries.js';

export function analyticsRoutes(router: Router, services: Services): void {
  bind(router, services, getAnalytics, ({ db, principal, query }) =>
    db.withTenant(principal.orgId, (sql) => analyze(sql, principal.orgId, query)),
  );
}

/** The figures of what the filters leave, for /analytics and for reports. */
export async function analyze(sql: Sql, orgId: string, filters: Filters): Promise<Analytics> {
  const scope = { sql, orgId, filters };
  const [totals, bases, models, repos, users, teams, tools, daily_trend, lines] = await Promise.all([
    queries.totals(scope),
    queries.costBasis(scope),
    queries.topBy(scope, 'model'),
    queries.topRepos(scope),
    queries.topBy(scope, 'user_email'),
    queries.topTeams(scope),
    queries.topBy(scope, 'tool'),
    queries.dailyTrend(scope),
    queries.lineTotals(scope),
  ]);
  const { commits, commits_with_receipts, commits_with_ai_trailers, commits_by_bots, ...counted } = lines;
  const basis = (name: string) => {
    const { receipts, cost } = bases.find(({ cost_basis }) => cost_basis === name) ?? { receipts: 0, cost: 0 };
    return { receipts, cost };
  };
  return {
    total_receipts: totals.receipts,
    total_cost_usd: totals.cost,
    ai_code_percentage: percentage(lines.ai, lines.added),
    top_models: models.map(({ label, receipts, cost }) => ({ model: label, count: receipts, cost })),
    top_repos: [...repos],
    top_users: users.map(({ label, ...sums }) => ({ user: label, ...sums })),
    top_teams: [...teams],
    top_tools: tools.map(({ label, ...sums }) => ({ tool: label, ...sums })),
    daily_trend: [...daily_trend],
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
