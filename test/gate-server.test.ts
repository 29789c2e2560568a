import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { blamePromptNote, gitAiNote, lines, TestClone } from './cli.js';
import { receipt } from './fixtures.js';
import { gate } from './gate.js';
import { startTestServer, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

/** One time for all: at midnight two receipts of a test must not be of two days. */
const NOW = new Date().toISOString();

const access = (url: string, key: string) => ({ BLAMEPROMPT_API_URL: url, BLAMEPROMPT_API_KEY: key });

/** A change of one commit with AI lines in `crypto/` and a receipt of three dollars of today. */
async function change(t: ExecutionContext): Promise<TestClone> {
  const clone = await TestClone.create(t, 'https://git.example.com/acme/shop.git');
  await clone.commit({ 'a.ts': lines(1) });
  await clone.git('checkout', '--quiet', '-b', 'feature');
  const commit = await clone.commit({ 'crypto/a.ts': lines(3) });
  const said = {
    ...receipt({ timestamp: NOW, cost_usd: 3 }),
    provider: 'claude',
    files_changed: [],
    prompt_summary: 'private-prompt',
  };
  await clone.note('blameprompt', commit, blamePromptNote({ ...said, conversation: [{ content: 'private-talk' }] }));
  await clone.note('ai', commit, gitAiNote({ 'crypto/a.ts': '1-3' }));
  return clone;
}

test('the server judges by the policies of the org and what it knows was spent', async (t) => {
  const { key } = await server.createOrg();
  const clone = await change(t);
  const args = ['--base', 'main', '--no-fetch', '--json'];
  const post = (path: string, body: object) => server.request(path, { key, body });
  t.like((await gate(clone, args, access(server.origin, key))).json, { verdict: 'pass', commits: 1, receipts: 2 });

  const policies = [
    { name: 'budget', rule: { max_cost_per_day: 5 }, action: 'block' },
    { name: 'keys', rule: { forbidden_paths: ['crypto/**'] }, action: 'warn' },
  ];
  for (const policy of policies) t.is((await post('/api/v1/policies', policy)).status, 201);
  const warned = await gate(clone, args, access(server.origin, key));
  t.is(warned.code, 0, warned.stdout);
  t.like(warned.json, {
    verdict: 'warn',
    policies: `the policies of ${server.origin}`,
    violations: [{ policy: 'keys', location: { path: 'crypto/a.ts', line: 1, end_line: 3 } }],
    not_evaluated: [],
  });
  t.is((await gate(clone, [...args, '--fail-on', 'warn'], access(server.origin, key))).code, 3);

  const earlier = { ...receipt({ timestamp: NOW, cost_usd: 4 }), attributions: [] };
  t.is(
    (await post('/api/v1/receipts', { repo: { name: 'git.example.com/acme/other' }, receipts: [earlier] })).status,
    200,
  );
  const blocked = await gate(clone, args, access(server.origin, key));
  t.is(blocked.code, 1, blocked.stdout);
  t.like(blocked.json.violations[0], { policy: 'budget', value: 7, limit: 5 });
});

/** A server that answers as the test says; what it was sent last. */
async function stub(t: ExecutionContext, answer: (req: IncomingMessage, res: ServerResponse) => void) {
  let body = '';
  const listener = createServer(async (req, res) => {
    body = await text(req.headers['content-encoding'] === 'gzip' ? req.pipe(createGunzip()) : req);
    answer(req, res);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  t.teardown(() => listener.close());
  return { url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`, sent: () => body };
}

test('a server that cannot judge is no pass', async (t) => {
  const clone = await change(t);
  const args = ['--base', 'main', '--no-fetch', '--json'];
  const { key } = await server.createOrg(['receipts:write']);
  const problem = (status: number) =>
    stub(t, (_, res) => {
      res.statusCode = status;
      res.end(JSON.stringify({ status, code: 'x', title: 'x', detail: 'It does not work.' }));
    });
  for (const [name, url, code] of [
    ['gone', 'http://127.0.0.1:1', 4],
    ['an error', (await problem(500)).url, 4],
    ['a refusal', (await problem(422)).url, 4],
    ['another program', (await stub(t, (_, res) => void res.end('<html>'))).url, 4],
    ['a key without the scope', server.origin, 2],
  ] as const) {
    const outcome = await gate(clone, args, access(url, key));
    t.is(outcome.code, code, `${name}: ${outcome.stdout}`);
    t.truthy(outcome.json.error?.message, name);
    if (code === 4) t.is(outcome.json.verdict, 'error', name);
  }
});

test('a server is sent what policies may ask about: no prompts, no conversations, no contents', async (t) => {
  const clone = await change(t);
  const verdict = { verdict: 'pass', violations: [], exempted: [], not_evaluated: [] };
  const { url, sent } = await stub(t, (_, res) => void res.end(JSON.stringify(verdict)));
  const outcome = await gate(clone, ['--base', 'main', '--no-fetch', '--json'], access(url, 'bp_test'));
  t.is(outcome.code, 0, outcome.stdout);
  const body = JSON.parse(sent());
  t.like(body, { repo: 'git.example.com/acme/shop', person: 'ada@example.com', commits: [{ files: [{ ai: '1-3' }] }] });
  const fields = new Set(body.receipts.flatMap(Object.keys));
  t.deepEqual([...fields].sort(), [
    'attributions',
    'cost_usd',
    'id',
    'model',
    'provider',
    'timestamp',
    'tool',
    'user_email',
    'user_name',
  ]);
  t.notRegex(sent(), /private|line 1/);
});

test('a change cannot choose the server that judges it', async (t) => {
  const clone = await change(t);
  const { url, sent } = await stub(t, (_, res) => void res.end('{}'));
  await clone.commit({ '.blameprompt/config.toml': `[enterprise]\napi_url = "${url}"\n` });
  const outcome = await gate(clone, ['--base', 'main', '--no-fetch'], { BLAMEPROMPT_API_KEY: 'bp_secret' });
  t.is(outcome.code, 2, outcome.stdout);
  t.regex(outcome.stderr, /nothing to judge by/);
  t.is(sent(), '');
});
