import test from 'ava';
import { findDefaultBranch } from './default-branch.js';
import { GitError } from './errors.js';
import { newRepository, RealGit, tempFolder } from './real-git.test.support.js';
import { openRepository } from './repository.js';

const defaultBranch = async (real: RealGit, override?: string) =>
  findDefaultBranch(await openRepository(real.dir), override);

test('an empty repository has the branch that the first commit will be on', async (t) => {
  const real = await newRepository(t);
  t.deepEqual(await defaultBranch(real), { name: 'main', ref: 'refs/heads/main', tip: undefined });
});

test('without a remote it is main, or master, whatever is checked out', async (t) => {
  const real = await newRepository(t);
  const tip = await real.commit({ a: '1\n' }, { branch: 'topic' });
  await real.git('symbolic-ref', 'HEAD', 'refs/heads/topic');
  t.deepEqual(await defaultBranch(real), { name: 'topic', ref: 'refs/heads/topic', tip, guessed: true });
  await real.git('branch', 'master');
  t.is((await defaultBranch(real)).name, 'master');
  await real.git('branch', 'main');
  t.is((await defaultBranch(real)).name, 'main');
  await real.git('branch', 'trunk');
  await real.git('config', 'init.defaultBranch', 'trunk');
  t.is((await defaultBranch(real)).name, 'trunk');
});

test('a bare repository says it with its HEAD', async (t) => {
  const real = await newRepository(t, '--bare');
  await real.commit({ a: '1\n' });
  await real.commit({ a: '1\n' }, { branch: 'develop' });
  await real.git('symbolic-ref', 'HEAD', 'refs/heads/develop');
  t.is((await defaultBranch(real)).name, 'develop');
});

test('a detached HEAD without branches is taken as it is', async (t) => {
  const real = await newRepository(t);
  const tip = await real.commit({ a: '1\n' }, { branch: 'gone' });
  await real.git('checkout', '--quiet', '--detach', 'gone');
  await real.git('branch', '--quiet', '-D', 'gone');
  t.deepEqual(await defaultBranch(real), { name: 'HEAD', ref: 'HEAD', tip, guessed: true });
});

test("the remote's HEAD decides, and the local branch counts while it has all of the remote's", async (t) => {
  const server = await newRepository(t);
  await server.git('symbolic-ref', 'HEAD', 'refs/heads/release/next');
  const first = await server.commit({ a: '1\n' }, { branch: 'release/next' });
  const clone = new RealGit(await tempFolder(t));
  await clone.git('clone', '--quiet', server.dir, '.');
  await clone.git('branch', 'main');
  const name = 'release/next';
  const local = { name, ref: `refs/heads/${name}` };
  const remote = { name, ref: `refs/remotes/origin/${name}` };
  t.deepEqual(await defaultBranch(clone), { ...local, tip: first });

  const ahead = await clone.commit({ a: '2\n' }, { branch: name });
  t.deepEqual(await defaultBranch(clone), { ...local, tip: ahead });

  const theirs = await server.commit({ b: '1\n' }, { branch: name });
  await clone.git('fetch', '--quiet');
  t.deepEqual(await defaultBranch(clone), { ...remote, tip: theirs });

  await clone.git('update-ref', '-d', `refs/heads/${name}`);
  t.deepEqual(await defaultBranch(clone), { ...remote, tip: theirs });
});

test('the caller can name another branch, short or in full, and only one that exists', async (t) => {
  const server = await newRepository(t);
  await server.commit({ a: '1\n' });
  const tip = await server.commit({ a: '2\n' }, { branch: 'stable' });
  const clone = new RealGit(await tempFolder(t));
  await clone.git('clone', '--quiet', server.dir, '.');
  for (const name of ['stable', 'refs/heads/stable', 'refs/remotes/origin/stable']) {
    t.deepEqual(await defaultBranch(clone, name), { name: 'stable', ref: 'refs/remotes/origin/stable', tip });
  }
  const error = await t.throwsAsync(defaultBranch(clone, 'missing'), { instanceOf: GitError });
  t.is(error.code, 'no-such-branch');
});
