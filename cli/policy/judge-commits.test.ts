import test, { type ExecutionContext } from 'ava';
import type { Verdict } from '../../shared/api/policies.js';
import type { Change } from '../../shared/policy/input.js';
import { blamePromptNote, gitAiNote, lines, TestClone } from '../../test/cli.js';
import { receipt } from '../../test/fixtures.js';
import { loadSettings } from '../config/settings.js';
import { openRepository } from '../git/repository.js';
import { type CommitRange, judgeCommits } from './judge-commits.js';

const PASS: Verdict = { verdict: 'pass', violations: [], exempted: [], not_evaluated: [] };

/** What would be judged of a range, the oldest commit first. */
async function judged(t: ExecutionContext, clone: TestClone, range: CommitRange) {
  const repository = await openRepository(clone.path);
  const settings = await loadSettings(repository.root, {}, { HOME: clone.home });
  let change: Change | undefined;
  const result = await judgeCommits(repository, settings, range, (given) => {
    change = given;
    return PASS;
  });
  t.is(result.verdict, PASS);
  return { ...result, change: change!, oids: result.commits.map(({ commit }) => commit) };
}

test('only commits that the head has and the base lacks are judged, wherever the base has gone since', async (t) => {
  const clone = await TestClone.create(t);
  await clone.commit({ 'a.ts': lines(2) });
  await clone.git('checkout', '--quiet', '-b', 'feature');
  const mine = await clone.commit({ 'b.ts': lines(3) });
  await clone.git('checkout', '--quiet', 'main');
  const theirs = await clone.commit({ 'c.ts': lines(4) });
  t.deepEqual((await judged(t, clone, { base: 'main', head: 'feature' })).oids, [mine]);

  await clone.git('checkout', '--quiet', 'feature');
  await clone.git('merge', '--quiet', '--no-ff', '-m', 'Merge main', 'main');
  const merge = await clone.git('rev-parse', 'HEAD');
  const { commits, oids } = await judged(t, clone, { base: 'main', head: 'feature' });
  t.deepEqual(oids, [mine, merge]);
  t.like(commits[0], { is_merge: false, lines: { added: 3 } });
  t.like(commits[1], { is_merge: true, lines: null });
  t.deepEqual((await judged(t, clone, { base: ['main', 'feature'], head: 'feature' })).oids, []);
  t.is((await judged(t, clone, { base: [], head: 'main' })).oids.length, 2);
  t.deepEqual(
    (await judged(t, clone, { base: ['f'.repeat(40), mine], head: 'feature' })).oids,
    [theirs, merge],
    'a tip that is not here excludes nothing',
  );
});

test('a commit is judged with the AI lines of its files, its receipts and what its message says', async (t) => {
  const clone = await TestClone.create(t);
  await clone.commit({ 'a.ts': lines(2) });
  const first = await clone.commit({ 'b.ts': lines(5), 'c.ts': lines(5) });
  await clone.commit({ 'd.ts': lines(1) }, 'Silent\n\nCo-authored-by: Claude <noreply@anthropic.com>');
  const third = await clone.commit({ 'e.ts': lines(1) }, 'Told\n\nCo-authored-by: Claude <noreply@anthropic.com>');
  await clone.note('ai', first, gitAiNote({ 'b.ts': '1-2,4-9' }));
  await clone.note('ai', third, gitAiNote({ 'e.ts': '1' }));
  const { change, commits } = await judged(t, clone, { base: 'HEAD~3', head: 'HEAD' });
  t.like(commits[0], {
    commit: first,
    author_email: 'ada@example.com',
    has_receipts: true,
    ai_involved: false,
    lines: { added: 10, deleted: 0, ai: 4, human: 0, unknown: 6 },
    files: [{ path: 'b.ts', added: 5, ai: '1-2,4-5' }],
  });
  t.like(commits[1], { has_receipts: false, ai_involved: true, lines: { ai: 0, unknown: 1 } });
  t.like(commits[2], { has_receipts: true, ai_involved: true });
  t.is(change.repo, 'git.example.com/acme/shop');
  t.is(change.receipts.length, 1, 'one session in two commits is one receipt');
  t.deepEqual(change.receipts[0]!.attributions!.map(({ commit }) => commit).sort(), [first, third].sort());
});

test('a session is there once for each model that its notes name, and its cost counts once', async (t) => {
  const clone = await TestClone.create(t);
  await clone.commit({ 'a.ts': lines(2) });
  const base = await clone.git('rev-parse', 'HEAD');
  const said = { ...receipt(), provider: 'claude', files_changed: [] };
  const models = ['claude-opus-4-6', 'gpt-5', 'claude-opus-4-6'];
  for (const [n, model] of models.entries()) {
    const commit = await clone.commit({ [`${n}.ts`]: lines(1) });
    await clone.note('blameprompt', commit, blamePromptNote({ ...said, model, cost_usd: n + 1 }));
  }
  const { receipts } = await judged(t, clone, { base, head: 'HEAD' });
  t.deepEqual(
    receipts.map(({ model, cost_usd }) => [model, cost_usd]),
    [
      ['claude-opus-4-6', 3],
      ['gpt-5', 0],
    ],
  );
});

test("what is generated, the base's attributes say, not those of the change", async (t) => {
  const clone = await TestClone.create(t);
  await clone.commit({ '.gitattributes': 'gen/** linguist-generated\n' });
  const commit = await clone.commit({
    '.gitattributes': '** linguist-generated\n',
    'gen/a.ts': lines(3),
    'src/b.ts': lines(4),
  });
  await clone.note('ai', commit, gitAiNote({ 'src/b.ts': '1-4', 'gen/a.ts': '1-3' }));
  const { commits } = await judged(t, clone, { base: 'HEAD~1', head: 'HEAD' });
  t.deepEqual(commits[0]!.files, [{ path: 'src/b.ts', added: 4, ai: '1-4' }]);
});

test('what is no revision is refused', async (t) => {
  const clone = await TestClone.create(t);
  await clone.commit({ 'a.ts': lines(2) });
  for (const range of [
    { base: 'nowhere', head: 'HEAD' },
    { base: 'HEAD', head: '--output=evil' },
    { base: ['HEAD', '^HEAD'], head: 'HEAD' },
  ]) {
    await t.throwsAsync(judged(t, clone, range), { code: 'no-such-revision' });
  }
});
