import test from 'ava';
import { all, newRepository } from './real-git.test.support.js';
import { openRepository } from './repository.js';
import { changedFiles, listFiles } from './tree-files.js';

test('files of a tree are listed at any depth, or those asked for by their literal names', async (t) => {
  const real = await newRepository(t);
  const module = 'e'.repeat(40);
  const tip = await real.commit({ 'a.ts': '1\n', 'd/e/f*.ts': '2\n', sub: module }, { modes: { sub: '160000' } });
  const repo = await openRepository(real.dir);
  const [a, f] = [await real.blob('1\n'), await real.blob('2\n')];
  t.deepEqual((await all(listFiles(repo, tip))).flat(), [
    { path: 'a.ts', blob: a },
    { path: 'd/e/f*.ts', blob: f },
    { path: 'sub', blob: undefined },
  ]);
  t.deepEqual((await all(listFiles(repo, tip, ['d/e/f*.ts', '*.ts', 'gone']))).flat(), [
    { path: 'd/e/f*.ts', blob: f },
  ]);
});

test('of two trees what was added, changed and removed is listed', async (t) => {
  const real = await newRepository(t);
  const before = await real.commit({ a: '1\n', 'd/b': '1\n', c: '1\n' });
  const after = await real.commit({ a: '2\n', 'd/b': null, e: '1\n' });
  const repo = await openRepository(real.dir);
  t.deepEqual((await all(changedFiles(repo, before, after))).flat(), [
    { path: 'a', blob: await real.blob('2\n'), removed: false },
    { path: 'd/b', blob: await real.blob('1\n'), removed: true },
    { path: 'e', blob: await real.blob('1\n'), removed: false },
  ]);
  await t.throwsAsync(all(changedFiles(repo, 'f'.repeat(40), after)), { message: /diff-tree/ });
});
