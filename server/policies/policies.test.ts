import test from 'ava';
import { MAX_POLICIES } from '../../shared/api/policies.js';
import { startTestServer, type TestServer } from '../../test/server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const POLICY = { name: 'No GPT', rule: { blocked_models: ['gpt-*'] } };
const PATH = '/api/v1/policies';

/** An org and requests with its key. */
async function client() {
  const { key } = await server.createOrg();
  const call = (method: string, path: string, body?: unknown) => server.request(PATH + path, { key, method, body });
  return {
    key,
    get: (path = '') => call('GET', path),
    post: (path: string, body: unknown) => call('POST', path, body),
    patch: (id: string, body: unknown) => call('PATCH', `/${id}`, body),
    remove: (id: string) => call('DELETE', `/${id}`),
  };
}

test('a policy is made with what is not said filled in, and read again', async (t) => {
  const { post, get } = await client();
  const { status, body } = await post('', POLICY);
  t.is(status, 201);
  t.like(body, { ...POLICY, version: 1, action: 'warn', enabled: true, on_error: 'open', deleted_at: null });
  const { versions, ...read } = (await get(`/${body.id}`)).body;
  t.deepEqual(read, body);
  t.deepEqual((await get()).body.policies, [body]);
  t.is(versions.length, 1);
});

test('every version stays readable with the key that made it, also of a policy that is deleted', async (t) => {
  const { post, patch, remove, get } = await client();
  const { id } = (await post('', POLICY)).body;
  t.like((await patch(id, { action: 'block', description: 'They cost too much.' })).body, {
    version: 2,
    action: 'block',
  });
  t.like((await patch(id, { description: null, enabled: false })).body, { version: 3, enabled: false });
  t.like((await remove(id)).body, { version: 4 });
  t.deepEqual((await get()).body.policies, []);
  const { body } = await get(`/${id}`);
  t.truthy(body.deleted_at);
  t.deepEqual(
    body.versions.map(({ version, content }: { version: number; content: Record<string, unknown> | null }) => [
      version,
      content && [content.action, content.description, content.enabled],
    ]),
    [
      [4, null],
      [3, ['block', undefined, false]],
      [2, ['block', 'They cost too much.', true]],
      [1, ['warn', undefined, true]],
    ],
  );
  const { key } = (await server.request('/api/v1/whoami', { key: (await client()).key })).body;
  t.is(body.versions[0].changed_by.key_name, key.name);
  t.is((await patch(id, { enabled: true })).status, 404);
  t.is((await remove(id)).status, 404);
});

test('a change that changes nothing makes no version', async (t) => {
  const { post, patch } = await client();
  const exemption = {
    reason: 'agreed',
    approver: 'lead@example.com',
    expires_at: '2199-01-01T00:00:00Z',
    paths: ['a'],
  };
  const { body } = await post('', { ...POLICY, exemptions: [exemption] });
  t.regex(body.exemptions[0].id, /^[0-9a-f-]{36}$/);
  t.deepEqual((await patch(body.id, { ...POLICY, exemptions: [exemption], enabled: true })).body, body);
  const other = await patch(body.id, { exemptions: [{ ...exemption, reason: 'agreed again' }] });
  t.is(other.body.version, 2);
  t.not(other.body.exemptions[0].id, body.exemptions[0].id);
});

test('a name is of one living policy; a deleted one frees it', async (t) => {
  const { post, patch, remove } = await client();
  const first = (await post('', POLICY)).body;
  const second = (await post('', { ...POLICY, name: 'Other' })).body;
  t.like(await post('', POLICY), { status: 409, body: { code: 'name_taken' } });
  t.like(await patch(second.id, { name: POLICY.name }), { status: 409, body: { code: 'name_taken' } });
  t.is((await patch(second.id, { name: 'Other still' })).status, 200);
  await remove(first.id);
  t.is((await patch(second.id, { name: POLICY.name })).status, 200);
  const races = await Promise.all(Array.from({ length: 8 }, () => post('', { ...POLICY, name: 'Wanted' })));
  t.deepEqual(races.map(({ status }) => status).sort(), [201, ...Array(7).fill(409)]);
});

test('who changes what somebody else has changed meanwhile is told, and two at once do not both win', async (t) => {
  const { post, patch, get } = await client();
  const { id } = (await post('', POLICY)).body;
  const replies = await Promise.all(
    Array.from({ length: 8 }, (_, n) => patch(id, { version: 1, description: `by ${n}` })),
  );
  t.deepEqual(replies.map(({ status }) => status).sort(), [200, ...Array(7).fill(409)]);
  t.is(replies.find(({ status }) => status === 409)!.body.code, 'version_mismatch');
  t.is((await get(`/${id}`)).body.version, 2);
  await Promise.all(Array.from({ length: 8 }, (_, n) => patch(id, { description: `without a version, by ${n}` })));
  const { version, versions } = (await get(`/${id}`)).body;
  t.is(version, 10);
  t.deepEqual(
    versions.map((one: { version: number }) => one.version),
    [10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
  );
});

test('the list is filtered by rule and by what is switched on', async (t) => {
  const { post, get } = await client();
  await post('', POLICY);
  await post('', { name: 'Budget', rule: { max_cost_per_day: 50, per: 'person' }, enabled: false });
  const names = async (query: string) => (await get(query)).body.policies.map(({ name }: { name: string }) => name);
  t.deepEqual(await names(''), ['Budget', 'No GPT']);
  t.deepEqual(await names('?enabled=true'), ['No GPT']);
  t.deepEqual(await names('?enabled=false&rule=max_cost_per_day'), ['Budget']);
  t.deepEqual(await names('?rule=when'), []);
  t.is((await get('?rule=per')).status, 400);
});

test('what cannot be a policy is refused with a pointer to the fault', async (t) => {
  const { post, patch } = await client();
  const rule = (value: unknown) => ({ name: 'x', rule: value });
  const cases: [unknown, string][] = [
    [{ rule: POLICY.rule }, '/name'],
    [{ ...POLICY, colour: 'red' }, '/colour'],
    [{ ...POLICY, action: 'refuse' }, '/action'],
    [rule({}), '/rule'],
    [rule({ max_cost_per_day: '5' }), '/rule/max_cost_per_day'],
    [rule({ max_cost_per_day: 5, blocked_models: ['a'] }), '/rule/blocked_models'],
    [rule({ blocked_models: [] }), '/rule/blocked_models'],
    [rule({ blocked_models: [' '] }), '/rule/blocked_models/0'],
    [rule({ forbidden_paths: ['src', '!src/a'] }), '/rule/forbidden_paths/1'],
    [rule({ max_ai_percentage: 101 }), '/rule/max_ai_percentage'],
    [rule({ when: 'receipt.cost_usd >' }), '/rule/when'],
    [rule({ when: 'receipt.nothing == 1' }), '/rule/when'],
    [rule({ when: '1 + 1' }), '/rule/when'],
    [{ ...POLICY, valid_from: '2026-02-02T00:00:00Z', valid_until: '2026-02-01T00:00:00Z' }, '/valid_until'],
    [{ ...POLICY, scope: { repos: [''] } }, '/scope/repos/0'],
    [{ ...POLICY, exemptions: [{ reason: 'x', approver: 'y' }] }, '/exemptions/0/expires_at'],
    [{ ...POLICY, name: 'a\u0000b' }, '/name'],
  ];
  const { id } = (await post('', POLICY)).body;
  for (const [body, pointer] of cases) {
    const { status, body: problem } = await post('', body);
    t.is(status, 422, JSON.stringify(body));
    t.true(
      problem.errors.some((fault: { pointer: string }) => fault.pointer === pointer),
      `${JSON.stringify(body)}: ${JSON.stringify(problem.errors)}`,
    );
    const partly = await patch(id, { ...(body as object), name: undefined });
    if (pointer !== '/name') t.is(partly.status, 422, JSON.stringify(body));
  }
});

test('an org has so many policies and no more', async (t) => {
  const { post, get } = await client();
  const { key } = await client();
  t.truthy(key);
  const batches = Array.from({ length: MAX_POLICIES / 20 }, (_, n) => n);
  for (const n of batches)
    await Promise.all(Array.from({ length: 20 }, (_, m) => post('', { ...POLICY, name: `policy ${n * 20 + m}` })));
  t.is((await get()).body.policies.length, MAX_POLICIES);
  t.like(await post('', POLICY), { status: 409, body: { code: 'too_many_policies' } });
});
