import test from 'ava';
import { commitFact, OID, OTHER_OID, REPO, receipt } from '../../test/fixtures.js';
import { startTestServer, type TestServer } from '../../test/server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const analytics = async (key: string, query = '') => (await server.request(`/api/v1/analytics${query}`, { key })).body;

async function seed(): Promise<string> {
  const { key } = await server.createOrg();
  const post = (body: unknown) => server.request('/api/v1/receipts', { key, body });
  await post({
    repo: { ...REPO, team: 'web' },
    receipts: [
      receipt({ cost_usd: 0.1, timestamp: '2026-02-14T23:59:59.999999Z' }),
      receipt({ cost_usd: 0.2, timestamp: '2026-02-15T00:00:00Z' }),
      receipt({
        cost_usd: null,
        model: null,
        timestamp: '2026-02-15T12:00:00Z',
        input_tokens: null,
        output_tokens: null,
      }),
    ],
    commits: [
      commitFact(),
      commitFact({
        commit: OTHER_OID,
        sources: [],
        ai_by: [],
        lines: { added: 30, deleted: 0, ai: 0, human: 0, unknown: 30 },
      }),
      commitFact({ commit: 'c'.repeat(40), is_merge: true, lines: null }),
      commitFact({ commit: 'd'.repeat(40), on_default_branch: false }),
    ],
  });
  await post({
    repo: { name: 'git.example.com/acme/api' },
    receipts: [
      receipt({
        cost_usd: 5,
        cost_basis: 'estimated',
        model: 'gpt-5',
        provider: 'openai',
        tool: 'codex',
        user_email: 'bob@example.com',
      }),
    ],
  });
  return key;
}

test('totals, tops and trend are what was sent', async (t) => {
  const body = await analytics(await seed());
  t.like(body, {
    total_receipts: 4,
    total_cost_usd: 5.3,
    ai_code_percentage: 15,
    lines: { added: 40, deleted: 2, ai: 6, human: 1, unknown: 33 },
    coverage: { commits: 2, commits_with_receipts: 1, percentage: 50 },
    tokens: { input: 3000, output: 1500, cache_read: 0, cache_creation: 0 },
    cost_basis: {
      recorded: { receipts: 2, cost: 0.3 },
      estimated: { receipts: 1, cost: 5 },
      unknown: { receipts: 1, cost: 0 },
    },
  });
  t.deepEqual(body.top_models, [
    { model: 'claude-opus-4-6', count: 2, cost: 0.3 },
    { model: 'gpt-5', count: 1, cost: 5 },
    { model: null, count: 1, cost: 0 },
  ]);
  t.deepEqual(body.top_repos, [
    { repo: REPO.name, receipts: 3, cost: 0.3 },
    { repo: 'git.example.com/acme/api', receipts: 1, cost: 5 },
  ]);
  t.deepEqual(body.top_users[0], { user: 'ada@example.com', receipts: 3, cost: 0.3 });
  t.deepEqual(body.top_teams, [
    { team: 'web', name: null, receipts: 3, cost: 0.3 },
    { team: null, name: null, receipts: 1, cost: 5 },
  ]);
  t.deepEqual(body.daily_trend, [
    { date: '2026-02-14', receipts: 2, cost: 5.1 },
    { date: '2026-02-15', receipts: 2, cost: 0.2 },
  ]);
});

test('an org without receipts has no data, which is not zero percent', async (t) => {
  const { key } = await server.createOrg();
  t.like(await analytics(key), {
    total_receipts: 0,
    total_cost_usd: 0,
    ai_code_percentage: null,
    coverage: { percentage: null },
  });
});

test('filters reach receipts and lines', async (t) => {
  const key = await seed();
  t.like(await analytics(key, '?repo=https://git.example.com/acme/api.git'), {
    total_receipts: 1,
    lines: { added: 0 },
  });
  t.like(await analytics(key, '?from=2026-02-15&to=2026-02-15'), {
    total_receipts: 2,
    lines: { added: 0 },
    ai_code_percentage: null,
  });
  t.like(await analytics(key, '?model=claude-opus-4-6'), { total_receipts: 2, lines: { added: 40, ai: 6 } });
  t.like(await analytics(key, '?model=gpt-5'), {
    total_receipts: 1,
    lines: { added: 40, ai: 0 },
    ai_code_percentage: 0,
  });
  t.like(await analytics(key, '?user=ADA@example.com'), { total_receipts: 3, lines: { added: 40 } });
  t.like(await analytics(key, '?team=web'), { total_receipts: 3, lines: { added: 40, ai: 6 } });
  t.like(await analytics(key, '?q=cart'), { total_receipts: 4, lines: { added: 10, ai: 6 } });
  t.like(await analytics(key, '?tool=codex&provider=openai'), { total_receipts: 1, total_cost_usd: 5 });
});

test('a receipt in two commits costs once', async (t) => {
  const { key } = await server.createOrg();
  const session = receipt({ cost_usd: 2 });
  for (const commit of [OID, OTHER_OID]) {
    const body = { repo: REPO, receipts: [{ ...session, attributions: [{ commit, path: 'a.ts', lines: '1' }] }] };
    await server.request('/api/v1/receipts', { key, body });
  }
  t.like(await analytics(key), { total_receipts: 1, total_cost_usd: 2 });
});

test('money is added exactly', async (t) => {
  const { key } = await server.createOrg();
  const receipts = Array.from({ length: 1000 }, () => receipt({ cost_usd: 0.1 }));
  await server.request('/api/v1/receipts', { key, body: { repo: REPO, receipts } });
  t.is((await analytics(key)).total_cost_usd, 100);
});

test('a cost that nobody recorded is estimated from tokens at the price of its day, and says so', async (t) => {
  const { key } = await server.createOrg();
  const fields = { cost_usd: null, model: 'claude-sonnet-4-5', input_tokens: 1_000_000, output_tokens: 100_000 };
  const estimated = receipt(fields);
  const body = { repo: REPO, receipts: [estimated, receipt({ ...fields, model: 'nobody-knows-it' })] };
  await server.request('/api/v1/receipts', { key, body });
  t.like(await analytics(key), {
    total_cost_usd: 4.5,
    cost_basis: { estimated: { receipts: 1, cost: 4.5 }, unknown: { receipts: 1 }, suspect: { receipts: 0 } },
  });
  const { body: item } = await server.request(`/api/v1/receipts/${estimated.id}`, { key });
  t.like(item, { cost_usd: 4.5, cost_basis: 'estimated' });
  t.regex(item.price_version, /^\d{4}-\d{2}-\d{2}$/);
  t.like((await server.request('/api/v1/receipts', { key, body })).body, { duplicates: 2 });
});

test('receipts of recorders that counted tokens wrong are told apart in the totals', async (t) => {
  const { key } = await server.createOrg();
  await server.request('/api/v1/receipts', {
    key,
    body: { repo: REPO, receipts: [receipt({ tokens_suspect: true, cost_usd: 2 }), receipt()] },
  });
  t.like(await analytics(key), {
    cost_basis: { recorded: { receipts: 2, cost: 2.25 }, suspect: { receipts: 1, cost: 2 } },
  });
});

test('commits whose message names an AI are told apart from those with receipts', async (t) => {
  const { key } = await server.createOrg();
  const involved = [{ tool: 'claude-code', provider: 'anthropic', model: 'claude-opus-4-8' }];
  const silent = { sources: [], ai_by: [], lines: { added: 5, deleted: 0, ai: 0, human: 0, unknown: 5 } };
  const commits = [
    commitFact(),
    commitFact({ ...silent, commit: OTHER_OID, ai_involved: involved }),
    commitFact({ ...silent, commit: 'c'.repeat(40) }),
  ];
  await server.request('/api/v1/receipts', { key, body: { repo: REPO, commits } });
  t.like(await analytics(key), { coverage: { commits: 3, commits_with_receipts: 1, commits_with_ai_trailers: 1 } });
});

test('a receipt speaks of the commit that its commit was rewritten into', async (t) => {
  const { key } = await server.createOrg();
  const beside = { on_default_branch: false, lines: null, ai_by: [], sources: [], rewritten_to: OTHER_OID };
  await server.request('/api/v1/receipts', {
    key,
    body: {
      repo: { ...REPO, team: 'web' },
      receipts: [receipt()],
      commits: [commitFact(beside), commitFact({ commit: OTHER_OID }), commitFact({ commit: 'c'.repeat(40) })],
    },
  });
  t.like((await analytics(key)).lines, { added: 20 });
  t.like((await analytics(key, '?q=cart')).lines, { added: 10, ai: 6 });
});

test('bots are counted apart, and are no users', async (t) => {
  const { key } = await server.createOrg();
  const commits = [commitFact(), commitFact({ commit: OTHER_OID, author_is_bot: true })];
  const receipts = [
    receipt(),
    receipt({ user_name: 'acme-release[bot]', user_email: null }),
    receipt({ user_name: 'Updates', user_email: '49699333+Dependabot[bot]@users.noreply.github.com' }),
    receipt({ user_name: null, user_email: null }),
  ];
  await server.request('/api/v1/receipts', { key, body: { repo: REPO, receipts, commits } });
  const body = await analytics(key);
  t.like(body, {
    total_receipts: 4,
    lines: { added: 20, ai: 12, added_by_bots: 10 },
    coverage: { commits: 2, commits_by_bots: 1 },
  });
  t.deepEqual(
    body.top_users.map(({ user }: { user: string | null }) => user),
    ['ada@example.com', null],
  );
});

test('lists are as long as asked for and end in others, and the period before is told beside', async (t) => {
  const key = await seed();
  const body = await analytics(key, '?from=2026-02-15&to=2026-02-15&top=1&bucket=month&compare=previous');
  t.deepEqual(body.top_models, [{ model: 'claude-opus-4-6', count: 1, cost: 0.2 }]);
  t.deepEqual(body.other.models, { values: 1, receipts: 1, cost: 0 });
  t.deepEqual(body.trend, {
    bucket: 'month',
    time_zone: 'UTC',
    points: [{ date: '2026-02-01', receipts: 2, cost: 0.2 }],
  });
  t.like(body.previous, {
    total_receipts: 2,
    lines: { added: 40, ai: 6 },
    adoption: { active_people: 2, committers: 1, active_committers: 1, percentage: 100 },
  });
  t.is((await server.request('/api/v1/analytics?compare=previous', { key })).status, 400);
});

test('days are those of the time zone that is asked for, else of the org', async (t) => {
  const key = await seed();
  const days = async (query: string) =>
    (await analytics(key, query)).daily_trend.map(({ date, receipts }: { date: string; receipts: number }) => [
      date,
      receipts,
    ]);

  t.deepEqual(await days('?time_zone=Pacific/Kiritimati&from=2026-02-15&to=2026-02-15'), [['2026-02-15', 3]]);
  const { status } = await server.request('/api/v1/settings', {
    key,
    method: 'PATCH',
    body: { time_zone: 'Pacific/Kiritimati' },
  });
  t.is(status, 200);
  t.deepEqual(await days(''), [
    ['2026-02-15', 3],
    ['2026-02-16', 1],
  ]);
});

test('an answer has a name that lasts until it is another, whoever changed what', async (t) => {
  const key = await seed();
  const call = async (path: string, method?: string, body?: unknown) => {
    const reply = await server.request(`/api/v1${path}`, { key, method, body });
    t.true(reply.status < 300, JSON.stringify(reply.body));
    return reply;
  };
  const seen = new Set<string>();
  const changed = async (what: string) => {
    const first = await call('/analytics?team=web');
    const tag = first.headers.get('etag')!;
    t.false(seen.has(tag), what);
    seen.add(tag);
    const again = await call('/analytics?team=web');
    t.is(again.headers.get('etag'), tag);
    t.deepEqual(again.body, first.body);
    const headers = { 'if-none-match': tag };
    t.is((await server.request('/api/v1/analytics?team=web', { key, headers })).status, 304);
    t.is((await server.request('/api/v1/analytics?team=api', { key, headers })).status, 200);
    return first.body;
  };
  t.is((await changed('seeded')).total_receipts, 3);
  await call('/receipts', 'POST', { repo: { ...REPO, team: 'web' }, receipts: [receipt()] });
  t.is((await changed('sent')).total_receipts, 4);
  await call('/teams', 'POST', { slug: 'web', name: 'Web' });
  t.deepEqual((await changed('a team of that name')).top_teams[0].name, 'Web');
  await call('/teams/web', 'PATCH', { name: 'World Wide' });
  t.deepEqual((await changed('renamed')).top_teams[0].name, 'World Wide');
  await call('/settings', 'PATCH', { time_zone: 'Pacific/Kiritimati' });
  t.is((await changed('another time zone')).trend.time_zone, 'Pacific/Kiritimati');

  for (const query of ['q=nothing', 'from=2026-02-15&compare=previous'])
    t.is((await call(`/analytics?${query}`)).headers.get('etag'), null, query);
});
