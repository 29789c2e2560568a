import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { run, SERVER } from './cli.js';
import { createTestDatabase } from './database.js';
import { REPO, receipt } from './fixtures.js';

/** The built server as a process, with what it says line by line. */
async function start(t: ExecutionContext, settings: Record<string, string> = {}) {
  const { adminUrl, drop } = await createTestDatabase();
  t.teardown(drop);
  const env = { DATABASE_URL: adminUrl, ...settings };
  const { json: made } = await run(SERVER, ['org', 'create', 'acme', '--json'], { env });
  const child: ChildProcess = spawn(process.execPath, [SERVER, '--port', '0'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  t.teardown(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const said = async (msg: string) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the server ended without "${msg}"`);
      const entry = JSON.parse(value);
      if (entry.msg === msg) return entry;
    }
  };
  const { url, metrics } = await said('listening');
  return { child, exit, said, url: url as string, metrics: metrics as string, key: made.api_key as string };
}

test('a request that is under way when the server stops is answered and stored, and new connections are refused', async (t) => {
  const { child, exit, said, url, key } = await start(t);
  const body = JSON.stringify({ repo: REPO, receipts: [receipt()] });
  const req = request(`${url}/api/v1/receipts`, {
    method: 'POST',
    headers: {
      'x-api-key': key,
      'content-type': 'application/json',
      'content-length': body.length,
      expect: '100-continue',
    },
  });
  req.flushHeaders();
  await once(req, 'continue'); // the server has the request
  req.write(body.slice(0, 10));
  child.kill('SIGTERM');
  await said('stopping');
  await t.throwsAsync(async () => {
    for (;;) await fetch(`${url}/livez`, { headers: { connection: 'close' } });
  });
  req.end(body.slice(10));
  const [reply] = await once(req, 'response');
  t.is(reply.statusCode, 200);
  t.is(reply.headers.connection, 'close');
  t.like(await json(reply), { inserted: 1 });
  t.deepEqual(await exit, [0, null]);
});

test('a server that is told to wait serves on while /readyz says that it goes, and a second signal ends it at once', async (t) => {
  const { child, exit, said, url, key } = await start(t, { BLAMEPROMPT_SHUTDOWN_DELAY_SECONDS: '600' });
  child.kill('SIGTERM');
  await said('stopping');
  t.is((await fetch(`${url}/readyz`)).status, 503);
  t.is((await fetch(`${url}/livez`)).status, 200);
  const reply = await fetch(`${url}/api/v1/whoami`, { headers: { 'x-api-key': key } });
  t.is(reply.status, 200);
  t.is(reply.headers.get('connection'), 'close');
  child.kill('SIGINT');
  t.deepEqual(await exit, [null, 'SIGINT']);
});

test('limits are on where nothing is said, and /metrics is there on a port of its own', async (t) => {
  const { url, metrics, key } = await start(t, { BLAMEPROMPT_METRICS_PORT: '0' });
  const { headers } = await fetch(`${url}/api/v1/whoami`, { headers: { 'x-api-key': key } });
  t.is(headers.get('ratelimit-policy'), '"key";q=3000;w=60');
  t.is((await fetch(`${url}/metrics`)).status, 404);
  const text = await (await fetch(`${metrics}/metrics`)).text();
  t.regex(text, /route="\/api\/v1\/whoami",status="200"\} 1/);
  t.regex(text, /^blameprompt_pool_size 10$/m);
});
