import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { endpoints } from '../../shared/api/index.js';
import { REPO, receipt } from '../../test/fixtures.js';
import { startTestServer, type TestOrg, type TestServer } from '../../test/server.js';

let server: TestServer;
let org: TestOrg;
test.before(async () => {
  server = await startTestServer({ maxBodyBytes: 1_000_000 });
  org = await server.createOrg();
});
test.after.always(() => server?.stop());

type Reply = Awaited<ReturnType<TestServer['request']>>;

function isProblem(t: ExecutionContext, { status, headers, body }: Reply, expected: number, code: string): void {
  t.is(status, expected, JSON.stringify(body));
  t.true(headers.get('content-type')!.startsWith('application/problem+json'));
  t.is(body.code, code);
  t.is(body.status, expected);
  t.truthy(body.detail);
  t.is(body.request_id, headers.get('x-request-id'));
}

const post = (body: unknown, headers: Record<string, string> = {}) =>
  server.request('/api/v1/receipts', { key: org.key, body, headers });

test('every endpoint refuses a missing, malformed, unknown or wrong key in the same way', async (t) => {
  const other = await server.createOrg();
  const wrong = org.key.slice(0, -1) + (org.key.endsWith('0') ? '1' : '0');
  const mixed = other.key.slice(0, 24) + org.key.slice(24);
  for (const { method, path, id } of endpoints) {
    const options = { method: method.toUpperCase(), ...(method === 'post' && { body: {} }) };
    for (const key of [undefined, 'nonsense', 'bp_org_x', wrong, mixed, `${org.key}x`]) {
      const reply = await server.request(path, { ...options, key });
      isProblem(t, reply, 401, 'unauthorized');
      t.regex(reply.headers.get('www-authenticate')!, /^Bearer/, id);
    }
  }
});

test('a key is taken as bearer token and as X-API-Key', async (t) => {
  t.is((await server.request('/api/v1/whoami', { key: org.key })).status, 200);
  const { status, body } = await server.request('/api/v1/whoami', { headers: { 'x-api-key': org.key } });
  t.is(status, 200);
  t.like(body, { org: { slug: org.slug }, key: { scopes: ['*'] } });
});

test('a key without the scope of an endpoint is refused there and works elsewhere', async (t) => {
  const key = await server.createKey(org, ['receipts:read']);
  t.is((await server.request('/api/v1/receipts', { key })).status, 200);
  isProblem(t, await server.request('/api/v1/analytics', { key }), 403, 'missing_scope');
  isProblem(t, await server.request('/api/v1/receipts', { key, body: { repo: REPO } }), 403, 'missing_scope');
});

test('a body that is not JSON in UTF-8 is a problem that says so', async (t) => {
  for (const body of ['', '{', '{"a":1}}', 'null garbage', new Uint8Array([0x22, 0xff, 0xfe, 0x22])]) {
    isProblem(t, await post(body), 400, 'malformed_json');
  }
  isProblem(
    t,
    await post('a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
    415,
    'unsupported_media_type',
  );
  isProblem(t, await post('{}', { 'content-encoding': 'br' }), 415, 'unsupported_media_type');
  isProblem(t, await post('not gzip', { 'content-encoding': 'gzip' }), 400, 'malformed_gzip');
  const cut = gzipSync(JSON.stringify({ repo: REPO })).subarray(0, 30);
  isProblem(t, await post(cut, { 'content-encoding': 'gzip' }), 400, 'malformed_gzip');
});

test('wrong types and unknown fields are refused with a pointer to the fault', async (t) => {
  const cases: [unknown, string][] = [
    [null, ''],
    ['text', ''],
    [{}, '/repo'],
    [{ repo: 'x' }, '/repo'],
    [{ repo: { name: 7 } }, '/repo/name'],
    [{ repo: REPO, receipts: {} }, '/receipts'],
    [{ repo: REPO, colour: 'red' }, '/colour'],
    [{ repo: { ...REPO, colour: 'red' } }, '/repo/colour'],
    [{ repo: { name: 'a\u0000b' } }, '/repo/name'],
    [{ repo: REPO, receipts: [{ ...receipt(), colour: 'red' }] }, '/receipts/0/colour'],
    [{ repo: REPO, receipts: [receipt({ model: 'a\u0000b' })] }, '/receipts/0/model'],
    [{ repo: REPO, receipts: [receipt({ id: 'x' })] }, '/receipts/0/id'],
    [{ repo: REPO, receipts: [receipt({ cost_usd: -1 })] }, '/receipts/0/cost_usd'],
    [{ repo: REPO, receipts: [receipt({ input_tokens: 1e300 })] }, '/receipts/0/input_tokens'],
    [{ repo: REPO, receipts: [receipt({ timestamp: '0000-01-01T00:00:00Z' })] }, '/receipts/0/timestamp'],
    [{ repo: REPO, receipts: [receipt({ attributions: [{ commit: 'x' }] })] }, '/receipts/0/attributions/0/commit'],
    [{ repo: REPO, receipts: [receipt({ attributions: [{ lines: '9-1' }] })] }, '/receipts/0/attributions/0/lines'],
    [{ repo: REPO, commits: [{}] }, '/commits/0/commit'],
  ];
  for (const [body, pointer] of cases) {
    const reply = await post(JSON.stringify(body));
    isProblem(t, reply, 422, 'invalid_body');
    t.true(
      reply.body.errors.some((error: { pointer: string }) => error.pointer === pointer),
      `${pointer}: ${JSON.stringify(reply.body.errors)}`,
    );
  }
  const surrogate = JSON.stringify({ repo: REPO, receipts: [receipt()] }).replace('Add a cart', '\\ud800');
  const reply = await post(surrogate);
  isProblem(t, reply, 422, 'invalid_body');
  t.is(reply.body.errors[0].pointer, '/receipts/0/prompt_summary');
});

test('a wrong query parameter is refused with its name', async (t) => {
  for (const [query, pointer] of [
    ['limit=0', '/limit'],
    ['limit=abc', '/limit'],
    ['limit=1&limit=2', '/limit'],
    ['from=yesterday', '/from'],
    ['from=2026-02-30', '/from'],
    ['colour=red', '/colour'],
    ['repo=%00', '/repo'],
    ['q=%ED%A0%80%00', '/q'],
    ['cursor=nonsense', '/cursor'],
    [
      `cursor=${Buffer.from('9999-99-99T99:99:99.999999Z 00000000-0000-0000-0000-000000000000').toString('base64url')}`,
      '/cursor',
    ],
    ['__proto__=1', '/__proto__'],
  ] as const) {
    const reply = await server.request(`/api/v1/receipts?${query}`, { key: org.key });
    isProblem(t, reply, 400, 'invalid_query');
    t.is(reply.body.errors[0].pointer, pointer, query);
  }
});

test('a body over the limit is refused, plain or as a gzip bomb, and the server goes on', async (t) => {
  isProblem(t, await post(`"${'x'.repeat(1_000_001)}"`), 413, 'body_too_large');
  const bomb = gzipSync(Buffer.alloc(200_000_000, 0x20));
  isProblem(t, await post(bomb, { 'content-encoding': 'gzip' }), 413, 'body_too_large');
  t.is((await server.request('/livez')).status, 200);
});

test('an upload without a length is stopped at the limit', async (t) => {
  const status = await new Promise<number>((resolve, reject) => {
    const req = httpRequest(`${server.origin}/api/v1/receipts`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${org.key}`,
        'content-type': 'application/json',
        'transfer-encoding': 'chunked',
      },
    });
    req.once('response', (reply) => {
      resolve(reply.statusCode!);
      req.destroy();
    });
    req.once('error', reject);
    for (let i = 0; i < 20; i++) req.write(Buffer.alloc(100_000, 0x20));
  });
  t.is(status, 413);
});

test('very deep JSON is refused, not fatal', async (t) => {
  const deep = '['.repeat(300_000) + ']'.repeat(300_000);
  const reply = await post(`{"repo":${JSON.stringify(REPO)},"receipts":[${deep}]}`);
  isProblem(t, reply, 422, 'invalid_body');
  t.is((await server.request('/livez')).status, 200);
});

test('unknown paths and methods are problems', async (t) => {
  isProblem(t, await server.request('/nowhere', { key: org.key }), 404, 'not_found');
  isProblem(t, await server.request('/api/v1/receipts/none', { key: org.key }), 404, 'not_found');
  isProblem(t, await server.request('/api/v1/receipts/%00', { key: org.key }), 404, 'not_found');
  isProblem(t, await server.request('/api/v1/receipts', { key: org.key, method: 'DELETE' }), 405, 'method_not_allowed');
});

test('neither keys, prompts nor query strings reach the log', async (t) => {
  await post({ repo: REPO, receipts: [receipt({ prompt_summary: 'unmistakable-prompt' })] });
  await server.request('/api/v1/receipts?user=unmistakable@example.com', { key: org.key });
  const log = server.log.join('');
  t.true(log.includes('"route":"/api/v1/receipts"'));
  t.false(log.includes('unmistakable') || log.includes(org.key) || log.includes(org.key.slice(-20)));
});

test('answers carry security headers and a request id, the caller\u2019s where it is harmless', async (t) => {
  const { headers } = await server.request('/livez', { headers: { 'x-request-id': 'abc-123' } });
  t.is(headers.get('x-request-id'), 'abc-123');
  t.is(headers.get('x-content-type-options'), 'nosniff');
  t.regex(headers.get('content-security-policy')!, /default-src 'none'/);
  const { headers: own } = await server.request('/livez', { headers: { 'x-request-id': '<script>' } });
  t.regex(own.get('x-request-id')!, /^[0-9a-f-]{36}$/);
});
