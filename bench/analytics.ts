import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import Koa from 'koa';
import { Pool } from 'undici';
import { rebuildRollups } from '../server/rollups/rebuild.js';
import { verifyRollups } from '../server/rollups/verify.js';
import { type BenchServer, startBenchServer } from './database.js';
import { generate } from './generate.js';
import { median, round } from './measure.js';

/** Milliseconds, 95th percentile, without, with one and with two filters. */
const LIMITS = { none: 30, one: 100, two: 300 };
const NAMES = ['none', 'one', 'two'] as const;
/** The kinds of query take turns; the middle one of these rounds counts. */
const ROUNDS = 3;
const CALLS = 60;

/** Values as people would ask for them: the busiest of a kind and ones that are not. */
const FILTERS: ((n: number) => string)[] = [
  (n) => `repo=git.example.com/acme/repo-${(n * n * 31) % 500}`,
  (n) => `user=person-${(n * n * 7) % 2000}@example.com`,
  (n) => `model=model-${n % 12}`,
  (n) => `provider=${['anthropic', 'openai', 'google', 'xai'][n % 4]}`,
  (n) => `tool=${['claude-code', 'cursor', 'codex', 'gemini-cli'][n % 4]}`,
  (n) => `team=team-${(n * 3) % 50}`,
  (n) => `from=2025-${String((n % 9) + 1).padStart(2, '0')}-1${n % 10}&to=2026-0${(n % 5) + 1}-2${n % 9}`,
];

const QUERIES: Record<(typeof NAMES)[number], (n: number) => string> = {
  none: () => '',
  one: (n) => FILTERS[n % FILTERS.length]!(n),
  two: (n) => {
    const first = n % FILTERS.length;
    const second = (first + 1 + (Math.floor(n / FILTERS.length) % (FILTERS.length - 1))) % FILTERS.length;
    return `${FILTERS[first]!(n)}&${FILTERS[second]!(n + 1)}`;
  },
};

/** Of the calls of one round, in milliseconds. */
interface Times {
  p95: number;
  median: number;
}

/** `/analytics` of an org with many receipts, through HTTP, against limits and against sums over the receipts themselves. */
export async function benchAnalytics(receipts: number) {
  const server = await startBenchServer();
  try {
    const started = performance.now();
    await generate(server.admin, server.orgId, receipts);
    const generated = performance.now();
    await server.db.withTenant(server.orgId, (sql) => rebuildRollups(sql, server.orgId));
    const rebuilt = performance.now();
    await server.admin`vacuum analyze rollups, rollup_keys`;
    const drift = await verifyRollups(server.db, server.orgId);
    const verified = performance.now();
    const sizes = await sizesOf(server);
    const before = process.memoryUsage().rss;
    const rounds: Record<keyof typeof QUERIES, Times>[] = [];
    for (let nth = 0; nth < ROUNDS; nth++)
      rounds.push({
        none: await timesOf(server, QUERIES.none),
        one: await timesOf(server, QUERIES.one),
        two: await timesOf(server, QUERIES.two),
      });
    const middle = (name: keyof typeof QUERIES, figure: keyof Times) => median(rounds.map((all) => all[name][figure]));
    const p95 = { none: middle('none', 'p95'), one: middle('one', 'p95'), two: middle('two', 'p95') };
    const direct = await directly(server);
    const own = await median5(() => timedCall(server, ''));
    const rates = {
      bare: await rateOfBareRoute(),
      cached: await rate(server.origin, server.key, 1000, () => '/api/v1/analytics'),
      // No two alike, so none is known.
      uncached: await rate(server.origin, server.key, 200, (n) => `/api/v1/analytics?top=${11 + n}`),
    };
    const rss = Math.round(process.memoryUsage().rss / 2 ** 20);
    const ratio = Math.max(...NAMES.map((name) => p95[name] / LIMITS[name]));
    return {
      rows: [
        ...NAMES.map((name) => [
          `p95 with filters: ${name} (limit ${LIMITS[name]} ms; median ${round(middle(name, 'median'), 1)})`,
          `${round(p95[name], 1)} ms`,
          `${round(p95[name] / LIMITS[name])}`,
        ]),
        ['the same sums over the receipts', `${round(direct, 0)} ms`, `${round(direct / own, 1)}`],
        ['requests per second: bare Koa route', `${round(rates.bare, 0)}`, '1'],
        [
          'requests per second: the same analytics',
          `${round(rates.cached, 0)}`,
          `${round(rates.bare / rates.cached, 1)}`,
        ],
        [
          'requests per second: other analytics',
          `${round(rates.uncached, 0)}`,
          `${round(rates.bare / rates.uncached, 1)}`,
        ],
        ['generate', `${round((generated - started) / 1000)} s`, ''],
        ['build rollups', `${round((rebuilt - generated) / 1000)} s`, ''],
        ['verify rollups', `${round((verified - rebuilt) / 1000)} s`, `${drift} differ`],
        ...sizes.map(({ cube, rows }) => [`rows of cube ${cube}`, `${rows}`, '']),
        ['memory of the process before and after', `${Math.round(before / 2 ** 20)} and ${rss} MB`, ''],
      ],
      result: {
        bench: 'analytics',
        receipts,
        ratio_to_limit: round(ratio),
        ratio_to_direct: round(direct / own, 1),
        p95_ms: { none: round(p95.none, 1), one: round(p95.one, 1), two: round(p95.two, 1) },
        requests_per_second: {
          bare: round(rates.bare, 0),
          cached: round(rates.cached, 0),
          uncached: round(rates.uncached, 0),
        },
        rebuild_seconds: round((rebuilt - generated) / 1000),
        drift,
        peak_rss_mb: rss,
      },
    };
  } finally {
    await server.close();
  }
}

async function call({ origin, key }: Pick<BenchServer, 'origin' | 'key'>, query: string): Promise<void> {
  const reply = await fetch(`${origin}/api/v1/analytics?${query}`, { headers: { authorization: `Bearer ${key}` } });
  if (reply.status !== 200) throw new Error(`?${query} answered ${reply.status}: ${await reply.text()}`);
  await reply.arrayBuffer();
}

async function timesOf(server: BenchServer, query: (n: number) => string): Promise<Times> {
  const times: [number, string][] = [];
  for (let n = 0; n < 5; n++) await call(server, query(n));
  for (let n = 0; n < CALLS; n++) times.push([await timedCall(server, query(n)), query(n)]);
  times.sort(([a], [b]) => a - b);
  if (process.env.BENCH_SLOWEST) for (const [ms, of] of times.slice(-6)) console.error(`${round(ms, 1)} ms ?${of}`);
  return { p95: times[Math.ceil(CALLS * 0.95) - 1]![0], median: times[Math.floor(CALLS / 2)]![0] };
}

/** Milliseconds of an answer that is not known yet. */
async function timedCall(server: BenchServer, query: string): Promise<number> {
  await server.admin`update rollup_state set version = version + 1`;
  return timed(() => call(server, query));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function median5(work: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let n = 0; n < 5; n++) all.push(await work());
  return median(all);
}

/** What an unfiltered answer rests on, asked of the facts: totals, cost basis, five lists, days, lines, people. */
function directly({ db, orgId }: BenchServer): Promise<number> {
  return db.withTenant(orgId, (sql) =>
    timed(async () => {
      const by = (column: string) => sql`
        select ${sql.unsafe(column)} as label, count(*), sum(cost_usd) as cost from receipts where org_id = ${orgId}
        group by 1 order by 2 desc limit 10
      `;
      await sql`select count(*), sum(cost_usd), sum(input_tokens), sum(output_tokens), sum(accepted_lines) from receipts where org_id = ${orgId}`;
      for (const column of ['cost_basis', 'model', 'tool', 'repo_id', 'author', 'team_id']) await by(column);
      await sql`select date_trunc('day', "timestamp", 'UTC') as day, count(*), sum(cost_usd) from receipts where org_id = ${orgId} group by 1`;
      await sql`select count(*), sum(added), sum(ai) from commits where org_id = ${orgId} and on_default_branch and not is_merge`;
      await sql`select count(distinct author) from commits where org_id = ${orgId} and on_default_branch and not is_merge`;
    }),
  );
}

async function sizesOf({ admin }: BenchServer) {
  return admin<{ cube: string; rows: string }[]>`
    select cube::text, count(*)::text as rows from rollups group by cube
    union all select 'all, in MB', (pg_total_relation_size('rollups') / 1048576)::text
    union all select 'receipts, in MB', (pg_total_relation_size('receipts') / 1048576)::text
    order by 1
  `;
}

/** Calls a second, eight at a time. */
async function rate(origin: string, key: string, calls: number, path: (n: number) => string): Promise<number> {
  const pool = new Pool(origin, { connections: 8 });
  let left = calls;
  const ms = await timed(() =>
    Promise.all(
      Array.from({ length: 8 }, async () => {
        while (left-- > 0) {
          const { body } = await pool.request({
            path: path(left),
            method: 'GET',
            headers: { authorization: `Bearer ${key}` },
          });
          await body.arrayBuffer();
        }
      }),
    ),
  );
  await pool.close();
  return (calls / ms) * 1000;
}

async function rateOfBareRoute(): Promise<number> {
  const router = new Router();
  router.get('/bare', (ctx) => {
    ctx.body = { ok: true };
  });
  const server = createServer(new Koa().use(router.routes()).callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await rate(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, '', 3000, () => '/bare');
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
