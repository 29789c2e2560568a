import { randomUUID } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import type { AnalyticsQuery } from '../../shared/api/analytics.js';
import type { CommitFact, Receipt } from '../../shared/api/receipts.js';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { commitFact, receipt } from '../../test/fixtures.js';
import { analyze } from '../analytics/analyze.js';
import { slowly } from '../analytics/reference.test.support.js';
import { operator } from '../audit/record.js';
import type { Database, Sql } from '../db.js';
import { ProblemError } from '../errors.js';
import { lockOrg } from '../orgs/lock.js';
import { insertOrg } from '../orgs/queries.js';
import { ingest } from '../receipts/ingest.js';
import { endMembership, findOverlaps, setMemberships } from '../teams/members.js';
import { archiveTeam, findTeam, insertTeam } from '../teams/queries.js';
import { assignRepo, unassignRepo } from '../teams/repos.js';
import { foldOrg } from './fold.js';
import { rebuildRollups } from './rebuild.js';
import { rollupDrift, verifyRollups } from './verify.js';

let database: TestDatabase;
test.before(async () => {
  database = await createTestDatabase({ poolSize: 8 });
});
test.after.always(() => database?.drop());

const IDS = Array.from({ length: 6 }, () => randomUUID());
const OIDS = ['a', 'b', 'c'].map((letter) => letter.repeat(40));
// Around the ends of days, months and years of several time zones, and long ago.
const time = fc.constantFrom(
  '2025-12-31T18:14:59.999999Z',
  '2025-12-31T18:15:00Z',
  '2025-12-31T23:30:00Z',
  '2026-01-01T00:00:00Z',
  '2026-01-31T22:59:59Z',
  '2026-02-01T05:45:00Z',
  '2026-03-29T01:00:00Z',
  '1999-12-31T23:59:59Z',
);
const maybe = <T>(...values: T[]) => fc.constantFrom<T | null>(...values, null);
const name = maybe('Ada Example', 'Bob', 'renovate');
const email = maybe('ada@example.com', 'ADA@example.com', 'bob@example.com', '1+x[bot]@users.noreply.github.com');
const tool = maybe('claude-code', 'cursor');
const provider = maybe('anthropic', 'openai');
const model = maybe('claude-opus-4-6', 'gpt-5', 'unheard-of');
const lines = fc.integer({ min: 0, max: 5 });
const said = fc.record({
  id: fc.constantFrom(...IDS),
  timestamp: time,
  timestamp_basis: fc.constantFrom('recorded', 'commit'),
  ...{ tool, provider, model, user_name: name, user_email: email },
  cost_usd: maybe(0.1, 0.2, 1e-9, 123_456.789),
  cost_basis: maybe('estimated'),
  tokens_suspect: fc.boolean(),
  input_tokens: maybe(1, Number.MAX_SAFE_INTEGER),
  accepted_lines: maybe(3),
  overridden_lines: maybe(1),
  attributions: fc.constantFrom(OIDS[0], OIDS[1]).map((commit) => [{ commit, path: 'a.ts', lines: '1' }]),
}) as fc.Arbitrary<Partial<Receipt>>;
const counted = fc
  .record({
    commit: fc.constantFrom(...OIDS),
    committed_at: fc.constant('2026-01-01T00:00:00Z'),
    author_name: name,
    author_email: email,
    author_is_bot: fc.boolean(),
    is_merge: fc.boolean(),
    on_default_branch: fc.boolean(),
    rewritten_to: maybe(OIDS[2]!),
    sources: fc.constantFrom<string[]>([], ['blameprompt'], ['blameprompt', 'git-ai']),
    part: fc.record({ tool, provider, model, lines }),
    others: lines,
    ai_involved: fc.constantFrom<{ tool: string }[]>([], [{ tool: 'cursor' }]),
  })
  .map(
    ({ part, others, ...fact }): CommitFact =>
      commitFact({
        ...fact,
        ai_by: [part],
        lines: { added: part.lines + others, deleted: others, ai: part.lines, human: 0, unknown: others },
      }),
  );

const team = fc.constantFrom('blue', 'green');
const repo = fc.constantFrom('acme/api', 'acme/shop');
const batch = fc.record({
  do: fc.constant('send' as const),
  repo,
  named: maybe('green', 'nowhere'),
  tip: maybe('2026-02-01T00:00:00Z', '2026-02-02T00:00:00Z'),
  receipts: fc.array(said, { maxLength: 5 }),
  commits: fc.uniqueArray(counted, { maxLength: 2, selector: ({ commit }) => commit }),
});
type Batch = typeof batch extends fc.Arbitrary<infer T> ? T : never;
const member = fc.constantFrom('ada@example.com', 'bob@example.com');
const step = fc.oneof(
  { weight: 8, arbitrary: batch },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('at once' as const),
      batches: fc.array(batch, { minLength: 2, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), batch }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('create' as const), team }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('archive' as const), team, at: maybe('2026-01-01T00:00:00.000000Z') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('join' as const),
      team,
      member,
      since: fc.constantFrom('2020-01-01T00:00:00Z', '2026-01-15T00:00:00Z'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('leave' as const),
      team,
      member,
      until: fc.constantFrom('2026-01-31T00:00:00Z'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('assign' as const), team, repo, on: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fold' as const), rebuild: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const some = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 2 });
const query = fc.record({
  repo: some(fc.constantFrom('acme/api', 'acme/nowhere')),
  user: some(fc.constantFrom('ada@example.com', 'BOB', 'nobody')),
  model: some(fc.constantFrom('gpt-5', 'claude-opus-4-6')),
  provider: some(fc.constant('openai')),
  tool: some(fc.constant('cursor')),
  team: some(fc.constantFrom('blue', 'green', 'nowhere')),
  from: some(fc.constantFrom('2025-12-31', '2026-01-01', '2025-12-31T23:07:00Z', '2024-01-01')),
  to: some(fc.constantFrom('2026-01-31', '2026-12-31', '2026-02-01T05:45:00Z')),
  q: fc.option(fc.constantFrom('cart', 'gpt', 'a.ts'), { nil: undefined, freq: 1 }),
  bucket: some(fc.constantFrom('day', 'week', 'month')),
  time_zone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/New_York'),
  top: some(fc.integer({ min: 1, max: 3 })),
}) as fc.Arbitrary<AnalyticsQuery>;

test('whatever comes, rollups equal the facts, and answers equal those that are asked of the facts', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 8, maxLength: 14, size: 'max' }),
      fc.array(query, { minLength: 6, maxLength: 6 }),
      async (steps, queries) => {
        const orgId = randomUUID();
        await database.db.withSystem((sql) => insertOrg(sql, { id: orgId, slug: orgId.slice(0, 8), name: 'x' }));
        for (const one of steps) await take(orgId, one);
        for (const one of queries) {
          const { previous, cost_per_ai_line, ...fast } = await analyze(database.db, orgId, one);
          const slow = await database.db.withTenant(orgId, (sql) => slowly(sql, orgId, one));
          t.deepEqual(fast, slow as typeof fast, JSON.stringify(one));
        }
        t.is(await verifyRollups(database.db, orgId), 0);
      },
    ),
    { numRuns: 25, endOnFailure: true },
  );
  t.deepEqual(await rollupDrift(database.db), { rows: 0, unverified: 0 });
});

async function take(orgId: string, one: Step): Promise<void> {
  const { db } = database;
  const onTeam = (slug: string, work: (sql: Sql, found: Awaited<ReturnType<typeof findTeam>>) => Promise<unknown>) =>
    db.withTenant(orgId, async (sql) => {
      await lockOrg(sql, orgId, 'alone');
      return work(sql, await findTeam(sql, orgId, slug));
    });
  try {
    if (one.do === 'send') await send(db, orgId, one);
    if (one.do === 'at once') await Promise.all(one.batches.map((batch) => send(db, orgId, batch)));
    if (one.do === 'fail') await send(failing(db), orgId, one.batch);
    if (one.do === 'create')
      await db.withTenant(orgId, async (sql) => {
        await lockOrg(sql, orgId, 'alone');
        await insertTeam(sql, orgId, { slug: one.team, name: one.team });
      });
    if (one.do === 'archive') await onTeam(one.team, (sql, found) => archiveTeam(sql, orgId, found, one.at));
    if (one.do === 'join')
      await onTeam(one.team, async (sql, found) => {
        const wanted = [{ team_id: found.id, email: one.member, role: 'member' as const, since: one.since }];
        if ((await findOverlaps(sql, orgId, wanted)).length === 0) await setMemberships(sql, orgId, wanted);
      });
    if (one.do === 'leave')
      await onTeam(one.team, (sql, found) => endMembership(sql, orgId, found.id, one.member, one.until));
    if (one.do === 'assign')
      await onTeam(one.team, (sql, found) => (one.on ? assignRepo : unassignRepo)(sql, orgId, found, one.repo));
    if (one.do === 'fold' && !one.rebuild) await foldOrg(db, orgId, { wait: false });
    if (one.do === 'fold' && one.rebuild) await db.withTenant(orgId, (sql) => rebuildRollups(sql, orgId));
  } catch (error) {
    // A team that is not there, a member who is none, a transaction that was made to fail.
    if (!(error instanceof ProblemError) && (error as Error).message !== 'on purpose') throw error;
  }
}

function send(db: Database, orgId: string, { repo, named, tip, receipts, commits }: Batch) {
  const batch = {
    repo: { name: repo, team: named, tip_committed_at: tip },
    receipts: receipts.map((fields) => receipt(fields)),
    commits,
  };
  return ingest(db, { orgId, actor: operator() }, batch);
}

/** A database whose transactions fail when all is done but the commit. */
const failing = (db: Database): Database => ({
  ...db,
  withTenant: (orgId, work) =>
    db.withTenant(orgId, async (sql) => {
      await work(sql);
      throw new Error('on purpose');
    }),
});
