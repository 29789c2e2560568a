import test, { type ExecutionContext } from 'ava';
import { CLI, gitAiNote, lines, run, TestClone } from './cli.js';
import { startTestServer, type TestOrg, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

async function sync(t: ExecutionContext, clone: TestClone, { key }: TestOrg, ...args: string[]) {
  const env = { HOME: clone.home, BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: key };
  const outcome = await run(CLI, ['enterprise', 'sync', '-C', clone.path, '--json', ...args], { env });
  t.is(outcome.code, 0, outcome.stderr + outcome.stdout);
  return outcome.json;
}

const analytics = async ({ key }: TestOrg, query = '') =>
  (await server.request(`/api/v1/analytics${query}`, { key })).body;

/** Receipts of each user, and the lines of the commits that Ada wrote by her old address and by her new one. */
async function people(org: TestOrg) {
  const [all, old, now] = await Promise.all([
    analytics(org),
    analytics(org, '?user=ada@old.example.com'),
    analytics(org, '?user=ada@example.com'),
  ]);
  const users = all.top_users.map(({ user, receipts }: { user: string; receipts: number }) => [user, receipts]);
  return { users: Object.fromEntries(users), old: old.lines.added, now: now.lines.added };
}

/** Notes name Ada by the address that her commits have. */
const oldNote = (files: Record<string, string>, session: string) =>
  gitAiNote(files, session).replace('Ada Example <ada@example.com>', 'ada <Ada@Old.example.com>');

test('people are who .mailmap says, from the sync after it changed, and a clone that lags behind changes nothing', async (t) => {
  const org = await server.createOrg();
  const clone = await TestClone.create(t);
  const as = (person: string) => clone.git('commit', '--quiet', '--amend', '--no-edit', `--author=${person}`);
  await clone.commit({ 'a.ts': lines(4) });
  await as('ada <ada@old.example.com>');
  await clone.note('ai', 'HEAD', oldNote({ 'a.ts': '1-4' }, 'a'.repeat(14)));
  await clone.commit({ 'b.ts': lines(3) });
  await clone.note('ai', 'HEAD', gitAiNote({ 'b.ts': '1-3' }, 'b'.repeat(14)));
  await sync(t, clone, org);
  const before = { users: { 'ada@old.example.com': 1, 'ada@example.com': 1 }, old: 4, now: 3 };
  t.deepEqual(await people(org), before);

  await clone.commit({ '.mailmap': 'Ada Example <ada@example.com> <ada@old.example.com>\n' });
  t.like(await sync(t, clone, org), { receipts: { sent: 2, inserted: 0, amended: 1, duplicates: 1 } });
  const mapped = { users: { 'ada@example.com': 2 }, old: 0, now: 4 + 3 + 1 };
  t.deepEqual(await people(org), mapped);
  t.like(await sync(t, clone, org), { receipts: { sent: 0 }, commits: { sent: 0 } });

  const behind = await TestClone.create(t);
  await behind.git('fetch', '--quiet', '--update-head-ok', clone.path, 'refs/notes/*:refs/notes/*', 'main:main');
  await behind.git('reset', '--quiet', '--hard', 'main~1');
  t.like(await sync(t, behind, org), { receipts: { sent: 2, amended: 0 }, commits: { updated: 0 } });
  t.deepEqual(await people(org), mapped);

  await clone.commit({ '.mailmap': '# nobody\n' });
  t.like(await sync(t, clone, org), { receipts: { amended: 1 } });
  t.deepEqual(await people(org), { ...before, now: 3 + 1 + 1 });
});

test('commits of bots count, and are told apart', async (t) => {
  const org = await server.createOrg();
  const clone = await TestClone.create(t);
  const first = await clone.commit({ 'a.ts': lines(4) });
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-2' }));
  for (const [n, name] of ['dependabot[bot]', 'devin-ai-integration[bot]'].entries()) {
    await clone.commit({ [`${n}.ts`]: lines(5) });
    await clone.git(
      'commit',
      '--quiet',
      '--amend',
      '--no-edit',
      `--author=${name} <${n}+${name}@users.noreply.github.com>`,
    );
  }
  await sync(t, clone, org);
  const expected = {
    lines: { added: 14, deleted: 0, ai: 2, human: 0, unknown: 12, added_by_bots: 10 },
    commits_by_bots: 2,
    commits_with_ai_trailers: 1,
  };
  const { lines: counted, coverage } = await analytics(org);
  t.like({ ...coverage, lines: counted }, expected);
  const stats = ['enterprise', 'stats', '-C', clone.path];
  t.like((await run(CLI, [...stats, '--json'], { env: { HOME: clone.home } })).json, expected);
  t.regex((await run(CLI, stats, { env: { HOME: clone.home } })).stdout, /10 of the added ones in 2 commits of bots/);
});

test('notes of recorders\u2019 own test tools reach neither receipts nor lines, and are listed', async (t) => {
  const org = await server.createOrg();
  const clone = await TestClone.create(t);
  const first = await clone.commit({ 'a.ts': lines(4) });
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-2' }));
  for (const tool of ['mock_ai', 'test-agent']) {
    await clone.note(
      'ai',
      await clone.commit({ [`${tool}.ts`]: lines(3) }),
      gitAiNote({ [`${tool}.ts`]: '1-3' }, 'c'.repeat(14), tool),
    );
  }
  const { notes } = await sync(t, clone, org);
  t.is(notes.read, 1);
  t.deepEqual(notes.skipped.map(({ reason }: { reason: string }) => reason).sort(), [
    'test tool mock_ai',
    'test tool test-agent',
  ]);
  t.like(await analytics(org), {
    total_receipts: 1,
    lines: { added: 10, ai: 2 },
    coverage: { commits_with_receipts: 1 },
  });
});
