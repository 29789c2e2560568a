import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import postgres from 'postgres';
import { run, SERVER } from './cli.js';
import { createTestDatabase, databaseEnv } from './database.js';
import { REPO, receipt } from './fixtures.js';

/** The built server as a process, with what it says line by line. */
async function start(t: ExecutionContext, settings: Record<string, string> = {}) {
  const { url: databaseUrl, adminUrl, drop } = await createTestDatabase();
  t.teardown(drop);
  const output: string[] = [];
  const env = { ...databaseEnv({ url: databaseUrl, adminUrl }), ...settings };
  const { json: made } = await run(SERVER, ['org', 'create', 'acme', '--json'], { env });
  const child: ChildProcess = spawn(process.execPath, [SERVER, '--port', '0'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr!.on('data', (chunk) => output.push(String(chunk)));
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
      output.push(value);
      const entry = JSON.parse(value);
      if (entry.msg === msg) return entry;
    }
  };
  const { url, metrics } = await said('listening');
  return {
    child,
    exit,
    said,
    output,
    databaseUrl,
    adminUrl,
    url: url as string,
    metrics: metrics as string,
    key: made.api_key as string,
  };
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

test('whatever happens, the log holds no password, no key, no prompt and no name', async (t) => {
  const signingKey = 'MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f';
  const settings = { LOG_LEVEL: 'trace', BLAMEPROMPT_SIGNING_KEY: signingKey };
  const { child, exit, said, url, key, output, databaseUrl, adminUrl } = await start(t, settings);
  const receipts = [receipt({ prompt_summary: 'unmistakable', user_email: 'unmistakable@example.com' })];
  const ask = (path: string, body?: string) =>
    fetch(url + path, {
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', cookie: 'unmistakable=1' },
      ...(body !== undefined && { method: 'POST', body }),
    });
  await ask('/api/v1/receipts', JSON.stringify({ repo: REPO, receipts }));
  await ask('/api/v1/receipts', JSON.stringify({ repo: REPO, receipts: [{ unmistakable: 1 }] }));
  await ask('/api/v1/receipts', '{"unmistakable');
  await ask('/api/v1/receipts?user=unmistakable@example.com');
  await fetch(`${url}/api/v1/whoami`, { headers: { 'x-api-key': `${key}unmistakable` } });
  const sql = postgres(adminUrl, { max: 1 });
  await sql`alter table receipts add constraint never check (false) not valid`;
  t.is(
    (await ask('/api/v1/receipts', JSON.stringify({ repo: REPO, receipts: [{ ...receipts[0], id: randomUUID() }] })))
      .status,
    500,
  );
  await sql.end();
  child.kill('SIGTERM');
  await said('stopped');
  await exit;
  const text = output.join('\n');
  t.true(text.includes('"err"'), 'the error is logged');
  const { username, password } = new URL(adminUrl); // which may be no better than "postgres"
  const passwords = [decodeURIComponent(new URL(databaseUrl).password), `${username}:${password}@`];
  for (const secret of ['unmistakable', key, key.slice(-20), signingKey, signingKey.slice(20, 50), ...passwords])
    t.false(text.includes(secret), secret);
});
