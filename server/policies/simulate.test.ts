import test from 'ava';
import fc from 'fast-check';
import type { Simulation } from '../../shared/api/policy-endpoints.js';
import { commitFact, OID, receipt } from '../../test/fixtures.js';
import { onOneDay } from '../../test/one-day.js';
import { startTestServer, type TestServer } from '../../test/server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const REPO = 'git.example.com/acme/shop';
const day = (ago: number, time = '00:00:00Z') =>
  `${new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)}T${time}`;

async function client() {
  const { key } = await server.createOrg();
  const call = async (method: string, path: string, body?: unknown) => {
    const reply = await server.request(`/api/v1${path}`, { key, method, body });
    if (reply.status >= 300) throw new Error(JSON.stringify(reply.body));
    return reply.body;
  };
  return { key, call };
}

const RULES = {
  models: { allowed_models: ['gpt-*'] },
  paths: { forbidden_paths: ['src/'] },
  review: { require_review_above: 5 },
  share: { max_ai_percentage: 30 },
  receipts: { require_receipts: 90 },
  expression: { when: 'receipt.cost_usd > 0.5' },
  'of commits': { when: 'commit.lines.ai > 5' },
  'of the change': { when: 'teams.exists(t, t == "web")' },
  budget: { max_cost_per_day: 1 },
  'of a person': { max_cost_per_month: 1, per: 'person' },
  'of a repository': { max_cost_per_day: 1, per: 'repo' },
  'of a team': { max_cost_per_day: 1, per: 'team' },
};

/** Batches of two repositories, in the last days. */
const arbitraryBatch = fc.record({
  repo: fc.record({ name: fc.constantFrom(REPO, 'git.example.com/acme/api'), team: fc.constantFrom('web', 'mobile') }),
  receipts: fc.array(
    fc
      .record({
        ago: fc.integer({ min: 0, max: 3 }),
        model: fc.constantFrom('gpt-5', 'claude-opus-4-6', null),
        cost: fc.integer({ min: 0, max: 90 }),
        user_email: fc.constantFrom('ada@example.com', 'bob@example.com'),
        path: fc.constantFrom('src/a.ts', 'src/b.ts', 'docs/c.md'),
      })
      .map(({ ago, cost, path, ...fields }) =>
        receipt({
          ...fields,
          timestamp: day(ago, '00:00:01Z'),
          cost_usd: cost / 100,
          attributions: [{ commit: OID, path, lines: '1-3' }],
        }),
      ),
    { maxLength: 5 },
  ),
  commits: fc.array(
    fc
      .record({ n: fc.integer({ min: 1, max: 9 }), ai: fc.integer({ min: 0, max: 10 }), has: fc.boolean() })
      .map(({ n, ai, has }) =>
        commitFact({
          commit: String(n).padStart(40, '0'),
          committed_at: day(n % 3, '00:00:01Z'),
          sources: has ? ['blameprompt'] : [],
          ai_involved: has ? [] : [{ tool: 'codex' }],
          lines: { added: 10, deleted: 0, ai, human: 0, unknown: 10 - ai },
        }),
      ),
    { maxLength: 3 },
  ),
});

test('a simulation finds what the same policy finds when it is switched on before', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryBatch, { minLength: 1, maxLength: 4 }), async (batches) => {
      const { call } = await client();
      for (const [name, rule] of Object.entries(RULES)) await call('POST', '/policies', { name, rule });
      // All at once: of what is judged as a whole, a simulation knows the end and not what was in between.
      for (const name of [REPO, 'git.example.com/acme/api']) {
        const same = batches.filter(({ repo }) => repo.name === name);
        if (same.length === 0) continue;
        const commits = new Map(same.flatMap(({ commits }) => commits).map((one) => [one.commit, one]));
        const receipts = same.flatMap((one) => one.receipts);
        await call('POST', '/receipts', { repo: same[0]!.repo, receipts, commits: [...commits.values()] });
      }
      const { violations } = await call('GET', '/violations?limit=500');
      const { policies } = await call('GET', '/policies');
      // Of several receipts that account for one file, the one that is named depends on their order.
      const about = ({
        policy,
        repo,
        commit,
        path,
        receipt_id,
        subject,
        window,
        value,
        limit,
      }: Record<string, unknown>) =>
        JSON.stringify({
          policy,
          repo,
          commit,
          path,
          receipt: policy !== 'paths' && receipt_id,
          subject,
          window,
          value,
          limit,
        });
      for (const { id, name, rule } of policies) {
        const simulated = await call('POST', `/policies/${id}/simulate`, { days: 40 });
        const candidate = await call('POST', '/policies/simulate', { policy: { name, rule }, days: 40 });
        const recorded = violations.filter(({ policy }: { policy: string }) => policy === name);
        t.deepEqual(simulated.violations.items.map(about).sort(), recorded.map(about).sort(), name);
        t.deepEqual(candidate.violations.items.map(about).sort(), recorded.map(about).sort(), name);
        t.is(simulated.violations.warn, recorded.length);
        t.is(simulated.next_cursor, null);
        t.is(sum(simulated.by_repo), recorded.length);
        t.is(sum(simulated.by_person), recorded.length);
      }
      t.is((await call('GET', '/violations?limit=500')).violations.length, violations.length);
    }),
    { numRuns: 6, endOnFailure: true },
  );
});

const sum = (counts: { violations: number }[]) => counts.reduce((total, { violations }) => total + violations, 0);

test('a policy is simulated as if it were in force, for the days asked for', async (t) => {
  const policy = {
    name: 'off',
    rule: { blocked_models: ['claude-*'] },
    enabled: false,
    valid_from: '2199-01-01T00:00:00Z',
    action: 'block',
  };
  const asked = [1, 2, 5, 6, 31, 400];
  const { simulations, version } = await onOneDay(async () => {
    const { call } = await client();
    const { id } = await call('POST', '/policies', policy);
    const receipts = [0, 1, 5, 5, 30].map((ago) => receipt({ timestamp: day(ago) }));
    await call('POST', '/receipts', { repo: { name: REPO }, receipts });
    const simulations: Simulation[] = [];
    for (const days of asked) simulations.push(await call('POST', `/policies/${id}/simulate`, { days }));
    return { simulations, version: (await call('GET', `/policies/${id}`)).version };
  });
  t.deepEqual(
    simulations.map(({ receipts }) => receipts),
    [1, 2, 2, 4, 5, 5],
  );
  for (const { violations, receipts, by_person } of simulations) {
    t.like(violations, { block: receipts, warn: 0, truncated: false });
    t.deepEqual(by_person, [{ person: 'ada@example.com', violations: receipts }]);
  }
  t.is(version, 1);
});

test('a long simulation comes in parts that add up, and lists so many violations and no more', async (t) => {
  const { call } = await client();
  const { id } = await call('POST', '/policies', { name: 'x', rule: { blocked_models: ['claude-*'] }, enabled: false });
  for (let n = 0; n < 4; n++) {
    const receipts = Array.from({ length: 450 }, () => receipt({ timestamp: day(n), attributions: [] }));
    await call('POST', '/receipts', { repo: { name: REPO }, receipts });
  }
  const parts: Simulation[] = [];
  let cursor: string | undefined;
  do {
    const part: Simulation = await call('POST', `/policies/${id}/simulate`, { days: 10, cursor });
    parts.push(part);
    cursor = part.next_cursor ?? undefined;
  } while (cursor !== undefined);
  const total = parts.reduce((sum, part) => sum + part.violations.warn, 0);
  t.is(total, 1_800);
  t.true(parts.every(({ violations: { items, truncated } }) => items.length === 200 && truncated));
});

test('a simulation asks for what it takes', async (t) => {
  const { key } = await client();
  const policy = { name: 'x', rule: { blocked_models: ['claude-*'] } };
  for (const [body, pointer] of [
    [{ policy }, '/days'],
    [{ policy, days: 401 }, '/days'],
    [{ policy, days: 1, cursor: 'x' }, '/cursor'],
    [{ policy: { ...policy, rule: { when: '1 +' } }, days: 1 }, '/policy/rule/when'],
  ] as const) {
    const reply = await server.request('/api/v1/policies/simulate', { key, body });
    t.is(reply.status, 422);
    t.is(reply.body.errors[0].pointer, pointer);
  }
});
