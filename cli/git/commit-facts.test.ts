import test from 'ava';
import { type CommitFact, factsOf } from './commit-facts.js';
import { commitInfo } from './commits.js';
import { all, commitFacts, type FactsOptions, newRepository, type RealGit } from './real-git.test.support.js';
import { openRepository } from './repository.js';

async function facts(real: RealGit, tip: string, options: Partial<FactsOptions> = {}) {
  return all(commitFacts(await openRepository(real.dir), { tip, ...options }));
}

/** The one commit's files as `path +lines -count`. */
async function filesOf(real: RealGit, tip: string): Promise<string[]> {
  const [fact] = await facts(real, tip);
  if (!fact || 'reason' in fact) throw new Error(`not readable: ${JSON.stringify(fact)}`);
  return fact.files.map((file) => `${file.path} +${file.added.map((range) => range.join('-'))} -${file.deleted}`);
}

const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('');

test('a commit is counted against its parent, the root commit against nothing, newest first', async (t) => {
  const real = await newRepository(t);
  const root = await real.commit({ 'a.txt': lines('1', '2', '3'), 'b.txt': lines('x') }, { time: 1_700_000_000 });
  const tip = await real.commit({ 'a.txt': lines('1', 'two', '3', '4'), 'b.txt': null });
  const [second, first, ...none] = (await facts(real, tip)) as CommitFact[];
  t.is(none.length, 0);
  t.like(first, { oid: root, isMerge: false, added: 4, deleted: 0, committedAt: 1_700_000_000 });
  t.like(first, { authorName: 'Ada Example', authorEmail: 'ada@example.com' });
  t.like(second, { oid: tip, added: 2, deleted: 2, parents: [root] });
  t.deepEqual(second?.files, [
    {
      path: 'a.txt',
      added: [
        [2, 2],
        [4, 4],
      ],
      deleted: 1,
    },
    { path: 'b.txt', added: [], deleted: 1 },
  ]);
});

test('an empty range has no facts', async (t) => {
  const real = await newRepository(t);
  const tip = await real.commit({ a: '1\n' });
  t.deepEqual(await facts(real, tip, { exclude: [tip] }), []);
});

test('merges are reported without lines', async (t) => {
  const real = await newRepository(t);
  const root = await real.commit({ a: '1\n' });
  const side = await real.commit({ b: lines('1', '2') }, { branch: 'side', parents: [root] });
  const main = await real.commit({ c: '1\n' }, { parents: [root] });
  const merge = await real.commit({ b: lines('1', '2'), evil: 'by hand\n' }, { parents: [main, side] });
  const found = (await facts(real, merge)) as CommitFact[];
  t.is(found.length, 4);
  t.like(found[0], { oid: merge, isMerge: true, added: 0, deleted: 0, files: [] });
  t.deepEqual(
    found
      .slice(1)
      .map((fact) => [fact.isMerge, fact.added])
      .sort(),
    [
      [false, 1],
      [false, 1],
      [false, 2],
    ],
  );
});

test('a commit without changes is a fact with no lines', async (t) => {
  const real = await newRepository(t);
  await real.commit({ a: '1\n' });
  t.like((await facts(real, await real.commit({})))[0], { added: 0, files: [] });
});

test('odd file names come out as they are', async (t) => {
  const real = await newRepository(t);
  const utf8 = Buffer.from('ünï/日本.txt').toString('latin1');
  const paths = [
    'with space.txt',
    'qu"ote.txt',
    'back\\slash',
    'tab\tname',
    'line\nbreak',
    utf8,
    ' lead',
    'trail ',
    '-dash',
    '#hash',
    '"q"',
    'dev/null',
    'b/b',
    'a => b',
    '{a => b}/c',
  ];
  const tip = await real.commit({ ...Object.fromEntries(paths.map((path) => [path, 'x\n'])), 'latin\xe9': 'x\n' });
  const files = await filesOf(real, tip);
  const expected = [...paths.filter((path) => path !== utf8), 'ünï/日本.txt', 'latin\ufffd'];
  t.deepEqual(files.sort(), expected.map((path) => `${path} +1-1 -0`).sort());
});

test('a renamed file counts what changed in it, under its new name', async (t) => {
  const real = await newRepository(t);
  const text = Array.from({ length: 20 }, (_, i) => `line ${i}`);
  await real.commit({ 'old name.txt': lines(...text), 'same.txt': lines(...text, 'same') });
  const tip = await real.commit({
    'old name.txt': null,
    'new name.txt': lines(...text.slice(0, 9), 'changed', ...text.slice(10)),
    'same.txt': null,
    'moved.txt': lines(...text, 'same'),
  });
  t.deepEqual(await filesOf(real, tip), ['new name.txt +10-10 -1']);
});

test('binary files, modes and submodules count no lines; links count theirs', async (t) => {
  const real = await newRepository(t);
  const one = '1'.repeat(40);
  const two = '2'.repeat(40);
  await real.commit(
    { bin: Buffer.from([0, 1, 2, 10, 3]), run: 'x\n', lib: one, file: lines('1', '2'), other: lines('1') },
    { modes: { lib: '160000' } },
  );
  const tip = await real.commit(
    { bin: Buffer.from([0, 9, 10]), run: 'x\n', lib: two, file: 'target', other: two, added: one },
    { modes: { lib: '160000', run: '100755', file: '120000', other: '160000', added: '160000' } },
  );
  const files = (await filesOf(real, tip)).filter((file) => !file.endsWith(' + -0'));
  // A file that became a submodule: its lines are gone, the submodule has none.
  t.deepEqual(files, ['file +1-1 -2', 'other + -1']);
});

test('line ends and missing ends of files', async (t) => {
  const real = await newRepository(t);
  await real.commit({ crlf: 'a\r\nb\r\n', noend: 'a\nb', end: 'a\n', cr: 'a\rb\r' });
  const tip = await real.commit({ crlf: 'a\r\nc\r\n', noend: 'a\nb\n', end: 'a', cr: 'a\rc\r', empty: '' });
  t.deepEqual(await filesOf(real, tip), ['cr +1-1 -1', 'crlf +2-2 -1', 'end +1-1 -1', 'noend +2-2 -1']);
});

test('lines that look like parts of a patch are lines', async (t) => {
  const real = await newRepository(t);
  const evil = [
    '++ b/x',
    '-- a/x',
    '@@ -1 +1 @@',
    'diff --git a/x b/x',
    `#${'0'.repeat(40)}`,
    '\\ No newline at end of file',
    'index 1..2 160000',
  ];
  await real.commit({ a: lines('1', ...evil.map((line) => `old ${line}`), '2') });
  const tip = await real.commit({
    a: lines('1', ...evil, '2', ...evil.flatMap((line) => [line, `+${line}`, `-${line}`])),
  });
  t.deepEqual(await filesOf(real, tip), ['a +2-8,10-30 -7']);
});

test('a line of many megabytes is only a line', async (t) => {
  const real = await newRepository(t);
  const tip = await real.commit({ a: Buffer.concat([Buffer.alloc(30_000_000, 'x'), Buffer.from('\ny\n')]) });
  t.deepEqual(await filesOf(real, tip), ['a +1-2 -0']);
});

test('ignored paths are left out of files and sums', async (t) => {
  const real = await newRepository(t);
  const tip = await real.commit({ a: '1\n', 'b.lock': lines('1', '2') });
  const [fact] = await facts(real, tip, { isIgnored: (path) => path.endsWith('.lock') });
  t.like(fact, { added: 1, files: [{ path: 'a', added: [[1, 1]], deleted: 0 }] });
});

test('chosen commits are counted in the order they are given', async (t) => {
  const real = await newRepository(t);
  const oids = [
    await real.commit({ a: lines('1') }),
    await real.commit({ a: lines('1', '2', '3') }),
    await real.commit({}),
  ];
  const repo = await openRepository(real.dir);
  const chosen = (await all(commitInfo(repo, oids.slice(0, 2)))).flatMap((commit) =>
    'missing' in commit ? [] : [commit],
  );
  const found = await all(
    factsOf(
      repo,
      () => chosen,
      () => false,
    ),
  );
  t.deepEqual(
    found.map((fact) => fact.oid),
    oids.slice(0, 2),
  );
  t.deepEqual(
    found.map((fact) => 'added' in fact && fact.added),
    [1, 2],
  );
});
