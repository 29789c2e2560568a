import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { commitInfo } from './commits.js';
import { GitError } from './errors.js';
import { type FoundObject, MAX_OBJECT_SIZE, type MissingObject, readObjects } from './objects.js';
import { all, newRepository, partialClone, type RealGit } from './real-git.test.support.js';
import { openRepository } from './repository.js';

const ABSENT = 'f'.repeat(40);

/** `found text`, `absent` and so on, in the order of the answers. */
function summary(objects: (FoundObject | MissingObject)[]): string[] {
  return objects.map((object) => ('body' in object ? `found ${object.body.toString()}` : object.missing));
}

async function damage(real: RealGit, oid: string): Promise<void> {
  const file = real.loosePath(oid);
  const bytes = await readFile(file);
  await chmod(file, 0o644);
  await writeFile(file, bytes.fill(0xff, Math.floor(bytes.length / 2)));
}

test('objects come in the order they are asked for, the missing among them', async (t) => {
  const real = await newRepository(t);
  const [a, b, empty] = await Promise.all([real.blob('a\nb\0c'), real.blob('b'), real.blob('')]);
  const repo = await openRepository(real.dir);
  const objects = await all(readObjects(repo, [a, ABSENT, b, a, empty]));
  t.deepEqual(summary(objects), ['found a\nb\0c', 'absent', 'found b', 'found a\nb\0c', 'found ']);
  t.deepEqual(
    objects.map((object) => object.oid),
    [a, ABSENT, b, a, empty],
  );
  t.deepEqual(await all(readObjects(repo, [])), []);
});

test('sha256 objects are read as well', async (t) => {
  const real = await newRepository(t, '--object-format=sha256');
  const oid = await real.blob('text');
  const repo = await openRepository(real.dir);
  t.deepEqual(summary(await all(readObjects(repo, [oid, 'f'.repeat(64)]))), ['found text', 'absent']);
});

test('a deleted loose object is absent', async (t) => {
  const real = await newRepository(t);
  const [a, b] = await Promise.all([real.blob('a'), real.blob('b')]);
  await real.forget(a);
  t.deepEqual(summary(await all(readObjects(await openRepository(real.dir), [a, b]))), ['absent', 'found b']);
});

test('damaged objects are reported, and reading goes on after each of them', async (t) => {
  const real = await newRepository(t);
  // Larger than 64 KiB: git sends such objects on while it unpacks them, too little of them or too much.
  const texts = Array.from({ length: 9 }, (_, i) => Array.from({ length: 9000 }, (_, j) => Math.sin(i + j)).join('\n'));
  const oids = await Promise.all(texts.map((text) => real.blob(text)));
  for (const i of [0, 3, 4, 8]) await damage(real, oids[i]!);
  const objects = await all(readObjects(await openRepository(real.dir), oids));
  t.deepEqual(
    objects.map((object) =>
      'missing' in object ? object.missing : object.body.toString() === texts[oids.indexOf(object.oid)],
    ),
    ['damaged', true, true, 'damaged', 'damaged', true, true, true, 'damaged'],
  );
  t.true(objects.every((object) => 'body' in object || object.reason !== ''));
});

test('an object that is too large is passed over', async (t) => {
  const real = await newRepository(t);
  const oids = [
    await real.blob('before'),
    await real.blob(Buffer.alloc(MAX_OBJECT_SIZE + 1)),
    await real.blob('after'),
  ];
  const objects = await all(readObjects(await openRepository(real.dir), oids));
  t.deepEqual(summary(objects), ['found before', 'too large', 'found after']);
});

test('many questions and large answers do not wait for each other', async (t) => {
  const real = await newRepository(t);
  const large = await real.blob(Buffer.alloc(300_000, 'x'));
  const repo = await openRepository(real.dir);
  let asked = 0;
  let read = 0;
  let ahead = 0;
  async function* names() {
    for (; asked < 20_000; asked++) yield asked % 100 === 0 ? large : ABSENT;
  }
  for await (const _ of readObjects(repo, names())) ahead = Math.max(ahead, asked - ++read);
  t.is(read, 20_000);
  t.true(ahead < 10_000, `${ahead} questions were open at once`);
});

test.serial('git ends when the reader stops early', async (t) => {
  const real = await newRepository(t);
  const large = await real.blob(Buffer.alloc(300_000, 'x'));
  const repo = await openRepository(real.dir);
  let returned = false;
  async function* names() {
    try {
      for (;;) yield large;
    } finally {
      returned = true;
    }
  }
  for await (const object of readObjects(repo, names())) {
    t.is(object.oid, large);
    t.true(process.getActiveResourcesInfo().includes('ProcessWrap'));
    break;
  }
  t.true(returned);
  // It is gone by now; Node forgets it a turn or two later.
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  t.false(process.getActiveResourcesInfo().includes('ProcessWrap'));
});

test('an error of the source of names is not swallowed', async (t) => {
  const real = await newRepository(t);
  const oid = await real.blob('a');
  const repo = await openRepository(real.dir);
  async function* names() {
    yield oid;
    throw new Error('no more names');
  }
  await t.throwsAsync(all(readObjects(repo, names())), { message: 'no more names' });
});

test('a repository that breaks is an error, not endless trying', async (t) => {
  const real = await newRepository(t);
  const oid = await real.blob('a');
  const repo = await openRepository(real.dir);
  await rm(join(real.dir, '.git/HEAD'));
  await t.throwsAsync(all(readObjects(repo, [oid, ABSENT])), { instanceOf: GitError });
});

test('a partial clone fetches nothing: what is not there is absent', async (t) => {
  const server = await newRepository(t);
  await server.commit({ 'a.txt': 'old' });
  await server.commit({ 'a.txt': 'new' });
  const oids = [await server.blob('old'), await server.blob('new'), ABSENT];
  const clone = await partialClone(t, server);
  const repo = await openRepository(clone.dir);
  const before = await clone.git('count-objects', '-v');
  const objects = await all(readObjects(repo, oids));
  t.deepEqual(summary(objects), ['absent', 'absent', 'found new']);
  t.is(await clone.git('count-objects', '-v'), before);
});

test('commits are read with their names in the encoding they say, and the missing among them', async (t) => {
  const real = await newRepository(t);
  const utf8 = Buffer.from('Zoë Müller <zoe@example.com>').toString('latin1');
  const first = await real.commit({ a: '1\n' }, { author: utf8, time: 1_700_000_000 });
  const second = await real.commit({ a: '2\n' }, { author: 'Jos\xe9 <jose@example.com>', encoding: 'ISO-8859-1' });
  const third = await real.commit({ a: '3\n' }, { author: 'Ren\xe9 <rene@example.com>' });
  const blob = await real.blob('1\n');
  const repo = await openRepository(real.dir);
  const infos = await all(commitInfo(repo, [first, ABSENT, second, third, blob]));
  t.like(infos[0], { oid: first, parents: [], authorName: 'Zoë Müller', committedAt: 1_700_000_000 });
  t.like(infos[1], { oid: ABSENT, missing: 'absent' });
  t.like(infos[2], { oid: second, parents: [first], authorName: 'José', authorEmail: 'jose@example.com' });
  t.like(infos[3], { authorName: 'René' });
  t.like(infos[4], { missing: 'absent', reason: 'a blob, not a commit' });
});

test('odd commit objects are read as far as they go', async (t) => {
  const real = await newRepository(t);
  const tree = await real.git('mktree');
  const write = async (text: string) =>
    (await real.gitWith({ input: text }, 'hash-object', '-w', '-t', 'commit', '--literally', '--stdin'))
      .toString()
      .trim();
  const oids = [
    await write(`tree ${tree}\nauthor nobody\ncommitter <> 12 +0000\n\nauthor Fake <f@example.com> 1 +0000\n`),
    await write(`tree ${tree}\nauthor A <a@b> c> 99 +0100\ncommitter B <b@example.com> 99999999999999999999 +0000`),
    await write(''),
  ];
  const infos = await all(commitInfo(await openRepository(real.dir), oids));
  t.like(infos[0], { authorName: 'nobody', authorEmail: '', authoredAt: 0, committedAt: 12 });
  t.like(infos[1], { authorName: 'A', authorEmail: 'a@b> c', authoredAt: 99, committedAt: 0 });
  t.like(infos[2], { authorName: '', authorEmail: '', committedAt: 0, parents: [] });
});
