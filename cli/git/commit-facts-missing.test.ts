import test from 'ava';
import { all, commitFacts, newRepository, partialClone, RealGit, tempFolder } from './real-git.test.support.js';
import { openRepository } from './repository.js';

async function facts(real: RealGit, tip: string) {
  return all(commitFacts(await openRepository(real.dir), { tip }));
}

const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('');

test('a commit whose contents are missing is reported with the reason, and the others are counted', async (t) => {
  const real = await newRepository(t);
  const oids: string[] = [];
  for (let i = 0; i < 8; i++) oids.push(await real.commit({ a: lines(`${i}`, 'same'), [`b${i}`]: `${i}\n` }));
  for (const i of [0, 3, 7]) await real.forget(await real.blob(`${i}\n`));
  const found = (await facts(real, oids[7]!)).reverse();
  t.deepEqual(
    found.map((fact) => fact.oid),
    oids,
  );
  t.deepEqual(
    found.map((fact) => 'reason' in fact),
    [true, false, false, true, false, false, false, true],
  );
  t.regex((found[3] as { reason: string }).reason, /unable to read [0-9a-f]{40}/);
  t.like(found[4], { added: 2, deleted: 1 });
});

test('a partial clone reports what it lacks and fetches nothing', async (t) => {
  const server = await newRepository(t);
  await server.commit({ a: lines('1'), b: 'x\n' });
  const renamed = await server.commit({ b: null, c: 'x\n' });
  await server.commit({ a: lines('1', '2') });
  const tip = await server.commit({ d: 'y\n' });
  const clone = await partialClone(t, server);
  const before = await clone.git('count-objects', '-v');
  const found = await facts(clone, tip);
  t.deepEqual(
    found.map((fact) => ('reason' in fact ? 'unreadable' : fact.added)),
    [1, 'unreadable', 0, 'unreadable'],
  );
  t.is(found[2]?.oid, renamed);
  t.is(await clone.git('count-objects', '-v'), before);
  const treeless = new RealGit(await tempFolder(t));
  await treeless.git('clone', '--quiet', '--filter=tree:0', '--bare', `file://${server.dir}`, '.');
  t.true((await facts(treeless, tip)).every((fact) => 'reason' in fact));
});

test('the border of a shallow clone is reported, not counted as if it had added everything', async (t) => {
  const real = await newRepository(t);
  await real.commit({ a: lines('1', '2', '3') });
  await real.commit({ a: lines('1', '2', '3', '4') });
  const tip = await real.commit({ a: lines('1', '2', '3', '4', '5') });
  const clone = new RealGit(await tempFolder(t));
  await clone.git('clone', '--quiet', '--depth=2', `file://${real.dir}`, '.');
  const found = await facts(clone, tip);
  t.is(found.length, 2);
  t.like(found[0], { oid: tip, added: 1 });
  t.regex((found[1] as { reason: string }).reason, /shallow/);
});
