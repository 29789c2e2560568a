import test from 'ava';
import { firstParentChanges, onFirstParents } from './first-parents.js';
import { all, newRepository } from './real-git.test.support.js';
import { openRepository } from './repository.js';

test('each commit of the line has the paths it changed, a merge those it brought, and side branches have no part', async (t) => {
  const real = await newRepository(t);
  const root = await real.commit({ 'a.ts': '1\n', 'b.ts': '1\n' });
  const empty = await real.commit({});
  const side = await real.commit({ 'side.ts': '1\n', 'a.ts': '2\n' }, { branch: 'topic', parents: [empty] });
  const own = await real.commit({ 'b.ts': null });
  const merge = await real.commit({ 'side.ts': '1\n', 'a.ts': '2\n' }, { parents: [own, side] });
  const moved = await real.commit({ 'side.ts': null, 'moved.ts': '1\n' });
  const again = await real.commit({});
  const repo = await openRepository(real.dir);
  t.deepEqual(await all(firstParentChanges(repo, again)), [
    { commit: again, paths: [] },
    { commit: moved, paths: ['moved.ts', 'side.ts'] },
    { commit: merge, paths: ['a.ts', 'side.ts'] },
    { commit: own, paths: ['b.ts'] },
    { commit: empty, paths: [] },
    { commit: root, paths: ['a.ts', 'b.ts'] },
  ]);
  const onLine = await onFirstParents(repo, again, new Set([root, side, own, 'f'.repeat(40)]));
  t.deepEqual([...onLine].sort(), [root, own].sort());
  t.deepEqual(await onFirstParents(repo, again, new Set()), new Set());
});

test('paths may be anything that git takes, also what looks like its own output', async (t) => {
  const real = await newRepository(t);
  const paths = ['\n', ':x', '\n:100644', 'a b\tc"\\', 'f'.repeat(40), `:${'0'.repeat(6)} 100644`].sort();
  const first = await real.commit(Object.fromEntries(paths.map((path) => [path, '1\n'])));
  const second = await real.commit({ [paths[0]!]: '2\n' });
  const repo = await openRepository(real.dir);
  const [newest, oldest] = await all(firstParentChanges(repo, second));
  t.deepEqual(newest, { commit: second, paths: [paths[0]!] });
  t.is(oldest?.commit, first);
  t.deepEqual(oldest?.paths.sort(), paths);
});
