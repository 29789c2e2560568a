import { rm } from 'node:fs/promises';
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

const A = 'a'.repeat(14);
const B = 'b'.repeat(14);

async function sync(t: ExecutionContext, clone: TestClone, { key }: TestOrg, ...args: string[]) {
  const env = { HOME: clone.home, BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: key };
  const outcome = await run(CLI, ['enterprise', 'sync', '-C', clone.path, '--json', ...args], { env });
  t.is(outcome.code, 0, outcome.stderr + outcome.stdout);
  return outcome.json;
}

/** What the server counts, which is what the clone counts without it. */
async function counted(t: ExecutionContext, clone: TestClone, { key }: TestOrg) {
  const { body } = await server.request('/api/v1/analytics', { key });
  const { json } = await run(CLI, ['enterprise', 'stats', '-C', clone.path, '--json'], { env: { HOME: clone.home } });
  t.deepEqual(body.lines, json.lines);
  t.is(body.coverage.commits_with_receipts, json.commits_with_receipts);
  const { added, ai } = body.lines;
  return { receipts: body.total_receipts, cost: body.total_cost_usd, commits: body.coverage.commits, added, ai };
}

/** Where the server says that the lines of each annotated commit are now. */
async function nowAt({ key }: TestOrg): Promise<Record<string, string | null>> {
  const { body } = await server.request('/api/v1/receipts', { key });
  const attributions = body.receipts.flatMap((item: { attributions: object[] }) => item.attributions);
  return Object.fromEntries(
    attributions.map(({ commit, now_at }: { commit: string; now_at: string | null }) => [commit, now_at]),
  );
}

/** A main branch that is tracked since its first commit, and a branch with two annotated commits of two sessions. */
async function twoAnnotated(t: ExecutionContext) {
  const clone = await TestClone.create(t);
  const start = await clone.commit({ 'a.ts': lines(20), 'b.ts': lines(5) }, 'Start');
  await clone.note('ai', start, gitAiNote({ 'a.ts': '1-2' }, '0'.repeat(14)));
  await clone.git('checkout', '--quiet', '-b', 'feature');
  const first = await clone.commit({ 'a.ts': `${lines(20)}${lines(6, 'first')}` }, 'First');
  await clone.note('ai', first, gitAiNote({ 'a.ts': '21-24' }, A));
  const second = await clone.commit({ 'b.ts': `${lines(2, 'second')}${lines(5)}${lines(3, 'second')}` }, 'Second');
  await clone.note('ai', second, gitAiNote({ 'b.ts': '2,8-9' }, B));
  return { clone, start, first, second };
}

/** Main goes on at the top of the file, so that every line of the branch gets another number there. */
async function mainGoesOn(clone: TestClone): Promise<void> {
  await clone.git('checkout', '--quiet', 'main');
  await clone.commit({ 'a.ts': `${lines(7, 'above')}${lines(20)}` }, 'Meanwhile');
}

test('commits that a rebase rewrote count where they are now, and their receipts lead there', async (t) => {
  const org = await server.createOrg();
  const { clone, start, first, second } = await twoAnnotated(t);
  await mainGoesOn(clone);
  await clone.git('rebase', '--quiet', 'main', 'feature');
  await clone.git('branch', '--force', 'main', 'feature');
  const { commits } = await sync(t, clone, org);
  t.is(commits.sent, 4 + 2);
  t.deepEqual(await counted(t, clone, org), { receipts: 3, cost: 0, commits: 4, added: 25 + 7 + 6 + 5, ai: 2 + 4 + 3 });
  t.deepEqual(await nowAt(org), {
    [start]: null,
    [first]: await clone.git('rev-parse', 'main~1'),
    [second]: await clone.git('rev-parse', 'main'),
  });
  t.like(await sync(t, clone, org, '--full'), {
    receipts: { inserted: 0, amended: 0 },
    commits: { inserted: 0, updated: 0 },
  });
});

test('a rewritten commit that comes with a later sync is found, also when its notes come after it', async (t) => {
  const org = await server.createOrg();
  const { clone, first, second } = await twoAnnotated(t);
  const note = await clone.git('notes', '--ref=ai', 'show', second);
  await clone.git('notes', '--ref=ai', 'remove', second);
  await sync(t, clone, org);
  t.like(await counted(t, clone, org), { receipts: 2, added: 25, ai: 2 });
  await mainGoesOn(clone);
  await sync(t, clone, org);
  await clone.git('cherry-pick', first, second);
  t.like(await sync(t, clone, org), { commits: { sent: 2 + 1 } });
  t.like(await counted(t, clone, org), { receipts: 2, added: 43, ai: 2 + 4 });
  await clone.commit({ 'c.ts': lines(1) }, 'Later');
  await sync(t, clone, org);
  await clone.note('ai', second, note);
  t.like(await sync(t, clone, org), { notes: { read: 1 }, receipts: { inserted: 1 }, commits: { sent: 1 + 1 } });
  t.like(await counted(t, clone, org), { receipts: 3, added: 44, ai: 2 + 4 + 3 });
  t.like(await nowAt(org), { [second]: await clone.git('rev-parse', 'main~1') });
  t.like(await sync(t, clone, org), { commits: { sent: 0 } });
});

test('a commit whose message is amended after it was counted counts once', async (t) => {
  const org = await server.createOrg();
  const { clone, second } = await twoAnnotated(t);
  await clone.git('branch', '--force', 'main', 'feature');
  await sync(t, clone, org);
  const before = await counted(t, clone, org);
  await clone.git('checkout', '--quiet', 'main');
  await clone.git('commit', '--quiet', '--amend', '-m', 'Second, said better');
  await sync(t, clone, org);
  t.deepEqual(await counted(t, clone, org), before);
  t.like(await nowAt(org), { [second]: await clone.git('rev-parse', 'main') });
});

test('where the recorder moves the note of an amended commit, its receipts go with it', async (t) => {
  const org = await server.createOrg();
  const clone = await TestClone.create(t);
  const old = await clone.commit({ 'a.ts': lines(5) });
  const said = { ...receipt(), provider: 'claude', files_changed: [{ path: 'a.ts', line_range: [1, 5] }] };
  await clone.note('blameprompt', old, blamePromptNote(said));
  await sync(t, clone, org);
  await clone.write('a.ts', lines(9));
  await clone.git('commit', '--quiet', '--all', '--amend', '-m', 'With more');
  const amended = await clone.git('rev-parse', 'HEAD');
  await clone.git('notes', '--ref=blameprompt', 'copy', old, amended);
  await clone.git('notes', '--ref=blameprompt', 'remove', old);
  await sync(t, clone, org);
  t.deepEqual(await counted(t, clone, org), { receipts: 1, cost: 0.25, commits: 1, added: 9, ai: 5 });
  t.deepEqual(await nowAt(org), { [old]: amended, [amended]: null });
});

test('a cherry-pick counts on the default branch, the picked commit does not', async (t) => {
  const org = await server.createOrg();
  const { clone, second } = await twoAnnotated(t);
  await mainGoesOn(clone);
  await clone.git('cherry-pick', second);
  await sync(t, clone, org);
  t.deepEqual(await counted(t, clone, org), { receipts: 3, cost: 0, commits: 3, added: 25 + 7 + 5, ai: 2 + 3 });
  t.like(await nowAt(org), { [second]: await clone.git('rev-parse', 'main') });
});

test('a commit with a note of its own counts by that, and its original leads to it', async (t) => {
  const org = await server.createOrg();
  const { clone, second } = await twoAnnotated(t);
  await mainGoesOn(clone);
  await clone.git('cherry-pick', second);
  const picked = await clone.git('rev-parse', 'main');
  await clone.note('ai', picked, gitAiNote({ 'b.ts': '1-2' }, B));
  await sync(t, clone, org);
  t.deepEqual(await counted(t, clone, org), { receipts: 3, cost: 0, commits: 3, added: 37, ai: 2 + 2 });
  t.like(await nowAt(org), { [second]: picked, [picked]: null });
});

test('a branch of one commit that is squashed counts like its commit', async (t) => {
  const org = await server.createOrg();
  const { clone, first } = await twoAnnotated(t);
  await mainGoesOn(clone);
  await clone.git('merge', '--quiet', '--squash', first);
  const squash = await clone.commit({}, 'Squash of one');
  await sync(t, clone, org);
  t.like(await counted(t, clone, org), { receipts: 3, commits: 3, added: 25 + 7 + 6, ai: 2 + 4 });
  t.like(await nowAt(org), { [first]: squash });
});

for (const annotated of [true, false]) {
  test(`a squash of two annotated commits counts once ${annotated ? 'with' : 'without'} a note of its own`, async (t) => {
    const org = await server.createOrg();
    const { clone, first, second } = await twoAnnotated(t);
    const cost = { ...receipt(), provider: 'claude', session_id: 'priced', cost_usd: 2 };
    await clone.note('blameprompt', first, blamePromptNote(cost));
    await sync(t, clone, org);
    await mainGoesOn(clone);
    await clone.git('merge', '--quiet', '--squash', 'feature');
    const squash = await clone.commit({}, 'Squash of two');
    if (annotated) {
      const [ofFirst, ofSecond] = [gitAiNote({ 'a.ts': '28-31' }, A), gitAiNote({ 'b.ts': '2,8-9' }, B)];
      await clone.note('ai', squash, joined(ofFirst, ofSecond));
      await clone.note('blameprompt', squash, blamePromptNote(cost));
    }
    await sync(t, clone, org);
    t.deepEqual(await counted(t, clone, org), {
      ...{ receipts: 4, cost: 2, commits: 3, added: 25 + 7 + 11 },
      ai: annotated ? 2 + 4 + 3 : 2,
    });
    t.like(await nowAt(org), { [first]: null, [second]: null });
    t.like(await sync(t, clone, org, '--full'), { receipts: { inserted: 0, amended: 0 } });
  });
}

test('a force-push that rewrites what was counted moves the lines, and going back moves them back', async (t) => {
  const org = await server.createOrg();
  const { clone, start, first, second } = await twoAnnotated(t);
  await clone.git('branch', '--force', 'main', 'feature');
  await sync(t, clone, org);
  const before = await counted(t, clone, org);
  await clone.git('checkout', '--quiet', '-B', 'main', start);
  // With another .mailmap all is sent anew, and still it is known what was on the branch.
  await clone.commit({ 'a.ts': `${lines(7, 'above')}${lines(20)}`, '.mailmap': '# nobody\n' }, 'Put in between');
  await clone.git('cherry-pick', first, second);
  await sync(t, clone, org);
  t.deepEqual(await counted(t, clone, org), { ...before, commits: before.commits + 1, added: before.added + 8 });
  const rewritten = { [first]: await clone.git('rev-parse', 'main~1'), [second]: await clone.git('rev-parse', 'main') };
  t.like(await nowAt(org), rewritten);
  await clone.git('reset', '--quiet', '--hard', 'feature');
  await sync(t, clone, org);
  t.deepEqual(await counted(t, clone, org), before);
  t.like(await nowAt(org), { [first]: null, [second]: null });
});

test('what left the branch unseen is taken off by a clone that never had it, and not by one that lags behind', async (t) => {
  const org = await server.createOrg();
  const { clone, start, first, second } = await twoAnnotated(t);
  await clone.git('branch', '--force', 'main', 'feature');
  const name = ['--repo-name', 'git.example.com/acme/rewritten'];
  await sync(t, clone, org, ...name);
  const lagging = await clone.cloneTo(join(clone.home, 'lagging'), '--mirror');
  await clone.git('checkout', '--quiet', '-B', 'main', start);
  await clone.commit({ 'a.ts': `${lines(7, 'above')}${lines(20)}` }, 'Put in between');
  await clone.git('cherry-pick', first, second);
  await clone.git('branch', '--quiet', '-D', 'feature');
  const shallow = await clone.cloneTo(join(clone.home, 'shallow'), '--mirror', '--depth=1');
  const fresh = await clone.cloneTo(join(clone.home, 'fresh'), '--mirror');
  const added = async () => (await server.request('/api/v1/analytics', { key: org.key })).body.lines.added;

  await sync(t, shallow, org, ...name);
  t.true((await added()) >= 25 + 11, 'a shallow clone does not know what left the branch');
  await sync(t, fresh, org, ...name);
  t.is(await added(), 25 + 7 + 11);
  await sync(t, lagging, org, ...name);
  await sync(t, fresh, org, ...name, '--full');
  t.is(await added(), 25 + 7 + 11);
  t.is((await sync(t, fresh, org, ...name, '--full')).commits.updated, 0);
});

test('a clone of one other branch takes nothing off the default branch', async (t) => {
  const org = await server.createOrg();
  const { clone } = await twoAnnotated(t);
  const name = ['--repo-name', 'git.example.com/acme/branches'];
  await mainGoesOn(clone);
  await sync(t, clone, org, ...name);
  const meanwhile = await clone.git('rev-parse', 'main');
  await clone.git('checkout', '--quiet', 'feature');
  await clone.commit({ 'a.ts': lines(3) }, 'Newer than the default branch');
  await clone.git('checkout', '--quiet', 'main'); // which is what the remote of clones calls its HEAD
  const one = await clone.cloneTo(join(clone.home, 'one'), '--single-branch', '--branch', 'feature');
  await one.git('fetch', '--quiet', 'origin', 'refs/notes/*:refs/notes/*');
  await sync(t, one, org, ...name);
  const { body } = await server.request(`/api/v1/commits?repo=${name[1]}`, { key: org.key });
  t.true(body.commits.some(({ commit }: { commit: string }) => commit === meanwhile));
});

test('what left the branch is taken off also when its commits were collected before the next sync', async (t) => {
  const org = await server.createOrg();
  const { clone, start, first, second } = await twoAnnotated(t);
  await clone.git('branch', '--force', 'main', 'feature');
  await sync(t, clone, org);
  const before = await counted(t, clone, org);
  await clone.git('checkout', '--quiet', '-B', 'main', start);
  await clone.commit({ 'a.ts': `${lines(7, 'above')}${lines(20)}` }, 'Put in between');
  await clone.git('cherry-pick', first, second);
  await clone.git('branch', '--quiet', '-D', 'feature');
  await clone.git('reflog', 'expire', '--expire=now', '--all');
  await clone.git('gc', '--quiet', '--prune=now');
  await t.throwsAsync(clone.git('cat-file', '-e', second));
  await sync(t, clone, org);
  t.is((await server.request('/api/v1/analytics', { key: org.key })).body.lines.added, before.added + 7);
});

test('a commit that was rewritten twice counts once, and each leads to the latest', async (t) => {
  const org = await server.createOrg();
  const { clone, second } = await twoAnnotated(t);
  const note = await clone.git('notes', '--ref=ai', 'show', second);
  await clone.git('commit', '--quiet', '--amend', '-m', 'Second, again');
  const again = await clone.git('rev-parse', 'HEAD');
  await clone.note('ai', again, note);
  await mainGoesOn(clone);
  await clone.git('cherry-pick', second);
  await sync(t, clone, org);
  t.like(await counted(t, clone, org), { receipts: 3, added: 37, ai: 5 });
  const picked = await clone.git('rev-parse', 'main');
  t.like(await nowAt(org), { [second]: picked, [again]: picked });
  await clone.git('revert', '--no-edit', 'HEAD');
  await clone.commit({}, 'Some time later');
  await clone.git('cherry-pick', second);
  await sync(t, clone, org);
  t.like(await counted(t, clone, org), { receipts: 3, added: 42, ai: 5 + 3 });
  t.like(await nowAt(org), { [second]: await clone.git('rev-parse', 'main') });
});

test('an original that is not here, or half of it, changes nothing for the others', async (t) => {
  const org = await server.createOrg();
  const { clone, first, second } = await twoAnnotated(t);
  await mainGoesOn(clone);
  await clone.git('cherry-pick', first, second);
  const blob = await clone.git('rev-parse', `${second}:b.ts`);
  await clone.git('branch', '--quiet', '-D', 'feature');
  t.is(await clone.git('rev-parse', 'main:b.ts'), blob);
  await clone.commit({ 'b.ts': 'else\n' }, 'Else');
  await rm(join(clone.path, '.git/objects', first.slice(0, 2), first.slice(2)));
  await rm(join(clone.path, '.git/objects', blob.slice(0, 2), blob.slice(2)));
  const { commits } = await sync(t, clone, org);
  t.is(commits.unreadable.length, 2);
  t.like((await server.request('/api/v1/analytics', org)).body, { total_receipts: 3, lines: { ai: 2 } });
  t.like(await nowAt(org), { [first]: null, [second]: null });
});

/** Two git-ai notes as one: the attestations of both, the sessions of both. */
function joined(one: string, other: string): string {
  const [[said, data], [more, moreData]] = [one.split('---\n'), other.split('---\n')];
  const { sessions, ...metadata } = JSON.parse(data!);
  return `${said}${more}---\n${JSON.stringify({ ...metadata, sessions: { ...sessions, ...JSON.parse(moreData!).sessions } })}\n`;
}
