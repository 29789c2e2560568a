import test, { type ExecutionContext } from 'ava';
import type { Person } from '../../shared/person.js';
import { Mailmap } from './mailmap.js';
import { newRepository, partialClone, type RealGit } from './real-git.test.support.js';
import { openRepository } from './repository.js';
import { findTreeFile } from './tree-file.js';

const MAILMAP = `
# Comments and empty lines are nothing.
Ada Example <ada@example.com> <ada@old.example.com>
Bob Example <bob@example.com> Bobby <shared@example.com>
<carol@example.com> <carol@laptop.local>
`;

async function open(t: ExecutionContext, real: RealGit): Promise<Mailmap | undefined> {
  const repo = await openRepository(real.dir);
  const oid = await findTreeFile(repo, await real.git('rev-parse', 'main'), '.mailmap');
  const mailmap = oid === undefined ? undefined : await Mailmap.open(repo, oid);
  t.teardown(() => mailmap?.close());
  return mailmap;
}

const person = (name: string | null, email: string | null): Person => ({ name, email });

test('people are who the commit\u2019s .mailmap says, whatever is checked out or configured', async (t) => {
  const real = await newRepository(t);
  await real.commit({ '.mailmap': MAILMAP });
  await real.write('.mailmap', 'Mallory <mallory@example.com> <ada@old.example.com>\n');
  await real.write('elsewhere', 'Mallory <mallory@example.com> <ada@old.example.com>\n');
  await real.git('config', 'mailmap.file', `${real.dir}/elsewhere`);
  await real.git('config', 'mailmap.blob', await real.blob('Mallory <mallory@example.com> <ada@old.example.com>\n'));
  const mailmap = (await open(t, real))!;
  t.deepEqual(await mailmap.map(person('A', 'ada@old.example.com')), person('Ada Example', 'ada@example.com'));
  t.deepEqual(await mailmap.map(person(null, 'ADA@old.example.com')), person('Ada Example', 'ada@example.com'));
  t.deepEqual(await mailmap.map(person('bobby', 'shared@example.com')), person('Bob Example', 'bob@example.com'));
  t.deepEqual(await mailmap.map(person('Carol', 'carol@laptop.local')), person('Carol', 'carol@example.com'));
  for (const other of [person('Dan', 'shared@example.com'), person('Ada Example', null), person(null, null)])
    t.is(await mailmap.map(other), other);
});

test('names that are made to break git reach nobody else, and are themselves left as they are', async (t) => {
  const real = await newRepository(t);
  await real.commit({ '.mailmap': MAILMAP });
  const mailmap = (await open(t, real))!;
  const hostile = [
    person('two\nlines <ada@old.example.com>', 'x@example.com'),
    person('>', 'y@example.com'),
    person('a\u0000b\u001b[31m', 'z@example.com'),
    person('n'.repeat(200_000), 'long@example.com'),
    person('Ada', 'a\nb@example.com'),
    person('Ada', 'a>b <ada@old.example.com'),
    person(' ', ' '),
    person('\u2028ünï', 'ünï@example.com'),
  ];
  for (const one of hostile) {
    t.is(await mailmap.map(one), one);
    t.like(await mailmap.map(person('A', 'ada@old.example.com')), { email: 'ada@example.com' });
  }
  t.deepEqual(await mailmap.map(person('A <b>\n', 'ada@old.example.com')), person('Ada Example', 'ada@example.com'));
});

test('a link, a giant and a file that is not here are no .mailmap', async (t) => {
  const real = await newRepository(t);
  t.is(await open(t, await withCommit(real, {})), undefined);
  t.is(await open(t, await withCommit(real, { '.mailmap': 'target' }, { '.mailmap': '120000' })), undefined);
  t.is(await open(t, await withCommit(real, { '.mailmap': `# ${'x'.repeat(1024 * 1024)}\n` })), undefined);
  await real.commit({ '.mailmap': MAILMAP });
  const partial = await partialClone(t, real, '--bare');
  t.is(await open(t, partial), undefined);
  const whole = (await open(t, real))!;
  t.like(await whole.map(person('A', 'ada@old.example.com')), { email: 'ada@example.com' });
});

async function withCommit(real: RealGit, files: Record<string, string>, modes = {}): Promise<RealGit> {
  await real.commit({ 'a.txt': 'x', '.mailmap': null, ...files }, { modes });
  return real;
}
