import test, { type ExecutionContext } from 'ava';
import { type CommitInfo, commitInfo } from '../git/commits.js';
import { newRepository, partialClone, RealGit, tempFolder } from '../git/real-git.test.support.js';
import { openRepository } from '../git/repository.js';
import { findRewritten } from './find-rewritten.js';

const START = 1_700_000_000;

/** Which of the commits beside the branch may have become which of its commits, by their names here. */
async function find(real: RealGit, beside: Record<string, string>, branch: Record<string, string>) {
  const repo = await openRepository(real.dir);
  const commits = new Map<string, CommitInfo>();
  for await (const commit of commitInfo(repo, Object.values(branch)))
    if (!('missing' in commit)) commits.set(commit.oid, commit);
  const { origins } = await findRewritten(repo, { beside: Object.values(beside), commits });
  const nameOf = (names: Record<string, string>, wanted: string | undefined) =>
    Object.keys(names).find((name) => names[name] === wanted);
  return [...origins].map(([oid, { twin }]) => [nameOf(beside, oid), nameOf(branch, twin)]).sort();
}

async function history(t: ExecutionContext, ...init: string[]) {
  const real = await newRepository(t, ...init);
  const base = await real.commit({ 'a.txt': '1\n2\n3\n', 'b.txt': 'b\n' }, { time: START });
  const on = (branch: string, files: Record<string, string | null>, time: number, parents = [base]) =>
    real.commit(files, { branch, parents, time });
  const beside = {
    same: await on('one', { 'b.txt': 'b\nc\n' }, START + 50),
    similar: await on('two', { 'a.txt': '1\n2\n3\nend\n' }, START + 50),
    later: await on('three', { 'b.txt': 'b\nc\n' }, START + 900),
    other: await on('four', { 'c.txt': 'c\n' }, START + 50),
    removal: await on('five', { 'b.txt': null }, START + 50),
    empty: await on('six', {}, START + 50),
  };
  const above = await on('main', { 'a.txt': '0\n1\n2\n3\n' }, START + 100);
  const branch = {
    above,
    end: await on('main', { 'a.txt': '0\n1\n2\n3\nend\n' }, START + 200, [above]),
    b: await on('main', { 'b.txt': 'b\nc\n' }, START + 300),
  };
  const merge = await real.commit({ 'b.txt': 'b\nc\n' }, { branch: 'seven', parents: [base, above], time: START + 50 });
  return { real, beside: { ...beside, merge }, branch };
}

for (const format of ['sha1', 'sha256']) {
  test(`commits that change the same paths may be the same, if they are old enough: ${format}`, async (t) => {
    const { real, beside, branch } = await history(t, `--object-format=${format}`);
    t.deepEqual(await find(real, { ...beside, absent: 'e'.repeat(format === 'sha1' ? 40 : 64) }, branch), [
      ['same', 'b'],
      ['similar', undefined],
    ]);
    t.deepEqual(await find(real, beside, {}), []);
    t.deepEqual(await find(real, {}, branch), []);
  });
}

test('a clone without contents, whose lines nobody can count, and one without history look for nothing', async (t) => {
  const { real, beside, branch } = await history(t);
  t.deepEqual(await find(await partialClone(t, real, '--bare'), beside, branch), []);
  const shallow = new RealGit(await tempFolder(t));
  await shallow.git('clone', '--quiet', '--depth=1', '--no-single-branch', `file://${real.dir}`, '.');
  t.deepEqual(await find(shallow, beside, branch), []);
});
