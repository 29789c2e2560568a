import test, { type ExecutionContext } from 'ava';
import { CLI, lines, run, TestClone } from './cli.js';
import { startTestServer, type TestOrg, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const FILE = '.agent-trace/traces.jsonl';
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A line of the file: the agent wrote these lines while HEAD was the revision. */
function trace(n: number, revision: string, files: Record<string, [number, number]>): string {
  return `${JSON.stringify({
    version: '0.1.0',
    id: uuid(n),
    timestamp: '2026-02-14T09:00:00Z',
    vcs: { type: 'git', revision },
    tool: { name: 'cursor', version: '3.0' },
    files: Object.entries(files).map(([path, [start_line, end_line]]) => ({
      path,
      conversations: [
        { contributor: { type: 'ai', model_id: 'anthropic/claude-opus-4-6' }, ranges: [{ start_line, end_line }] },
      ],
    })),
  })}\n`;
}

async function enterprise(t: ExecutionContext, clone: TestClone, org: TestOrg, command: string, ...args: string[]) {
  const outcome = await run(CLI, ['enterprise', command, '-C', clone.path, '--json', ...args], {
    env: { HOME: clone.home, BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: org.key },
  });
  t.is(outcome.code, 0, outcome.stderr + outcome.stdout);
  return outcome.json;
}

const commitsOf = (receipts: { id: string; attributions: { commit: string | null; path: string }[] }[]) =>
  Object.fromEntries(
    receipts.map(({ id, attributions }) => [id, attributions.map(({ commit, path }) => [commit, path])]),
  );

test('each file of a trace belongs to the first commit after its revision that touches it', async (t) => {
  const org = await server.createOrg();
  const clone = await TestClone.create(t);
  const start = await clone.commit({ 'old.ts': lines(9) });
  // The agent wrote both files at once; they were committed one after the other, and then a.ts again by a person.
  let file = trace(1, start, { 'a.ts': [1, 3], 'b.ts': [1, 2] });
  const first = await clone.commit({ 'a.ts': lines(5), [FILE]: file });
  const second = await clone.commit({ 'b.ts': lines(4) });
  const third = await clone.commit({ 'a.ts': lines(3, 'mine') + lines(5) });
  file += trace(2, second, { 'a.ts': [8, 9], 'never.ts': [1, 1] }) + trace(3, 'f'.repeat(40), { 'a.ts': [1, 9] });
  await clone.commit({ [FILE]: `${file}no trace\n` });
  t.like(await enterprise(t, clone, org, 'sync'), {
    notes: { skipped: [{ ref: FILE, reason: '1 line that is no trace' }] },
    receipts: { inserted: 3 },
  });
  const { receipts } = (await server.request('/api/v1/receipts', org)).body;
  t.deepEqual(commitsOf(receipts), {
    [uuid(1)]: [
      [first, 'a.ts'],
      [second, 'b.ts'],
    ],
    [uuid(2)]: [[third, 'a.ts']],
    [uuid(3)]: [],
  });
  const stats = (commit: string) => enterprise(t, clone, org, 'stats', commit);
  t.like(await stats(first), { lines: { ai: 3 }, by_tool: [{ tool: 'cursor', lines: 3 }] });
  t.like(await stats(second), { lines: { ai: 2 } });
  t.like(await stats(third), { lines: { added: 3, ai: 0, unknown: 3 }, commits_with_receipts: 1 });
  t.like(await enterprise(t, clone, org, 'sources'), {
    sources: [{ ref: FILE, format: 'agent-trace', notes: 4, readable: 3 }],
  });
});

test('traces that are appended are new, and what they stood beside is not sent again', async (t) => {
  const org = await server.createOrg();
  const clone = await TestClone.create(t);
  const start = await clone.commit({ 'old.ts': lines(9) });
  const one = trace(1, start, { 'a.ts': [1, 3] });
  const first = await clone.commit({ 'a.ts': lines(5), [FILE]: one });
  t.like(await enterprise(t, clone, org, 'sync'), { receipts: { inserted: 1 }, commits: { sent: 1 } });
  t.like(await enterprise(t, clone, org, 'sync'), { notes: { read: 0 } });

  const two = trace(2, first, { 'b.ts': [1, 2] });
  await clone.commit({ [FILE]: one + two });
  t.like(await enterprise(t, clone, org, 'sync'), { receipts: { sent: 1, inserted: 1 }, commits: { sent: 1 } });
  const third = await clone.commit({ 'b.ts': lines(2) });
  t.like(await enterprise(t, clone, org, 'sync'), { receipts: { sent: 1, inserted: 0 }, commits: { sent: 1 } });
  t.like((await server.request('/api/v1/analytics', org)).body, { total_receipts: 2, lines: { added: 9, ai: 5 } });
  const { receipts } = (await server.request('/api/v1/receipts', org)).body;
  t.deepEqual(commitsOf(receipts), { [uuid(1)]: [[first, 'a.ts']], [uuid(2)]: [[third, 'b.ts']] });

  await clone.commit({ [FILE]: trace(1, start, { 'a.ts': [1, 1] }) + two });
  t.like(await enterprise(t, clone, org, 'sync'), { receipts: { sent: 1, amended: 1 }, commits: { sent: 2 } });
  t.like((await server.request('/api/v1/analytics', org)).body, { lines: { ai: 3 } });
});

test('only what is committed on the default branch is read', async (t) => {
  const org = await server.createOrg();
  const clone = await TestClone.create(t);
  const start = await clone.commit({ 'a.ts': lines(5) });
  await clone.commit({ 'b.ts': lines(5) });
  await clone.write(FILE, trace(1, start, { 'b.ts': [1, 3] }));
  t.like(await enterprise(t, clone, org, 'sources'), { sources: [] });
  t.like(await enterprise(t, clone, org, 'stats', 'HEAD'), { lines: { ai: 0 } });
});

test('what a merge brought is the merge’s, which counts no lines', async (t) => {
  const org = await server.createOrg();
  const clone = await TestClone.create(t);
  const start = await clone.commit({ 'old.ts': lines(9) });
  await clone.git('checkout', '--quiet', '-b', 'topic');
  await clone.commit({ 'a.ts': lines(5), [FILE]: trace(1, start, { 'a.ts': [1, 3] }) });
  await clone.git('checkout', '--quiet', 'main');
  await clone.commit({ 'c.ts': lines(1) });
  await clone.git('merge', '--quiet', '--no-ff', '-m', 'Merge', 'topic');
  await clone.commit({ 'a.ts': lines(5) + lines(1, 'more') });
  await enterprise(t, clone, org, 'sync');
  const { receipts } = (await server.request('/api/v1/receipts', org)).body;
  t.deepEqual(commitsOf(receipts), { [uuid(1)]: [[await clone.git('rev-parse', 'HEAD~1'), 'a.ts']] });
  t.like((await server.request('/api/v1/analytics', org)).body, { lines: { ai: 0 } });
});

test('a file that a partial clone lacks is read when it has come', async (t) => {
  const org = await server.createOrg();
  const origin = await TestClone.create(t, '');
  const start = await origin.commit({ 'old.ts': lines(9) });
  await origin.commit({ 'a.ts': lines(5), [FILE]: trace(1, start, { 'a.ts': [1, 3] }) });
  await origin.git('config', 'uploadpack.allowFilter', 'true');
  const clone = await TestClone.create(t, '');
  await clone.git('remote', 'add', 'origin', `file://${origin.path}`);
  await clone.git('fetch', '--quiet', '--filter=blob:none', 'origin', 'main:refs/heads/main', '--update-head-ok');
  t.like(await enterprise(t, clone, org, 'sync'), {
    notes: { skipped: [{ ref: FILE, reason: 'not in this clone' }] },
    receipts: { sent: 0 },
  });
  await clone.git('fetch', '--quiet', '--no-filter', '--refetch', 'origin', 'main');
  t.like(await enterprise(t, clone, org, 'sync'), { receipts: { inserted: 1 }, commits: { sent: 1 } });
  t.like((await server.request('/api/v1/analytics', org)).body, { lines: { added: 6, ai: 3 } });
  t.like(await enterprise(t, clone, org, 'sync'), { notes: { read: 0 } });
});
