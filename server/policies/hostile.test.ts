import test from 'ava';
import { receipt } from '../../test/fixtures.js';
import { startTestServer, type TestServer } from '../../test/server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const REPO = 'git.example.com/acme/shop';
const evaluate = (key: string, body: object) =>
  server.request('/api/v1/policies/evaluate', { key, body: { repo: REPO, ...body } });

/** What a path, a pattern or a number of steps can be made to cost. */
const BOMB = 'a'.repeat(2000);
const GLOB = `${'*a'.repeat(149)}b`;
const EXEMPTION = { reason: 'x', approver: 'y', expires_at: '2199-01-01T00:00:00Z' };

test('patterns that would be matched for minutes are left undone, and the answer says so', async (t) => {
  const { key } = await server.createOrg();
  const attributions = Array.from({ length: 2_000 }, (_, n) => ({ path: `${BOMB}${n}`, lines: '1' }));
  const models = Array.from({ length: 500 }, (_, n) => receipt({ model: `${BOMB.slice(0, 190)}${n}` }));
  const policies = [
    { name: 'paths', rule: { forbidden_paths: Array(200).fill(GLOB) } },
    { name: 'models', rule: { blocked_models: Array(200).fill(GLOB) } },
    { name: 'scope', rule: { blocked_models: ['x'] }, scope: { repos: Array(100).fill(GLOB) } },
    {
      name: 'exempt',
      rule: { blocked_models: ['a*'] },
      exemptions: Array(5).fill({ ...EXEMPTION, paths: Array(200).fill(GLOB) }),
    },
  ];
  const { status, body } = await evaluate(key, { receipts: [receipt({ attributions }), ...models], policies });
  t.is(status, 200, JSON.stringify(body));
  t.true(
    body.not_evaluated.some(
      ({ policy, reason }: Record<string, string>) => policy === 'paths' && /too large/.test(reason!),
    ),
  );
});

test('policies are bounded in size, one by one and together', async (t) => {
  const { key } = await server.createOrg();
  const large = {
    rule: { blocked_models: ['a'] },
    exemptions: Array(10).fill({ ...EXEMPTION, paths: Array(200).fill(GLOB) }),
  };
  const replies = [];
  for (const name of ['one', 'two'])
    replies.push(await server.request('/api/v1/policies', { key, body: { ...large, name } }));
  t.deepEqual(
    replies.map(({ status, body }) => [status, body.code]),
    [
      [201, undefined],
      [409, 'policies_too_large'],
    ],
  );
  const small = (
    await server.request('/api/v1/policies', { key, body: { name: 'three', rule: { blocked_models: ['a'] } } })
  ).body;
  const path = `/api/v1/policies/${small.id}`;
  t.is((await server.request(path, { key, method: 'PATCH', body: { exemptions: large.exemptions } })).status, 409);
  const candidates = [large, large].map((policy, n) => ({ ...policy, name: `${n}` }));
  t.like(await evaluate(key, { policies: candidates }), { status: 422, body: { errors: [{ pointer: '/policies' }] } });
});

test('an expression cannot be made to run long', async (t) => {
  const { key } = await server.createOrg();
  const bombs = [
    `receipt.attributions.all(a, ${'receipt.attributions.all(b, '.repeat(5)}true${')'.repeat(6)}`,
    `receipt.model.matches("(a+)+$")`,
    `[${'1,'.repeat(900)}1].exists(x, x == 2)`,
    `${'('.repeat(900)}true${')'.repeat(900)}`,
    `${'!'.repeat(1999)}true`.slice(0, 2000),
    `receipt.model + receipt.model == "${'x'.repeat(1900)}"`,
  ];
  const receipts = [
    receipt({ attributions: Array.from({ length: 5_000 }, (_, n) => ({ path: `p${n}`, lines: '1' })) }),
  ];
  for (const when of bombs) {
    const { status, body } = await evaluate(key, { receipts, policies: [{ name: 'bomb', rule: { when } }] });
    t.true(status === 422 || status === 200, when);
    if (status === 422) t.is(body.errors[0].pointer, '/policies/0/rule/when', when);
  }
});

test('deep JSON, huge lists and strange numbers are refused, and the server goes on', async (t) => {
  const { key } = await server.createOrg();
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const raw = (body: string) => server.request('/api/v1/policies/evaluate', { key, body });
  const one = JSON.stringify({ ...receipt(), extra: 0 });
  const bodies = [
    `{"repo":"${REPO}","receipts":[${one.replace('"extra":0', `"extra":${deep}`)}]}`,
    `{"repo":"${REPO}","policies":[{"name":"x","rule":${deep}}]}`,
    `{"repo":"${REPO}","policies":[${'{"name":"x","rule":{"blocked_models":["a"]}},'.repeat(501)}{}]}`,
    `{"repo":"${REPO}","policies":[{"name":"x","rule":{"max_cost_per_day":1e999}}]}`,
    `{"repo":"${REPO}","policies":[{"name":"x","rule":{"blocked_models":[${'"a",'.repeat(201)}"a"]}}]}`,
    `{"repo":"${REPO}","policies":[{"name":"x","rule":{"max_cost_per_day":1}},{"name":"x","rule":{"max_cost_per_day":1}}]}`,
    `{"repo":"","receipts":[]}`,
    `{"repo":"${REPO}","receipts":[${`${one},`.repeat(10_001)}${one}]}`,
  ];
  for (const body of bodies) t.is((await raw(body)).status, 422, body.slice(0, 100));
  t.is((await server.request('/livez')).status, 200);
});

test('a batch against policies made to be slow still lands', async (t) => {
  const { key } = await server.createOrg();
  const policies = Array.from({ length: 14 }, (_, n) => ({
    name: `policy ${n}`,
    rule: n % 2 === 0 ? { forbidden_paths: Array(200).fill(GLOB) } : { blocked_models: Array(200).fill(GLOB) },
  }));
  for (const body of policies) t.is((await server.request('/api/v1/policies', { key, body })).status, 201);
  const receipts = Array.from({ length: 300 }, (_, n) =>
    receipt({
      model: `${BOMB.slice(0, 190)}${n}`,
      attributions: Array.from({ length: 5 }, (_, m) => ({ path: `${BOMB}${n}/${m}`, lines: '1' })),
    }),
  );
  const { status, body } = await server.request('/api/v1/receipts', { key, body: { repo: { name: REPO }, receipts } });
  t.is(status, 200);
  t.is(body.inserted, 300);
});
