import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { blamePromptNote, CLI, gitAiNote, lines, run, TestClone } from './cli.js';
import { receipt } from './fixtures.js';
import { startTestServer, type TestOrg, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer({ poolSize: 10 });
});
test.after.always(() => server?.stop());

const environment = (clone: TestClone, { key }: { key: string }, url = server.origin) => ({
  HOME: clone.home,
  BLAMEPROMPT_API_URL: url,
  BLAMEPROMPT_API_KEY: key,
});

async function sync(t: ExecutionContext, clone: TestClone, org: { key: string }, ...args: string[]) {
  const outcome = await run(CLI, ['enterprise', 'sync', '-C', clone.path, '--json', ...args], {
    env: environment(clone, org),
  });
  t.is(outcome.code, 0, outcome.stderr + outcome.stdout);
  return outcome.json;
}

const analytics = async ({ key }: TestOrg) => (await server.request('/api/v1/analytics', { key })).body;
const receipts = async ({ key }: TestOrg) =>
  (await server.request('/api/v1/receipts?limit=500', { key })).body.receipts;

/** What BlamePrompt writes for one receipt. */
const original = (fields: object = {}) => {
  const { id, timestamp, session_id, cost_usd } = receipt();
  return {
    ...{
      id,
      provider: 'claude',
      model: 'claude-sonnet-4-6',
      session_id,
      prompt_summary: 'Add a cart',
      prompt_hash: 'sha256:1',
    },
    ...{
      message_count: 3,
      cost_usd,
      timestamp,
      user: 'Ada Example <ada@example.com>',
      file_path: '',
      line_range: [0, 0],
    },
    ...{ conversation: [{ text: 'private-conversation' }], response_summary: 'private-response' },
    ...fields,
  };
};

/** Three commits with notes of both recorders, one by a person alone. */
async function annotatedClone(t: ExecutionContext): Promise<TestClone> {
  const clone = await TestClone.create(t);
  await clone.commit({ 'old.txt': lines(50) }, 'Before tracking');
  const first = await clone.commit({ 'a.ts': lines(10) });
  const second = await clone.commit({
    'a.ts': lines(10) + lines(5, 'more'),
    'b c.ts': lines(4),
    'package-lock.json': lines(100),
  });
  await clone.commit({ 'human.ts': lines(20) });
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-8' }));
  await clone.note('ai', second, gitAiNote({ 'a.ts': '11-15', '"b c.ts"': '1-2,90-99', 'package-lock.json': '1-100' }));
  await clone.note('blameprompt', second, blamePromptNote(original()));
  return clone;
}

test('a clone\u2019s notes arrive as receipts, and its lines are counted', async (t) => {
  const org = await server.createOrg();
  const clone = await annotatedClone(t);
  const result = await sync(t, clone, org);
  t.like(result, {
    repo: 'git.example.com/acme/shop',
    notes: { read: 3, skipped: [] },
    receipts: { sent: 2, inserted: 2, duplicates: 0, amended: 0, rejected: 0 },
    commits: { sent: 3 },
  });
  t.like(await analytics(org), {
    total_receipts: 2,
    lines: { added: 39, ai: 15, human: 0, unknown: 24 },
    coverage: { commits: 3, commits_with_receipts: 2 },
  });
  const [gitAi, blamePrompt] = (await receipts(org)).sort((a: { source: string }, b: { source: string }) =>
    a.source < b.source ? 1 : -1,
  );
  t.like(gitAi, {
    source: 'git-ai',
    tool: 'claude-code',
    model: 'claude-opus-4-6',
    provider: 'anthropic',
    user_email: 'ada@example.com',
    cost_basis: 'unknown',
  });
  t.is(gitAi.timestamp, '2026-02-14T12:00:00.000000Z');
  t.like(blamePrompt, { source: 'blameprompt', model: 'claude-sonnet-4-6', line_start: null, cost_basis: 'recorded' });
});

test('nothing of a conversation reaches the server', async (t) => {
  const org = await server.createOrg();
  const clone = await annotatedClone(t);
  await sync(t, clone, org);
  const whole = await Promise.all(
    (await receipts(org)).map(({ id }: { id: string }) => server.request(`/api/v1/receipts/${id}`, org)),
  );
  t.false(JSON.stringify(whole).includes('private-'));
  t.false(server.log.join('').includes('private-'));
});

test('a second sync sends nothing, and a third one only what is new', async (t) => {
  const org = await server.createOrg();
  const clone = await annotatedClone(t);
  await sync(t, clone, org);
  t.like(await sync(t, clone, org), { notes: { read: 0 }, receipts: { sent: 0, inserted: 0 }, commits: { sent: 0 } });
  const third = await clone.commit({ 'c.ts': lines(3) });
  await clone.note('ai', third, gitAiNote({ 'c.ts': '1-3' }, 'ffffffffffffff'));
  t.like(await sync(t, clone, org), { notes: { read: 1 }, receipts: { sent: 1, inserted: 1 }, commits: { sent: 1 } });
  t.like(await analytics(org), { total_receipts: 3, lines: { added: 42, ai: 18 } });
});

test('a note that is amended amends its receipts and the lines of its commit', async (t) => {
  const org = await server.createOrg();
  const clone = await annotatedClone(t);
  await sync(t, clone, org);
  const first = await clone.git('rev-parse', 'HEAD~2');
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-2' }));
  t.like(await sync(t, clone, org), {
    notes: { read: 1 },
    receipts: { sent: 1, inserted: 0, amended: 1 },
    commits: { sent: 1 },
  });
  t.like((await analytics(org)).lines, { added: 39, ai: 9 });
});

test('commits that a force-push takes off the branch stop counting, their rewritten twins count once', async (t) => {
  const org = await server.createOrg();
  const clone = await annotatedClone(t);
  await sync(t, clone, org);
  const tip = await clone.git('rev-parse', 'HEAD~1');
  await clone.git('reset', '--quiet', '--hard', 'HEAD~2');
  const rewritten = await clone.commit({ 'a.ts': lines(10) + lines(5, 'more'), 'b c.ts': lines(4) }, 'Rewritten');
  await clone.git('notes', '--ref=ai', 'copy', tip, rewritten);
  await sync(t, clone, org);
  t.like(await analytics(org), { total_receipts: 2, lines: { added: 19, ai: 15 }, coverage: { commits: 2 } });
});

test('notes that cannot be read are listed with commit and reason, and stop nothing', async (t) => {
  const org = await server.createOrg();
  const clone = await annotatedClone(t);
  const head = await clone.git('rev-parse', 'HEAD');
  await clone.note('blameprompt', head, '{"receipts": [');
  await clone.note('ai', head, gitAiNote({ 'human.ts': '1-20' }, '0123456789abcd', 'mock_ai'));
  const { notes } = await sync(t, clone, org);
  t.is(notes.read, 3);
  t.deepEqual(notes.skipped.map(({ ref, commit }: { ref: string; commit: string }) => [ref, commit]).sort(), [
    ['refs/notes/ai', head],
    ['refs/notes/blameprompt', head],
  ]);
  t.true(notes.skipped.every(({ reason }: { reason: string }) => reason.length > 5));
  t.like(await analytics(org), { total_receipts: 2, lines: { ai: 15 } });
});

test('notes of git-ai\u2019s first version, which have a ref each, are read, and a new one is noticed', async (t) => {
  const org = await server.createOrg();
  const clone = await TestClone.create(t);
  const attach = async (commit: string, ranges: (number | number[])[]) => {
    await clone.write(
      '.git/note',
      JSON.stringify({ files: { 'a.ts': { authors: [{ author: 'claude', lines: ranges }] } } }),
    );
    await clone.git('update-ref', `refs/ai/authorship/${commit}`, await clone.git('hash-object', '-w', '.git/note'));
  };
  const first = await clone.commit({ 'a.ts': lines(10) });
  await attach(first, [1, [3, 6]]);
  t.like(await sync(t, clone, org), { notes: { read: 1 }, receipts: { inserted: 1 } });
  t.like((await analytics(org)).lines, { added: 10, ai: 5 });
  t.like(await sync(t, clone, org), { notes: { read: 0 } });
  const second = await clone.commit({ 'a.ts': lines(10) + lines(4, 'more') });
  await attach(second, [[11, 14]]);
  t.like(await sync(t, clone, org), { notes: { read: 1 + 1 }, receipts: { inserted: 1 } });
  t.like((await analytics(org)).lines, { added: 14, ai: 9 });
});

test('a dry run sends nothing and says what it would send', async (t) => {
  const org = await server.createOrg();
  const clone = await annotatedClone(t);
  const outcome = await run(CLI, ['enterprise', 'sync', '-C', clone.path, '--dry-run', '--json'], {
    env: { HOME: clone.home },
  });
  t.is(outcome.code, 0, outcome.stderr);
  t.like(outcome.json, { receipts: { sent: 2, inserted: 0 }, commits: { sent: 3 } });
  t.is((await analytics(org)).total_receipts, 0);
  t.like(await sync(t, clone, org), { receipts: { inserted: 2 } });
});

test('twenty syncs of one clone at once count like one', async (t) => {
  const [org, other] = [await server.createOrg(), await server.createOrg()];
  const clone = await annotatedClone(t);
  await sync(t, clone, other, '--stateless');
  const results = await Promise.all(Array.from({ length: 20 }, () => sync(t, clone, org)));
  t.is(
    results.reduce((sum, { receipts: { inserted } }) => sum + inserted, 0),
    2,
  );
  t.deepEqual(await analytics(org), await analytics(other));
  t.like(await sync(t, clone, org), { receipts: { sent: 0 } });
});

test('a server that is down costs exit code 4 and nothing else: the next sync completes', async (t) => {
  const org = await server.createOrg();
  const clone = await annotatedClone(t);
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
  await new Promise((resolve) => closed.close(resolve));
  const outcome = await run(CLI, ['enterprise', 'sync', '-C', clone.path, '--json'], {
    env: environment(clone, org, url),
  });
  t.is(outcome.code, 4, outcome.stderr);
  t.is(outcome.json.error.code, 'unreachable');
  t.like(await sync(t, clone, org), { receipts: { inserted: 2 } });
});

test('a server that answers 503 or 429 is tried again when it says', async (t) => {
  const org = await server.createOrg();
  const clone = await annotatedClone(t);
  const tries = new Map<string, number>();
  const proxy = createServer(async (req, res) => {
    const body: Buffer[] = [];
    for await (const chunk of req) body.push(chunk);
    const path = req.url!.split('?')[0]!;
    const nth = (tries.get(path) ?? 0) + 1;
    tries.set(path, nth);
    if (nth <= 2) {
      res.writeHead(nth === 1 ? 503 : 429, { 'retry-after': '1' }).end('{}');
      return;
    }
    const { host: _, connection: __, 'content-length': ___, ...headers } = req.headers as Record<string, string>;
    const reply = await fetch(server.origin + req.url, {
      method: req.method!,
      headers,
      body: body.length === 0 ? null : Buffer.concat(body),
    });
    res.writeHead(reply.status, { 'content-type': 'application/json' }).end(await reply.text());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.teardown(() => proxy.close());
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const outcome = await run(CLI, ['enterprise', 'sync', '-C', clone.path, '--json'], {
    env: environment(clone, org, url),
  });
  t.is(outcome.code, 0, outcome.stderr);
  t.is(outcome.json.receipts.inserted, 2);
  t.deepEqual(
    [...tries],
    [
      ['/api/v1/whoami', 3],
      ['/api/v1/receipts', 3],
      ['/api/v1/commits', 3],
    ],
  );
});

test('a damaged state file is repaired by the next sync', async (t) => {
  const org = await server.createOrg();
  const clone = await annotatedClone(t);
  await sync(t, clone, org);
  const file = join(clone.path, '.git/blameprompt/state.json');
  for (const damage of ['', '{"version":1', '{"version":1,"servers":{"x":7}}', '[]']) {
    await writeFile(file, damage);
    t.like(await sync(t, clone, org), { receipts: { inserted: 0, amended: 0, duplicates: 2 } });
    t.is(JSON.parse(await readFile(file, 'utf8')).version, 1);
  }
});

test('status tells what a sync would send, without a server', async (t) => {
  const org = await server.createOrg();
  const clone = await annotatedClone(t);
  const status = async () =>
    (await run(CLI, ['enterprise', 'status', '-C', clone.path, '--json'], { env: environment(clone, org) })).json;
  t.like(await status(), {
    repo: 'git.example.com/acme/shop',
    default_branch: 'main',
    pending: { notes: 3, commits: 3 },
  });
  await sync(t, clone, org);
  t.like(await status(), { pending: { notes: 0, commits: 0 }, problem: null });
  const alone = await run(CLI, ['enterprise', 'status', '-C', clone.path, '--json'], { env: { HOME: clone.home } });
  t.is(alone.code, 0);
  t.like(alone.json, { server: null, pending: null });
});

test('doctor finds a healthy setup healthy and names what is missing', async (t) => {
  const org = await server.createOrg();
  const clone = await annotatedClone(t);
  const doctor = (env: Record<string, string>) =>
    run(CLI, ['enterprise', 'doctor', '-C', clone.path, '--json'], { env });
  const healthy = await doctor(environment(clone, org));
  t.is(healthy.code, 0, healthy.stdout);
  t.true(
    healthy.json.checks.every(({ state }: { state: string }) => state === 'ok'),
    healthy.stdout,
  );
  const wrong = await doctor({ ...environment(clone, org), BLAMEPROMPT_API_KEY: 'bp_org_wrong' });
  t.is(wrong.code, 1);
  t.is(wrong.json.checks.find(({ state }: { state: string }) => state === 'failed').name, 'sign-in');
  t.is((await doctor({ HOME: clone.home })).code, 1);
});

test('hostile text in notes and file names is printed without control characters', async (t) => {
  const org = await server.createOrg();
  const clone = await TestClone.create(t, 'https://git.example.com/acme/\u001b[31mred.git');
  const commit = await clone.commit({ 'a\u001b]0;title\u0007.ts': lines(2) });
  await clone.note(
    'blameprompt',
    commit,
    blamePromptNote(
      original({
        model: 'evil\u001b[2Jmodel\u0000',
        files_changed: [{ path: 'a\u001b]0;t\u0007.ts', line_range: [1, 2] }],
      }),
    ),
  );
  await clone.note('ai', commit, '\u001b[2J not a note');
  const env = environment(clone, org);
  for (const args of [
    ['sync', '-C', clone.path],
    ['receipts'],
    ['analytics'],
    ['status', '-C', clone.path],
    ['doctor', '-C', clone.path],
  ]) {
    const { stdout, stderr, code } = await run(CLI, ['enterprise', ...args], { env });
    t.true(code === 0, stderr);
    t.notRegex(stdout + stderr, /[\u0000-\u0009\u000b-\u001f\u007f]/);
  }
});

test('commands of the recorder are handed to the next blameprompt on PATH with its exit code', async (t) => {
  const clone = await TestClone.create(t);
  await clone.write('bin/blameprompt', '#!/bin/sh\necho "recorder $*"\nexit 7\n');
  const { spawnSync } = await import('node:child_process');
  spawnSync('chmod', ['+x', join(clone.path, 'bin/blameprompt')]);
  const PATH = `${join(clone.path, 'bin')}:${process.env.PATH}`;
  const handed = await run(CLI, ['show', '--all'], { env: { PATH } });
  t.is(handed.code, 7);
  t.is(handed.stdout, 'recorder show --all\n');
  const alone = await run(CLI, ['show'], {});
  t.is(alone.code, 2);
  t.regex(alone.stderr, /enterprise --help/);
});

test('a sync that is killed half way leaves nothing that the next one does not complete', async (t) => {
  const org = await server.createOrg();
  const clone = await annotatedClone(t);
  const hanging = createServer(() => {});
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    hanging.closeAllConnections();
    hanging.close();
  });
  const arrived = once(hanging, 'request');
  const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
  const child = spawn(process.execPath, [CLI, 'enterprise', 'sync', '-C', clone.path], {
    env: { PATH: process.env.PATH, ...environment(clone, org, url) },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  await arrived;
  child.kill('SIGKILL');
  await ended;
  t.like(await sync(t, clone, org), { receipts: { inserted: 2 } });
});
