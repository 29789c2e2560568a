import test from 'ava';
import type { CommitFact, Receipt } from '../../shared/api/receipts.js';
import { commitFact, OID, OTHER_OID, receipt } from '../../test/fixtures.js';
import { startTestServer, type TestOrg, type TestServer } from '../../test/server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const REPO = 'git.example.com/acme/shop';

/** An org with policies (the rules by their names) and what its key can do. */
async function orgWith(policies: Record<string, object>) {
  const org: TestOrg = await server.createOrg();
  const call = async (method: string, path: string, body?: unknown) => {
    const reply = await server.request(`/api/v1${path}`, { key: org.key, method, body });
    if (reply.status >= 300) throw new Error(JSON.stringify(reply.body));
    return reply.body;
  };
  for (const [name, policy] of Object.entries(policies))
    await call('POST', '/policies', { name, ...('rule' in policy ? policy : { rule: policy }) });
  const send = (batch: { repo?: string; team?: string; receipts?: Receipt[]; commits?: CommitFact[] }) => {
    const { repo = REPO, team, ...items } = batch;
    return call('POST', '/receipts', { repo: { name: repo, team }, ...items });
  };
  const list = async (query = '') => (await call('GET', `/violations?limit=500${query}`)).violations;
  return { ...org, call, send, list };
}

test('each rule is judged as receipts and commits are stored, and says where it was broken', async (t) => {
  const { send, list } = await orgWith({
    allowed: { allowed_models: ['claude-sonnet-*'] },
    blocked: { rule: { blocked_providers: ['anthropic'] }, action: 'block' },
    budget: { max_cost_per_day: 0.2 },
    paths: { forbidden_paths: ['src/'] },
    receipts: { require_receipts: 100 },
    review: { require_review_above: 5 },
    share: { max_ai_percentage: 50 },
    when: { when: 'receipt.tool == "claude-code"' },
    'working commits': { when: 'commit.ai_involved == true' },
  });
  const sent = receipt();
  const silent = commitFact({
    commit: OTHER_OID,
    sources: [],
    lines: { added: 1, deleted: 0, ai: 0, human: 0, unknown: 1 },
    ai_involved: [{ tool: 'codex' }],
  });
  const reply = await send({ receipts: [sent], commits: [commitFact(), silent] });
  const found = await list();
  t.deepEqual(
    found
      .map(({ policy, rule, value, commit, path, lines, receipt_id, window, person }: Record<string, unknown>) => [
        policy,
        rule,
        value,
        commit,
        path,
        lines,
        receipt_id,
        window,
        person,
      ])
      .sort(),
    [
      ['allowed', 'allowed_models', 'claude-opus-4-6', OID, 'src/cart.ts', '1-10,15', sent.id, null, 'ada@example.com'],
      ['blocked', 'blocked_providers', 'anthropic', OID, 'src/cart.ts', '1-10,15', sent.id, null, 'ada@example.com'],
      ['budget', 'max_cost_per_day', 0.25, null, null, null, null, '2026-02-14', null],
      ['paths', 'forbidden_paths', 'src/cart.ts', OID, 'src/cart.ts', '1-10,15', sent.id, null, 'ada@example.com'],
      ['receipts', 'require_receipts', 50, OTHER_OID, null, null, null, null, 'ada@example.com'],
      ['review', 'require_review_above', 6, OID, null, null, null, null, 'ada@example.com'],
      ['share', 'max_ai_percentage', 54.55, OID, null, null, null, null, 'ada@example.com'],
      ['when', 'when', true, OID, 'src/cart.ts', '1-10,15', sent.id, null, 'ada@example.com'],
      ['working commits', 'when', true, OTHER_OID, null, null, null, null, 'ada@example.com'],
    ],
  );
  t.like(reply.violations, { warn: 8, block: 1 });
  t.is(reply.violations.items[0].policy, 'blocked');
  t.true(found.every(({ message, advice }: Record<string, string>) => message !== '' && advice !== ''));
  t.is(reply.inserted, 1);
});

test('what is sent again is not judged again; what is amended, attributed further or dated anew is', async (t) => {
  const { send, list } = await orgWith({
    models: { blocked_models: ['gpt-5'] },
    paths: { forbidden_paths: ['crypto/'] },
    budget: { max_cost_per_day: 1 },
  });
  const session = receipt({ timestamp_basis: 'commit', cost_usd: 0.6 });
  const none = { warn: 0, block: 0, truncated: false, items: [] };
  t.deepEqual((await send({ receipts: [session] })).violations, none);
  const elsewhere = { ...session, attributions: [{ commit: OTHER_OID, path: 'crypto/key.ts', lines: '1' }] };
  t.like((await send({ receipts: [elsewhere] })).violations, { warn: 1 });
  t.deepEqual((await send({ receipts: [elsewhere, session] })).violations, none);
  t.like((await send({ receipts: [{ ...session, model: 'gpt-5' }] })).violations, { warn: 1 });
  await send({ receipts: [receipt({ timestamp: '2026-02-10T10:00:00Z', cost_usd: 0.6 })] });
  // The session turns out to be older: its cost moves to a day that has not room for it.
  const { violations } = await send({ receipts: [{ ...session, model: 'gpt-5', timestamp: '2026-02-10T08:00:00Z' }] });
  t.true(
    violations.items.some(({ window, value }: Record<string, unknown>) => window === '2026-02-10' && value === 1.2),
  );
  const rules = (await list()).map(({ rule }: { rule: string }) => rule).sort();
  t.deepEqual(rules, ['blocked_models', 'forbidden_paths', 'max_cost_per_day']);
});

test('a violation that is found again keeps when it was found and who acknowledged it, and grows', async (t) => {
  const { send, list, call } = await orgWith({ budget: { max_cost_per_month: 1 } });
  const spend = (cost_usd: number) => send({ receipts: [receipt({ cost_usd })] });
  await spend(1.5);
  const [first] = await list();
  t.like(first, { value: 1.5, window: '2026-02', occurred_at: '2026-02-01T00:00:00.000000Z', acknowledged_at: null });
  const acknowledged = await call('PATCH', `/violations/${first.id}`, { acknowledged: true, note: 'agreed' });
  t.like(acknowledged, { id: first.id, note: 'agreed', acknowledged_by: 'test' });
  await spend(2);
  const [grown, ...others] = await list();
  t.is(others.length, 0);
  t.like(grown, { id: first.id, value: 3.5, note: 'agreed', found_at: first.found_at });
  t.is(grown.acknowledged_at, acknowledged.acknowledged_at);
  const again = await call('PATCH', `/violations/${first.id}`, { acknowledged: true });
  t.like(again, { note: 'agreed', acknowledged_at: acknowledged.acknowledged_at });
  const taken = await call('PATCH', `/violations/${first.id}`, { acknowledged: false, note: null });
  t.like(taken, { note: null, acknowledged_at: null, acknowledged_by: null });
});

test('violations of a policy that was changed or deleted stay, with the version they were found by', async (t) => {
  const { send, list, call } = await orgWith({ models: { blocked_models: ['claude-*'] } });
  await send({ receipts: [receipt()] });
  const { policies } = await call('GET', '/policies');
  await call('PATCH', `/policies/${policies[0].id}`, { rule: { blocked_models: ['gpt-*'] } });
  t.like((await send({ receipts: [receipt(), receipt({ model: 'gpt-5' })] })).violations, { warn: 1 });
  await call('DELETE', `/policies/${policies[0].id}`);
  t.like((await send({ receipts: [receipt({ model: 'gpt-5' })] })).violations, { warn: 0 });
  const found = await list(`&policy=${policies[0].id}`);
  t.deepEqual(found.map(({ policy_version, limit }: Record<string, unknown>) => [policy_version, limit]).sort(), [
    [1, ['claude-*']],
    [2, ['gpt-*']],
  ]);
  t.is((await list('&policy=models')).length, 2);
});

test('scopes, exemptions, times and switches hold at the server, too', async (t) => {
  const rule = { blocked_models: ['claude-*'] };
  const exemption = { reason: 'agreed', approver: 'lead@example.com', expires_at: '2199-01-01T00:00:00Z' };
  const { send, list, call } = await orgWith({
    off: { rule, enabled: false },
    over: { rule, valid_until: '2020-01-01T00:00:00Z' },
    'to come': { rule, valid_from: '2199-01-01T00:00:00Z' },
    'other repository': { rule, scope: { repos: ['*/other'] } },
    'other team': { rule, scope: { teams: ['mobile'] } },
    'team of the person': { rule, scope: { teams: ['backend'] } },
    'team of the repository': { rule, scope: { teams: ['owners'] } },
    'team by name': { rule, scope: { teams: ['declared'] } },
    exempt: { rule, exemptions: [{ ...exemption, people: ['ADA@example.com'] }] },
    'no more exempt': { rule, exemptions: [{ ...exemption, expires_at: '2020-01-01T00:00:00Z' }] },
  });
  for (const slug of ['backend', 'owners', 'mobile']) await call('POST', '/teams', { slug });
  await call('PUT', '/teams/backend/members', { email: 'ada@example.com', role: 'member', since: '2020-01-01' });
  await call('PUT', '/teams/owners/repos', { repo: REPO });
  await send({ receipts: [receipt()] });
  await send({
    repo: 'git.example.com/acme/new',
    team: 'declared',
    receipts: [receipt({ user_email: 'eve@example.com' })],
  });
  const found = (await list()).map(({ policy, person, team }: Record<string, string>) =>
    [policy, person, team].join(' '),
  );
  t.deepEqual(found.sort(), [
    'exempt eve@example.com declared',
    'no more exempt ada@example.com backend',
    'no more exempt eve@example.com declared',
    'team by name eve@example.com declared',
    'team of the person ada@example.com backend',
    'team of the repository ada@example.com backend',
  ]);
});

test('a receipt costs in the repository that reported it first, whichever reports it again', async (t) => {
  const { send, list } = await orgWith({ budget: { rule: { max_cost_per_day: 1, per: 'repo' } } });
  const shared = receipt({ cost_usd: 0.9 });
  await send({ receipts: [shared] });
  await send({ repo: 'git.example.com/fork/shop', receipts: [shared, receipt({ cost_usd: 0.9 })] });
  t.deepEqual(await list(), []);
  await send({ repo: 'git.example.com/fork/shop', receipts: [{ ...shared, cost_usd: 1.1 }] });
  t.deepEqual(
    (await list()).map(({ subject, repo, value }: Record<string, unknown>) => [subject, repo, value]),
    [[REPO, REPO, 1.1]],
  );
  t.is((await list(`&repo=${REPO}`)).length, 1);
});

test('every violation of a large batch is recorded, and the reply lists the first', async (t) => {
  const { send, call } = await orgWith({
    paths: { forbidden_paths: ['src/'] },
    models: { blocked_models: ['claude-*'] },
  });
  const receipts = Array.from({ length: 1_200 }, (_, n) =>
    receipt({ attributions: [0, 1].map((m) => ({ commit: OID, path: `src/${n}-${m}.ts`, lines: '1' })) }),
  );
  const { violations } = await send({ receipts });
  t.like(violations, { warn: 3_600, block: 0 });
  t.is(violations.items.length, 100);
  const seen = new Set<string>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { violations: { id: string; occurred_at: string }[]; next_cursor: string | null } = await call(
      'GET',
      `/violations?limit=500${cursor && `&cursor=${cursor}`}`,
    );
    for (const { id } of page.violations) seen.add(id);
    cursor = page.next_cursor;
  }
  t.is(seen.size, 3_600);
});

test('a batch that breaks more policies than anybody reads leaves the first violations, blocking ones before all', async (t) => {
  const rule = { blocked_models: ['claude-*'] };
  const warnings = Object.fromEntries(Array.from({ length: 24 }, (_, n) => [`${n}`, { rule }]));
  const { send, list } = await orgWith({ ...warnings, 'z last': { rule, action: 'block' } });
  const receipts = Array.from({ length: 1_000 }, () => receipt({ attributions: [] }));
  const { inserted, violations } = await send({ receipts });
  t.is(inserted, 1_000);
  t.like(violations, { block: 1_000, truncated: true });
  t.true(violations.warn >= 19_000 && violations.warn < 24_000);
  t.is((await list('&action=block')).length, 500);
});

test('violations are filtered by what they are about', async (t) => {
  const { send, list } = await orgWith({
    models: { rule: { blocked_models: ['claude-*'] }, action: 'block' },
    tools: { when: 'receipt.tool == "codex"' },
  });
  await send({ receipts: [receipt({ timestamp: '2026-02-14T10:00:00Z' })] });
  await send({
    repo: 'git.example.com/acme/api',
    team: 'web',
    receipts: [
      receipt({ tool: 'codex', model: 'gpt-5', timestamp: '2026-03-01T10:00:00Z', user_email: 'Bob@example.com' }),
    ],
  });
  for (const query of [
    'rule=when',
    'policy=tools',
    'action=warn',
    'repo=https://git.example.com/acme/api.git',
    'team=web',
    'person=BOB@example.com',
    'from=2026-02-15',
    'from=2026-03-01&to=2026-03-01',
    'acknowledged=false&rule=when',
  ])
    t.deepEqual(
      (await list(`&${query}`)).map(({ policy }: { policy: string }) => policy),
      ['tools'],
      query,
    );
  for (const query of ['rule=max_cost_per_day', 'policy=none', 'team=mobile', 'from=2026-03-02', 'acknowledged=true'])
    t.deepEqual(await list(`&${query}`), [], query);
});

test('reading violations and acknowledging them are scopes of their own', async (t) => {
  const org = await orgWith({ models: { blocked_models: ['claude-*'] } });
  await org.send({ receipts: [receipt()] });
  const [{ id }] = await org.list();
  const reader = await server.createKey(org, ['violations:read']);
  const body = { acknowledged: true };
  t.is((await server.request('/api/v1/violations', { key: reader })).status, 200);
  t.is((await server.request(`/api/v1/violations/${id}`, { key: reader, method: 'PATCH', body })).status, 403);
  t.is((await server.request('/api/v1/policies', { key: reader })).status, 403);
  const writer = await server.createKey(org, ['violations:write']);
  t.is((await server.request('/api/v1/violations', { key: writer })).status, 403);
  t.is((await server.request(`/api/v1/violations/${id}`, { key: writer, method: 'PATCH', body })).status, 200);
});
