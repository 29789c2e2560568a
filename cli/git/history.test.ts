import test from 'ava';
import { lostCommits, reachable, walkHistory } from './history.js';
import { all, newRepository } from './real-git.test.support.js';
import { openRepository } from './repository.js';

const names = async (commits: AsyncIterable<{ oid: string }>) => (await all(commits)).map((commit) => commit.oid);

test('annotated commits are told apart by whether the branch has them, and the oldest is the start', async (t) => {
  const real = await newRepository(t);
  await real.commit({ a: '1\n' });
  const second = await real.commit({ a: '2\n' }, { time: 1_700_000_000 });
  const third = await real.commit({ a: '3\n' });
  const elsewhere = await real.commit({ a: '3\n' }, { branch: 'topic', parents: [second] });
  const repo = await openRepository(real.dir);
  const { onBranch, start } = await reachable(repo, third, new Set([third, second, elsewhere, 'f'.repeat(40)]));
  t.deepEqual([...onBranch].sort(), [second, third].sort());
  t.deepEqual(start, { oid: second, committedAt: 1_700_000_000 });
  t.deepEqual(await reachable(repo, third, new Set([elsewhere])), { onBranch: new Set(), start: undefined });
  t.deepEqual(await reachable(repo, third, new Set()), { onBranch: new Set(), start: undefined });
});

test('commits in the same second are ordered by their parents', async (t) => {
  const real = await newRepository(t);
  const time = 1_700_000_000;
  const oids: string[] = [];
  for (let i = 0; i < 6; i++) oids.push(await real.commit({ a: `${i}\n` }, { time }));
  const repo = await openRepository(real.dir);
  const tip = oids[5]!;
  const { start } = await reachable(repo, tip, new Set([oids[2]!, oids[4]!]));
  t.is(start?.oid, oids[2]);
  t.deepEqual(await names(walkHistory(repo, { tip, start })), oids.slice(2).reverse());
});

test('the walk leaves out what was committed before the start, also when it was merged later', async (t) => {
  const real = await newRepository(t);
  const root = await real.commit({ a: '1\n' }, { time: 1000 });
  const old = await real.commit({ b: '1\n' }, { time: 2000, branch: 'topic', parents: [root] });
  const young = await real.commit({ b: '2\n' }, { time: 4000, branch: 'topic' });
  const start = await real.commit({ a: '2\n' }, { time: 3000, branch: 'main', parents: [root] });
  const merge = await real.commit({ b: '2\n' }, { time: 5000, parents: [start, young] });
  const repo = await openRepository(real.dir);
  const range = { tip: merge, start: { oid: start, committedAt: 3000 } };
  t.deepEqual(await names(walkHistory(repo, range)), [merge, young, start]);
  t.deepEqual((await names(walkHistory(repo, { tip: merge }))).sort(), [merge, young, start, old, root].sort());
  const [first] = await all(walkHistory(repo, range));
  t.deepEqual(first?.parents, [start, young]);
});

test('a start at the root commit leaves nothing out', async (t) => {
  const real = await newRepository(t);
  const root = await real.commit({ a: '1\n' }, { time: 1000 });
  const tip = await real.commit({ a: '2\n' }, { time: 2000 });
  const repo = await openRepository(real.dir);
  t.deepEqual(await names(walkHistory(repo, { tip, start: { oid: root, committedAt: 1000 } })), [tip, root]);
});

test('known tips are left out with all before them; one that is gone leaves out nothing', async (t) => {
  const real = await newRepository(t);
  const first = await real.commit({ a: '1\n' });
  const second = await real.commit({ a: '2\n' });
  const third = await real.commit({ a: '3\n' });
  const repo = await openRepository(real.dir);
  t.deepEqual(await names(walkHistory(repo, { tip: third, exclude: [first] })), [third, second]);
  t.deepEqual(await names(walkHistory(repo, { tip: third, exclude: [third] })), []);
  t.deepEqual(await names(walkHistory(repo, { tip: third, exclude: ['f'.repeat(40)] })), [third, second, first]);
});

test('a forced push tells which commits it lost, as long as they are here', async (t) => {
  const real = await newRepository(t);
  const first = await real.commit({ a: '1\n' });
  const second = await real.commit({ a: '2\n' });
  const third = await real.commit({ a: '3\n' }, { parents: [first] });
  const repo = await openRepository(real.dir);
  t.deepEqual(await lostCommits(repo, second, third), [second]);
  t.deepEqual(await lostCommits(repo, first, third), []);
  t.is(await lostCommits(repo, 'f'.repeat(40), third), undefined);
});
