import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Analytics, AnalyticsQuery } from '../../shared/api/analytics.js';
import { percentage } from '../../shared/percentage.js';
import type { Database, Sql } from '../db.js';
import { invalidQuery } from '../errors.js';
import { foldOrg } from '../rollups/fold.js';
import { version } from '../version.js';
import { findPeriod, NONE, type Period, periodBefore } from './period.js';
import * as queries from './queries.js';
import { findKeys, type Scope } from './source.js';

/** Answers of this process, the latest used: half a million rows of trends and lists in all, some hundred bytes each. */
const answers = new LRUCache<string, Analytics>({
  maxSize: 500_000,
  sizeCalculation: ({ daily_trend, trend, top_models, top_repos, top_users, top_teams, top_tools }) =>
    10 + [daily_trend, trend.points, top_models, top_repos, top_users, top_teams, top_tools].flat().length,
});

/**
 * Answers a query, as of one moment. `etag` is told a name of the answer that is the same for as long as the answer is: people look
 * at dashboards more often than anything is sent.
 */
export async function analyze(
  db: Database,
  orgId: string,
  query: AnalyticsQuery,
  etag: (tag: string) => void = () => {},
): Promise<Analytics> {
  if (query.compare !== undefined && query.from === undefined)
    throw invalidQuery([{ in: 'query', pointer: '/from', message: 'is required to compare with the period before' }]);
  const lags = db.replica.status() !== undefined;
  const answer = await db.replica.withTenant(orgId, (sql) => answerIn(sql, orgId, query, etag, lags));
  if (answer) return answer;
  await foldOrg(db, orgId, { wait: true });
  return db.withTenant(orgId, async (sql) => {
    await sql`set transaction isolation level repeatable read`;
    return (await answerIn(sql, orgId, query, etag, true))!;
  });
}

/** Undefined where rollups lack what was sent, unless the answer `mayLag`: behind a fold by what came after it, on a replica by as much as that is. */
async function answerIn(
  sql: Sql,
  orgId: string,
  query: AnalyticsQuery,
  etag: (tag: string) => void,
  mayLag: boolean,
): Promise<Analytics | undefined> {
  const [state] = await sql<{ deltas_wait: boolean }[]>`
    select exists (select from rollup_deltas where org_id = ${orgId}) as deltas_wait, rebuilt_at::text, version::text,
      (select md5(string_agg(concat_ws(' ', id, slug, name), E'\n' order by id)) from teams where org_id = ${orgId}) as teams
    from rollup_state where org_id = ${orgId}
  `;
  if (!state || (state.deltas_wait && !mayLag)) return undefined;
  if (state.deltas_wait || !lasts(query)) return analyzeIn(sql, orgId, query);
  // Of all that is changed without a trace in rollups an answer has the names of teams.
  const tag = hash('sha256', JSON.stringify([version, orgId, state, query]));
  etag(tag);
  const answer = answers.get(tag) ?? (await analyzeIn(sql, orgId, query));
  answers.set(tag, answer);
  return answer;
}

/** False where an answer depends on more than rollups and what they are noted by: on prompts, on the hour. */
const lasts = ({ q, compare, to }: AnalyticsQuery) => q === undefined && (compare === undefined || to !== undefined);

/** The same inside a transaction that sees rollups which hold all that it sees (`withFoldedSnapshot`). */
export async function analyzeIn(sql: Sql, orgId: string, query: AnalyticsQuery): Promise<Analytics> {
  const { from, to, bucket = 'day', top = 10, compare, time_zone, ...filters } = query;
  const [[state], keys] = await Promise.all([
    sql<{ time_zone: string }[]>`select time_zone from rollup_state where org_id = ${orgId}`,
    findKeys(sql, orgId, filters),
    // Rows of rollups are few: starting workers takes longer than reading them. Receipts may be many.
    query.q === undefined && sql`set local max_parallel_workers_per_gather = 0`,
  ]);
  const rollupZone = state!.time_zone;
  const timeZone = time_zone ?? rollupZone;
  const period = await findPeriod(sql, { from, to }, { timeZone, rollupZone });
  const base = { sql, orgId, filters, keys };
  const scopeOf = ({ range, cover }: Period, kind = cover): Scope => ({
    ...base,
    // What receipts mention is in no rollup.
    cover: filters.q === undefined ? kind : { ...NONE, facts: [range] },
  });
  const scope = scopeOf(period);
  const trendScope = scopeOf(period, timeZone === rollupZone ? period.daily : period.quarterly);
  const [sums, kinds, repos, people, teams, daily, points, previous] = await Promise.all([
    queries.totals(scope),
    queries.topKinds(scope, top),
    queries.topRepos(scope, top),
    queries.people(scope, top),
    queries.topTeams(scope, top),
    queries.trend(trendScope, 'day', timeZone),
    bucket === 'day' ? undefined : queries.trend(trendScope, bucket, timeZone),
    compare && before(sql, period, rollupZone, scopeOf),
  ]);
  return {
    ...describe(sums, people.adoption),
    top_models: kinds.model.list.map(({ label, receipts, cost }) => ({ model: label, count: receipts, cost })),
    top_repos: repos.repo.list.map(({ label, receipts, cost }) => ({ repo: label!, receipts, cost })),
    top_users: people.top.list.map(({ label, receipts, cost }) => ({ user: label, receipts, cost })),
    top_teams: teams.team.list.map(({ label, ...sums }) => ({ team: label, ...sums })),
    top_tools: kinds.tool.list.map(({ label, receipts, cost }) => ({ tool: label, receipts, cost })),
    other: {
      models: kinds.model.other,
      repos: repos.repo.other,
      users: people.top.other,
      teams: teams.team.other,
      tools: kinds.tool.other,
    },
    daily_trend: [...daily],
    trend: { bucket, time_zone: timeZone, points: [...(points ?? daily)] },
    previous: previous ?? null,
    cost_basis: {
      recorded: { receipts: sums.recorded, cost: sums.recorded_cost },
      estimated: { receipts: sums.estimated, cost: sums.estimated_cost },
      unknown: { receipts: sums.receipts - sums.recorded - sums.estimated, cost: 0 },
      suspect: { receipts: sums.suspect, cost: sums.suspect_cost },
    },
  };
}

type Sums = Awaited<ReturnType<typeof queries.totals>>;
type Adoption = Awaited<ReturnType<typeof queries.people>>['adoption'];

function describe(sums: Sums, adoption: Adoption) {
  const { added, deleted, ai, human, unknown, added_by_bots, accepted, overridden } = sums;
  const { input, output, cache_read, cache_creation } = sums;
  const { commits, commits_with_receipts, commits_with_ai_trailers, commits_by_bots } = sums;
  return {
    total_receipts: sums.receipts,
    total_cost_usd: sums.cost,
    ai_code_percentage: percentage(ai, added),
    tokens: { input, output, cache_read, cache_creation },
    lines: { added, deleted, ai, human, unknown, added_by_bots },
    coverage: {
      ...{ commits, commits_with_receipts, commits_with_ai_trailers, commits_by_bots },
      percentage: percentage(commits_with_receipts, commits),
    },
    cost_per_ai_line: ai === 0 ? null : sums.cost / ai,
    acceptance: {
      accepted_lines: accepted,
      overridden_lines: overridden,
      percentage: percentage(accepted, accepted + overridden),
    },
    adoption: { ...adoption, percentage: percentage(adoption.active_committers, adoption.committers) },
  };
}

async function before(sql: Sql, { range }: Period, rollupZone: string, scopeOf: (period: Period) => Scope) {
  const period = await periodBefore(sql, range, rollupZone);
  const [from, to] = period.range;
  const scope = scopeOf(period);
  const [sums, { adoption }] = await Promise.all([queries.totals(scope), queries.people(scope, 0)]);
  return { from, to, ...describe(sums, adoption) };
}
