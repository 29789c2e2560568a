import { createPublicKey, verify } from 'node:crypto';
import test from 'ava';
import type { Bundle, SignedBundle } from '../../shared/policy/bundle.js';
import { commitFact, receipt } from '../../test/fixtures.js';
import { startTestServer, type TestOrg, type TestServer } from '../../test/server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const REPO = 'git.example.com/acme/shop';
const PATH = `/api/v1/policies/bundle?repo=${REPO}`;

const isGenuine = ({ payload, signature, public_key }: SignedBundle) =>
  verify(
    null,
    Buffer.from(payload),
    createPublicKey({ key: Buffer.from(public_key, 'base64'), type: 'spki', format: 'der' }),
    Buffer.from(signature, 'base64'),
  );

const get = ({ key }: TestOrg, query = '', etag?: string) =>
  server.request(PATH + query, { key, ...(etag !== undefined && { headers: { 'if-none-match': etag } }) });

async function bundle(org: TestOrg, query = ''): Promise<Bundle> {
  return JSON.parse((await get(org, query)).body.payload);
}

async function send({ key }: TestOrg, method: string, path: string, body: object) {
  const reply = await server.request(`/api/v1${path}`, { key, method, body });
  if (reply.status >= 300) throw new Error(JSON.stringify(reply.body));
  return reply.body;
}

/** A time today, and one in this month. */
const NOW = new Date().toISOString();

test('a bundle is signed, and any other byte than those signed is found out', async (t) => {
  const org = await server.createOrg();
  await send(org, 'POST', '/policies', { name: 'a', rule: { blocked_models: ['gpt-*'] } });
  const { body } = await get(org);
  t.true(isGenuine(body));
  const bytes = Buffer.from(body.payload);
  for (let at = 0; at < bytes.length; at += 7) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    t.false(isGenuine({ ...body, payload: changed.toString('latin1') }), `byte ${at}`);
  }
  const { policy_key } = (await server.request('/api/v1/whoami', { key: org.key })).body;
  t.deepEqual(policy_key, { key_id: body.key_id, public_key: body.public_key });
});

test('two servers with one database and one key give bundles that verify alike', async (t) => {
  const other = await startTestServer({ database: server });
  t.teardown(other.stop);
  const org = await server.createOrg();
  const first = await get(org);
  const second = await other.request(PATH, { key: org.key });
  t.is(second.body.public_key, first.body.public_key);
  t.true(isGenuine(second.body));
  t.true(isGenuine({ ...second.body, public_key: first.body.public_key }));
  t.is(second.headers.get('etag'), first.headers.get('etag'));
});

test('a bundle that is known is answered 304 until policies, teams or sums change', async (t) => {
  const org = await server.createOrg();
  const policy = await send(org, 'POST', '/policies', { name: 'a', rule: { max_cost_per_day: 5 } });
  let etag = (await get(org)).headers.get('etag')!;
  const isKnown = async () => {
    const { status, body, headers } = await get(org, '', etag);
    if (status === 304) t.is(body, undefined);
    else {
      t.is(status, 200);
      t.not(headers.get('etag'), etag);
      etag = headers.get('etag')!;
    }
    return status === 304;
  };
  t.true(await isKnown());
  t.is((await get(org, '', `"other", W/${etag}`)).status, 304);
  t.is((await get(org, '', '"other"')).status, 200);
  t.is((await get(org, '&person=ada@example.com', etag)).status, 200);
  await send(org, 'PATCH', `/policies/${policy.id}`, { description: 'why' });
  t.false(await isKnown());
  await send(org, 'POST', '/receipts', { repo: { name: REPO }, receipts: [receipt({ timestamp: NOW, cost_usd: 1 })] });
  t.false(await isKnown());
  await send(org, 'POST', '/receipts', {
    repo: { name: REPO },
    receipts: [receipt({ timestamp: '2020-01-01T00:00:00Z' })],
  });
  t.true(await isKnown());
  await send(org, 'POST', '/teams', { slug: 'backend' });
  t.true(await isKnown());
  await send(org, 'PUT', '/teams/backend/repos', { repo: REPO });
  t.false(await isKnown());
  await send(org, 'DELETE', `/policies/${policy.id}`, {});
  t.false(await isKnown());
  t.true(await isKnown());
});

test('a bundle ends within its time, and one that is known never shortly', async (t) => {
  const org = await server.createOrg();
  const { generated_at, not_after } = await bundle(org);
  const hours = (Date.parse(not_after) - Date.parse(generated_at)) / 3_600_000;
  t.true(hours > 17.9 && hours <= 24, `${hours}`);
  const brief = await startTestServer({ database: server, bundleHours: 1 });
  t.teardown(brief.stop);
  const { body } = await brief.request(PATH, { key: org.key });
  const other: Bundle = JSON.parse(body.payload);
  t.true(Date.parse(other.not_after) - Date.parse(other.generated_at) <= 3_600_000);
});

test('a bundle holds the policies that speak of the repository and its teams, now or soon', async (t) => {
  const org = await server.createOrg();
  const rule = { blocked_models: ['gpt-*'] };
  await send(org, 'POST', '/teams', { slug: 'backend' });
  await send(org, 'POST', '/teams', { slug: 'mobile' });
  await send(org, 'PUT', '/teams/backend/repos', { repo: REPO });
  await send(org, 'PUT', '/teams/mobile/members', { email: 'ada@example.com', role: 'member' });
  for (const policy of [
    { name: 'all' },
    { name: 'off', enabled: false },
    { name: 'here', scope: { repos: ['*/acme/*'] } },
    { name: 'elsewhere', scope: { repos: ['*/other/*'] } },
    { name: 'backend', scope: { teams: ['backend'] } },
    { name: 'mobile', scope: { teams: ['mobile'] } },
    { name: 'over', valid_until: '2020-01-01T00:00:00Z' },
    { name: 'to come', valid_from: '2199-01-01T00:00:00Z' },
  ])
    await send(org, 'POST', '/policies', { ...policy, rule });
  const names = async (query = '') => {
    const { policies, teams } = await bundle(org, query);
    return { teams, policies: policies.map(({ name }) => name) };
  };
  t.deepEqual(await names(), { teams: ['backend'], policies: ['all', 'backend', 'here', 'to come'] });
  t.deepEqual(await names('&person=Ada@Example.com'), {
    teams: ['backend', 'mobile'],
    policies: ['all', 'backend', 'here', 'mobile', 'to come'],
  });
  t.like(await bundle(org, '&person=Ada@Example.com'), {
    org: org.slug,
    repo: REPO,
    person: 'ada@example.com',
    version: 1,
  });
});

test('a bundle tells what was spent today and this month, and the lines of the repository', async (t) => {
  const org = await server.createOrg();
  const policies = {
    all: { max_cost_per_day: 5 },
    person: { max_cost_per_month: 5, per: 'person' },
    repo: { max_cost_per_day: 5, per: 'repo' },
    share: { max_ai_percentage: 50 },
  };
  for (const [name, rule] of Object.entries(policies)) await send(org, 'POST', '/policies', { name, rule });
  const spent = (repo: string, cost_usd: number, user_email: string) =>
    send(org, 'POST', '/receipts', {
      repo: { name: repo },
      receipts: [receipt({ timestamp: NOW, cost_usd, user_email })],
    });
  await spent(REPO, 1.25, 'ada@example.com');
  await spent('git.example.com/acme/other', 2, 'Ada@example.com');
  await spent(REPO, 4, 'bob@example.com');
  await send(org, 'POST', '/receipts', { repo: { name: REPO }, commits: [commitFact()] });
  const { state } = await bundle(org, '&person=ada@example.com');
  const [day, month] = [NOW.slice(0, 10), NOW.slice(0, 7)];
  t.deepEqual(state.spend, [
    { policy: 'all', window: day, per: null, usd: 7.25 },
    { policy: 'person', window: month, per: 'ada@example.com', usd: 3.25 },
    { policy: 'repo', window: day, per: REPO, usd: 5.25 },
  ]);
  t.deepEqual(state.lines, { added: 10, ai: 6 });
  const unknown = await server.request('/api/v1/policies/bundle?repo=git.example.com/acme/new', { key: org.key });
  t.like(JSON.parse(unknown.body.payload).state, { lines: { added: 0, ai: 0 } });
});

test('a server without a key says which setting is missing', async (t) => {
  const keyless = await startTestServer({ database: server, signingKey: null });
  t.teardown(keyless.stop);
  const { key } = await server.createOrg();
  const { status, body } = await keyless.request(PATH, { key });
  t.is(status, 409);
  t.is(body.code, 'no_signing_key');
  t.regex(body.detail, /BLAMEPROMPT_SIGNING_KEY/);
  t.is((await keyless.request('/api/v1/whoami', { key })).body.policy_key, null);
});
