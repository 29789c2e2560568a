import test from 'ava';
import { dumpOrg } from '../../test/dump-org.js';
import { receipt } from '../../test/fixtures.js';
import { startTestServer, type TestServer } from '../../test/server.js';
import { applyRetention } from './apply.js';
import { PORTION } from './remove.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const DAY_MS = 86_400_000;
const REPO = { name: 'git.example.com/acme/shop' };
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

async function setup(on = server) {
  const org = await on.createOrg();
  const ask = async (method: string, path: string, body?: unknown) => {
    const reply = await on.request(`/api/v1${path}`, { key: org.key, method, ...(body !== undefined && { body }) });
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  return {
    org,
    ask,
    send: (...receipts: object[]) => ask('POST', '/receipts', { repo: REPO, receipts }),
    patch: (settings: object) => ask('PATCH', '/settings', settings),
    preview: async (body = {}) => ask('POST', '/retention/preview', body),
    list: async () =>
      (await ask('GET', '/receipts?limit=500')).receipts as { id: string; prompt_summary: string | null }[],
  };
}

const NONE = { receipts: 0, violations: 0, prompts: 0, audit_details: 0 };

test('receipts that are too old go with what hangs on them, and do not come back', async (t) => {
  const { org, ask, send, patch, preview, list } = await setup();
  await ask('POST', '/policies', { name: 'No Claude', rule: { blocked_models: ['claude-*'] } });
  const [old, young] = [receipt({ timestamp: daysAgo(40) }), receipt({ timestamp: daysAgo(20) })];
  await send(old, young);
  await send({ ...old, cost_usd: 9 });
  await patch({ retention_days: { receipts: 30 } });
  const removes = { ...NONE, receipts: 1, violations: 1 };
  t.like(await preview(), { removes, last_run: null });
  t.deepEqual(await applyRetention(server.db, org.id), removes);
  t.deepEqual(
    (await list()).map(({ id }) => id),
    [young.id],
  );
  t.false(
    (await dumpOrg(server.adminUrl, org.id)).replace(/-- audit_details[\s\S]*?\n-- /, '').includes(`"${old.id}"`),
  );
  t.is((await ask('GET', '/violations')).violations.length, 1);

  const reply = await send(young, old);
  t.like(reply, { duplicates: 1, inserted: 0 });
  t.like(reply.rejected[0], { id: old.id, index: 1, code: 'past_retention', pointer: '/receipts/1' });
  t.like(await send(old), { inserted: 0, rejected: [{ code: 'past_retention' }] });
  t.is((await list()).length, 1);
  const { events } = await ask('GET', '/audit?action=retention.applied');
  t.like(events, [{ actor: { type: 'server', id: 'server' }, after: { receipts: 1, violations: 1 } }]);
  t.like(await preview(), { removes: NONE, last_run: { counts: { receipts: 1, violations: 1 } } });
  t.deepEqual(await applyRetention(server.db, org.id), NONE);
  t.is(
    (await ask('GET', '/audit?action=retention.applied')).events.length,
    1,
    'a run that removed nothing tells nothing',
  );
});

test('old prompts lose their summary, also in earlier revisions, and clones do not bring it back', async (t) => {
  const { org, ask, send, patch, list } = await setup();
  const old = receipt({ timestamp: daysAgo(40), prompt_summary: 'old words' });
  const young = receipt({ timestamp: daysAgo(20), prompt_summary: 'young words' });
  await send(old, young);
  await send({ ...old, cost_usd: 9 });
  await patch({ retention_days: { prompts: 30 } });
  t.deepEqual(await applyRetention(server.db, org.id), { ...NONE, prompts: 1 });
  await send(old, young, receipt({ timestamp: daysAgo(35), prompt_summary: 'old words, too' }));
  t.deepEqual(
    (await list()).map(({ prompt_summary }) => prompt_summary),
    ['young words', null, null],
  );
  t.notRegex(JSON.stringify(await ask('GET', `/receipts/${old.id}`)), /old words/);
  t.is((await ask('GET', `/receipts/${old.id}`)).prompt_hash, old.prompt_hash, 'the hash is evidence');
});

test('old details of the audit log go, the events stay', async (t) => {
  const { org, ask, patch } = await setup();
  await ask('POST', '/teams', { slug: 'a-team' });
  await patch({ retention_days: { audit: 30 } });
  const inAMonth = new Date(Date.now() + 31 * DAY_MS);
  t.deepEqual(await applyRetention(server.db, org.id, { now: inAMonth }), { ...NONE, audit_details: 2 });
  const { events } = await ask('GET', '/audit');
  t.like(events, [
    { action: 'retention.applied' },
    { action: 'settings.updated', after: null },
    { action: 'team.created', after: null },
  ]);
  await server.sequence(org);
  const { entries } = await ask('GET', '/audit/log');
  t.deepEqual(
    entries.map(({ salt }: { salt: string | null }) => salt === null),
    [true, true, false],
  );
});

test('a legal hold stops all of it, a preview says what it stops, and releasing lets it go on', async (t) => {
  const { org, send, patch, preview } = await setup();
  await send(receipt({ timestamp: daysAgo(40) }));
  await patch({ retention_days: { receipts: 30, prompts: 3, audit: 1 }, legal_hold: { reason: 'case 7' } });
  t.like(await preview(), { removes: NONE, legal_hold: { reason: 'case 7' } });
  t.deepEqual(await applyRetention(server.db, org.id), NONE);
  await patch({ legal_hold: null });
  t.deepEqual(await applyRetention(server.db, org.id), { ...NONE, receipts: 1 });
});

test('a preview by other settings changes nothing', async (t) => {
  const { org, send, preview } = await setup();
  await send(receipt({ timestamp: daysAgo(40) }));
  const before = await dumpOrg(server.adminUrl, org.id);
  t.like(await preview({ retention_days: { receipts: 30 } }), { removes: { ...NONE, receipts: 1 } });
  t.like(await preview(), { removes: NONE });
  t.is(await dumpOrg(server.adminUrl, org.id), before);
});

test('a run in many portions that is cut off is told by the next one, and one org’s run touches no other', async (t) => {
  const [one, other] = [await setup(), await setup()];
  const many = Array.from({ length: PORTION + 10 }, () => receipt({ timestamp: daysAgo(40), attributions: [] }));
  await one.send(...many);
  await other.send(...many);
  await one.patch({ retention_days: { receipts: 30 } });
  const withTenant: typeof server.db.withTenant = async (orgId, work) => {
    const result = await server.db.withTenant(orgId, work);
    if (result === PORTION) throw new Error('the server was killed');
    return result;
  };
  await t.throwsAsync(applyRetention({ ...server.db, withTenant }, one.org.id), {
    message: /killed/,
  });
  t.is((await one.ask('GET', '/audit?action=retention.applied')).events.length, 0);
  t.deepEqual(await applyRetention(server.db, one.org.id), { ...NONE, receipts: 10 });
  t.like((await one.ask('GET', '/audit?action=retention.applied')).events, [{ after: { receipts: PORTION + 10 } }]);
  t.is((await other.ask('GET', '/analytics')).total_receipts, PORTION + 10);
});

test('the queue applies it once a day', async (t) => {
  const own = await startTestServer(); // jobs of all orgs run
  t.teardown(own.stop);
  const { send, patch, list } = await setup(own);
  await send(receipt({ timestamp: daysAgo(40) }));
  await patch({ retention_days: { receipts: 30 } });
  await own.runJobs();
  t.is((await list()).length, 0);
});
