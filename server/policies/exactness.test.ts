import { randomUUID } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import type { CommitFact, Receipt } from '../../shared/api/receipts.js';
import { commitFact, receipt } from '../../test/fixtures.js';
import { startTestServer, type TestOrg, type TestServer } from '../../test/server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer({ poolSize: 20 });
});
test.after.always(() => server?.stop());

interface Batch {
  repo: { name: string; team?: string };
  receipts?: Receipt[];
  commits?: CommitFact[];
}

async function orgWith(policies: object[]): Promise<TestOrg> {
  const org = await server.createOrg();
  for (const [n, policy] of policies.entries())
    await server.request('/api/v1/policies', { key: org.key, body: { name: `policy ${n}`, ...policy } });
  return org;
}

async function send({ key }: TestOrg, batch: Batch) {
  const { status, body } = await server.request('/api/v1/receipts', { key, body: batch });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

/** What was violated, without what tells of the batch in hand: when, by which receipt, in which words. */
async function violations({ key }: TestOrg): Promise<string[]> {
  const { body } = await server.request('/api/v1/violations?limit=500', { key });
  return body.violations
    .map(({ policy, rule, action, limit, value, repo, subject, window, person, team }: Record<string, unknown>) =>
      JSON.stringify({ policy, rule, action, limit, value, repo, subject, window, person, team }),
    )
    .sort();
}

const POLICIES = [
  { rule: { max_cost_per_day: 10 }, action: 'block' },
  { rule: { max_cost_per_day: 3, per: 'person' } },
  { rule: { max_cost_per_month: 12, per: 'repo' } },
  { rule: { max_cost_per_month: 8, per: 'team' }, scope: { repos: ['*/acme/*'] } },
  { rule: { max_ai_percentage: 50 }, action: 'block' },
];

const PEOPLE = ['ada@example.com', 'Bob@Example.com', 'chloë@example.com'];
const REPOS = ['git.example.com/acme/shop', 'git.example.com/acme/api', 'git.example.com/other/web'];

/** Batch `n` of fifty: a receipt of 25 cents or so, a commit of ten lines, eight of them by AI. */
const batchOf = (n: number): Batch => ({
  repo: { name: REPOS[n % 3]!, team: n % 2 === 0 ? 'backend' : 'mobile' },
  receipts: [
    receipt({
      id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
      timestamp: `2026-02-${10 + (n % 2)}T10:00:00Z`,
      user_email: PEOPLE[n % 3]!,
      cost_usd: 0.5 + (n % 7) / 100,
      attributions: [],
    }),
  ],
  commits: [
    commitFact({
      commit: n.toString(16).padStart(40, '0'),
      lines: { added: 10, deleted: 0, ai: 8, human: 0, unknown: 2 },
    }),
  ],
});

const shuffled = <T>(items: T[]) =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

test('fifty batches at once violate limits on sums exactly as they do one after the other, in whatever order', async (t) => {
  const batches = Array.from({ length: 50 }, (_, n) => batchOf(n));
  const parallel = await orgWith(POLICIES);
  const replies = await Promise.all(batches.map((batch) => send(parallel, batch)));
  const found = await violations(parallel);
  for (const order of [batches, [...batches].reverse(), shuffled(batches)]) {
    const serial = await orgWith(POLICIES);
    for (const batch of order) await send(serial, batch);
    t.deepEqual(found, await violations(serial));
  }
  // The sums of all batches, worked out by hand.
  const total = (day: number) =>
    batches
      .filter((_, n) => 10 + (n % 2) === day)
      .reduce((sum, { receipts }) => sum + receipts![0]!.cost_usd! * 100, 0) / 100;
  const days = found.map((text) => JSON.parse(text)).filter(({ policy }) => policy === 'policy 0');
  t.deepEqual(
    days.map(({ window, value }) => [window, value.toFixed(2)]).sort(),
    [10, 11].map((day) => [`2026-02-${day}`, total(day).toFixed(2)]),
  );
  t.is(found.filter((text) => text.includes('max_ai_percentage')).length, 3);
  // Somebody was the first to cross each limit, and was told.
  t.true(replies.some(({ violations }) => violations.block > 0));

  const again = await Promise.all(shuffled(batches).map((batch) => send(parallel, batch)));
  t.true(again.every(({ violations: { warn, block } }) => warn + block === 0));
  t.deepEqual(await violations(parallel), found);
});

test('of two batches at once that fit under a limit only one by one, one is told', async (t) => {
  const told: number[] = [];
  for (let round = 0; round < 10; round++) {
    const org = await orgWith([{ rule: { max_cost_per_day: 1 } }]);
    const two = [1, 2].map((n) => ({ ...batchOf(n), receipts: [receipt({ cost_usd: 0.75 })] }));
    const replies = await Promise.all(two.map((batch) => send(org, batch)));
    told.push(replies.filter(({ violations }) => violations.warn > 0).length);
  }
  t.deepEqual(told, Array(10).fill(1));
});

test('what limits on sums lock is no change of the org\u2019s settings', async (t) => {
  const org = await orgWith([{ rule: { max_cost_per_day: 1 } }]);
  await send(org, batchOf(1));
  t.is((await server.request('/api/v1/settings', org)).body.updated_at, null);
});

const arbitraryBatch = fc.record({
  repo: fc.constantFrom(...REPOS).map((name) => ({ name })),
  receipts: fc.array(
    fc.record({
      id: fc.integer({ min: 1, max: 12 }),
      cost: fc.integer({ min: 0, max: 900 }),
      day: fc.integer({ min: 1, max: 3 }),
      person: fc.constantFrom(...PEOPLE),
    }),
    { maxLength: 6 },
  ),
});

test('random batches at once, some of the same receipts, leave the violations of their sums', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryBatch, { minLength: 1, maxLength: 8 }), async (drafts) => {
      // Each id says one thing, wherever it is said: which batch is first must not matter.
      const contents = new Map<number, Receipt>();
      const run = randomUUID().slice(0, 24);
      const batches = drafts.map(({ repo, receipts }) => ({
        repo,
        receipts: receipts.map(({ id, cost, day, person }) => {
          const said =
            contents.get(id) ??
            receipt({
              id: `${run}${String(id).padStart(12, '0')}`,
              timestamp: `2026-03-0${day}T10:00:00Z`,
              cost_usd: cost / 100,
              user_email: person,
              attributions: [],
            });
          contents.set(id, said);
          return said;
        }),
      }));
      const policies = POLICIES.filter(({ rule }) => !('per' in rule) || rule.per === 'person');
      const [parallel, serial] = [await orgWith(policies), await orgWith(policies)];
      await Promise.all(batches.map((batch) => send(parallel, batch)));
      for (const batch of shuffled(batches)) await send(serial, batch);
      const found = await violations(parallel);
      t.deepEqual(found, await violations(serial));

      const sums = new Map<string, number>();
      for (const { timestamp, user_email, cost_usd } of contents.values())
        for (const key of [timestamp.slice(0, 10), `${timestamp.slice(0, 10)} ${user_email!.toLowerCase()}`])
          sums.set(key, (sums.get(key) ?? 0) + Math.round(cost_usd! * 100));
      const expected = [...sums].filter(([key, cents]) => cents > (key.includes(' ') ? 300 : 1000));
      t.deepEqual(
        found
          .map((text) => JSON.parse(text))
          .map(({ window, subject, value }) => `${window}${subject ? ` ${subject}` : ''}: ${Math.round(value * 100)}`)
          .sort(),
        expected.map(([key, cents]) => `${key}: ${cents}`).sort(),
      );
    }),
    { numRuns: 15 },
  );
});
