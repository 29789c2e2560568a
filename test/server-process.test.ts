import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { run, SERVER, temporaryFolder } from './cli.js';
import { REPO, receipt } from './fixtures.js';

interface Running {
  child: ChildProcess;
  url: string;
  exit: Promise<number | null>;
}

/** The server as a process with its own PostgreSQL, as a user starts it. */
async function start(t: ExecutionContext, dataDir: string, env: Record<string, string> = {}): Promise<Running> {
  const child = spawn(process.execPath, [SERVER, '--port', '0', '--data-dir', dataDir], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  t.teardown(async () => {
    child.kill('SIGTERM');
    await exit;
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    const entry = JSON.parse(line);
    if (entry.msg === 'listening') {
      child.stdout!.resume();
      return { child, url: entry.url, exit };
    }
  }
  throw new Error(`the server ended with ${await exit}`);
}

async function dataFolder(t: ExecutionContext): Promise<string> {
  const folder = await temporaryFolder(t);
  await chmod(folder, 0o711); // as root PostgreSQL runs as another user
  return join(folder, 'data');
}

const admin = (dataDir: string, ...args: string[]) => run(SERVER, [...args, '--data-dir', dataDir, '--json']);

async function post(url: string, key: string, receipts: object[]) {
  const reply = await fetch(`${url}/api/v1/receipts`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ repo: REPO, receipts }),
  });
  return (await reply.json()) as { inserted: number; duplicates: number };
}

test('orgs and keys can be made before the server runs and while it runs; a second server is refused', async (t) => {
  const dataDir = await dataFolder(t);
  const created = await admin(dataDir, 'org', 'create', 'acme', '--name', 'Acme');
  t.is(created.code, 0, created.stderr);
  t.like(created.json, { org: { slug: 'acme', name: 'Acme' } });
  const { url } = await start(t, dataDir);
  t.is((await post(url, created.json.api_key, [receipt()])).inserted, 1);

  const second = await run(SERVER, ['--port', '0', '--data-dir', dataDir]);
  t.is(second.code, 2);
  t.regex(second.stderr, /Another server .* runs on/);

  const key = (await admin(dataDir, 'key', 'create', '--org', 'acme', '--name', 'ci', '--scopes', 'receipts:write'))
    .json;
  t.is((await post(url, key.api_key, [receipt()])).inserted, 1);
  t.is((await admin(dataDir, 'key', 'revoke', key.key.id)).code, 0);
  const revoked = await fetch(`${url}/api/v1/whoami`, { headers: { 'x-api-key': key.api_key } });
  t.is(revoked.status, 401);
  t.is((await fetch(`${url}/readyz`)).status, 200);
  t.is((await admin(dataDir, 'org', 'create', 'acme')).code, 2);
  t.is((await admin(dataDir, 'key', 'list')).json.keys.length, 2);
});

test('a server that is killed starts again on the same data with nothing lost', async (t) => {
  const dataDir = await dataFolder(t);
  const { api_key } = (await admin(dataDir, 'org', 'create', 'acme')).json;
  const first = await start(t, dataDir);
  const receipts = [receipt(), receipt()];
  t.is((await post(first.url, api_key, receipts)).inserted, 2);
  first.child.kill('SIGKILL');
  await first.exit;
  const second = await start(t, dataDir);
  t.is((await post(second.url, api_key, receipts)).duplicates, 2);
});

test('SIGTERM stops the server and its PostgreSQL in order, with exit code 0', async (t) => {
  const dataDir = await dataFolder(t);
  const { child, url, exit } = await start(t, dataDir);
  t.is((await fetch(`${url}/livez`)).status, 200);
  child.kill('SIGTERM');
  t.is(await exit, 0);
  await t.throwsAsync(fetch(`${url}/livez`));
});

test('a running server does background work: a webhook gets a message', async (t) => {
  const received = new Promise<string>((resolve) => {
    const receiver = createServer((request, response) => {
      resolve(text(request));
      response.end();
    });
    receiver.listen(0, '127.0.0.1', () => ready(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`));
    t.teardown(() => receiver.close());
  });
  let ready = (_: string) => {};
  const hook = await new Promise<string>((resolve) => {
    ready = resolve;
  });
  const dataDir = await dataFolder(t);
  const { api_key } = (await admin(dataDir, 'org', 'create', 'acme')).json;
  const { url } = await start(t, dataDir, { BLAMEPROMPT_WEBHOOK_ALLOW: '127.0.0.1' });
  const send = async (path: string, body?: object) => {
    const headers = { 'x-api-key': api_key, 'content-type': 'application/json' };
    const reply = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await reply.json()) as { webhook: { id: string } };
  };
  const { webhook } = await send('/webhooks', { url: hook, events: ['audit.event'] });
  await send(`/webhooks/${webhook.id}/test`);
  t.regex(await received, /"(webhook.test|webhook.created)"/);
});

test('wrong words and settings are explained, with exit code 2', async (t) => {
  for (const [args, words] of [
    [['frobnicate'], /no command "frobnicate"/],
    [['--frobnicate'], /frobnicate/],
    [['--port', 'abc'], /PORT must be a whole number/],
    [['org', 'create', 'No Slug'], /slug/],
    [['key', 'create', '--org', 'x'], /--scopes/],
    [['start', '--database-url', 'postgres://nobody@127.0.0.1:1/none'], /DATABASE_URL cannot be used/],
  ] as const) {
    const { code, stderr } = await run(SERVER, [...args]);
    t.is(code, 2, stderr);
    t.regex(stderr, words);
    t.notRegex(stderr, /\n\s+at /);
  }
  t.regex((await run(SERVER, ['--help'])).stdout, /org create/);
});

test('the server runs on a PostgreSQL of its owner\u2019s by DATABASE_URL', async (t) => {
  const { createTestDatabase } = await import('./database.js');
  const { url, adminUrl, drop } = await createTestDatabase({ empty: true });
  t.teardown(drop);
  const env = { DATABASE_URL: adminUrl };
  t.deepEqual((await run(SERVER, ['migrate', '--json'], { env })).json.applied.slice(0, 1), ['0001_receipts.sql']);
  t.deepEqual((await run(SERVER, ['migrate', '--json'], { env })).json, { applied: [] });
  const created = await run(SERVER, ['org', 'create', 'acme', '--json'], { env });
  t.is(created.code, 0, created.stderr);
  t.deepEqual((await run(SERVER, ['org', 'list', '--json'], { env })).json.orgs.length, 1);

  const apart = { DATABASE_URL: url, DATABASE_URL_DIRECT: adminUrl };
  const second = await run(SERVER, ['org', 'create', 'other', '--json'], { env: apart });
  t.is(second.code, 0, `a login that owns nothing is enough beside the owner's: ${second.stderr}`);
});
