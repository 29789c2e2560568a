import test from 'ava';
import { noteTimes } from './note-times.js';
import { listNotes, type Note, type NoteEntry } from './notes.js';
import { all, newRepository, RealGit, tempFolder } from './real-git.test.support.js';
import { listRefs } from './refs.js';
import { openRepository } from './repository.js';

const REF = 'refs/notes/ai';
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);
const D = 'd'.repeat(40);
const flat = (oid: string) => oid;
const two = (oid: string) => `${oid.slice(0, 2)}/${oid.slice(2)}`;
const deep = (oid: string) => `${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid.slice(4, 6)}/${oid.slice(6)}`;

const commits = (entries: NoteEntry[]) => entries.map((entry) => ('commit' in entry ? entry.commit : '?')).sort();

test('notes are found under any fan-out, all kinds in one tree', async (t) => {
  const real = await newRepository(t);
  const tip = await real.notes(REF, { [flat(A)]: 'one', [two(B)]: 'two', [deep(C)]: 'three' });
  const entries = (await all(listNotes(await openRepository(real.dir), tip))) as Note[];
  t.deepEqual(commits(entries), [A, B, C]);
  t.is(entries.find((entry) => entry.commit === B)?.blob, await real.blob('two'));
});

test('what is no name of a commit is reported, not dropped', async (t) => {
  const real = await newRepository(t);
  const odd = ['README', 'ab/cd', `${A}00`, `zz${A.slice(2)}`, 'a'.repeat(64), 'a b.txt', 'ü"'];
  const tip = await real.notes(REF, Object.fromEntries([A, ...odd].map((path) => [path, 'x'])));
  const entries = await all(listNotes(await openRepository(real.dir), tip));
  t.is(entries.length, odd.length + 1);
  const reported = entries.flatMap((entry) => ('path' in entry ? [entry] : []));
  t.deepEqual(reported.map((entry) => entry.path).sort(), odd.sort());
  t.true(reported.every((entry) => entry.reason === 'not the name of a commit'));
});

test('a commit annotated under two fan-outs gives both notes', async (t) => {
  const real = await newRepository(t);
  const tip = await real.notes(REF, { [flat(A)]: 'one', [two(A)]: 'two' });
  const entries = (await all(listNotes(await openRepository(real.dir), tip))) as Note[];
  t.deepEqual(commits(entries), [A, A]);
  t.not(entries[0]?.blob, entries[1]?.blob);
});

test('names have the length of the repository’s own hash', async (t) => {
  const real = await newRepository(t, '--object-format=sha256');
  const long = 'e'.repeat(64);
  const tip = await real.notes(REF, { [two(long)]: 'one', [A]: 'short' });
  const entries = await all(listNotes(await openRepository(real.dir), tip));
  t.deepEqual(commits(entries), ['?', long]);
});

test('since a known tip only changes are listed: added, amended and removed', async (t) => {
  const real = await newRepository(t);
  const before = await real.notes(REF, { [two(A)]: 'one', [two(B)]: 'two', [two(C)]: 'three' });
  const after = await real.notes(REF, { [two(A)]: 'one', [two(B)]: 'two, amended', [two(D)]: 'four', odd: 'x' });
  const repo = await openRepository(real.dir);
  t.deepEqual(await all(listNotes(repo, after, after)), []);
  const entries = await all(listNotes(repo, after, before));
  t.deepEqual(
    entries.filter((entry) => 'blob' in entry).sort((x, y) => x.commit.localeCompare(y.commit)),
    [
      { commit: B, blob: await real.blob('two, amended') },
      { commit: D, blob: await real.blob('four') },
    ],
  );
  t.deepEqual(
    entries.filter((entry) => 'path' in entry),
    [{ path: 'odd', reason: 'not the name of a commit' }],
  );
  t.deepEqual(
    entries.filter((entry) => 'removed' in entry),
    [{ commit: C, removed: await real.blob('three') }],
  );
});

test('a changed fan-out removes nothing', async (t) => {
  const real = await newRepository(t);
  const before = await real.notes(REF, { [flat(A)]: 'one', [flat(B)]: 'two' });
  const after = await real.notes(REF, { [two(A)]: 'one', [two(B)]: 'two' });
  const entries = await all(listNotes(await openRepository(real.dir), after, before));
  t.deepEqual(commits(entries), [A, B]);
  t.false(entries.some((entry) => 'removed' in entry));
});

test('when the known tip is gone everything is listed again', async (t) => {
  const real = await newRepository(t);
  const tip = await real.notes(REF, { [A]: 'one', [B]: 'two' });
  const entries = await all(listNotes(await openRepository(real.dir), tip, 'f'.repeat(40)));
  t.deepEqual(commits(entries), [A, B]);
});

test('git’s own notes are read, hundreds of them with the fan-out git chose', async (t) => {
  const real = await newRepository(t);
  const header = (ref: string) => `commit ${ref}\ncommitter A <a@example.com> 1700000000 +0000\ndata 0\n`;
  const marks = Array.from({ length: 600 }, (_, i) => i + 1);
  const commitsInput = marks.map((i) => header('refs/heads/main').replace('\n', `\nmark :${i}\n`)).join('');
  const notesInput = marks.map((i) => `N inline :${i}\ndata 2\nx\n\n`).join('');
  await real.gitWith({ input: commitsInput + header(REF) + notesInput }, 'fast-import', '--quiet');
  const names = (await real.git('rev-list', 'main')).split('\n').sort();
  t.is(names.length, 600);
  t.true((await real.git('ls-tree', '-r', '--name-only', REF)).includes('/'), 'git chose a fan-out');
  const repo = await openRepository(real.dir);
  const [ref] = await listRefs(repo, [REF]);
  t.deepEqual(commits(await all(listNotes(repo, ref!.oid))), names);
});

test('refs are listed by name or prefix, and none is no error', async (t) => {
  const real = await newRepository(t);
  const repo = await openRepository(real.dir);
  t.deepEqual(await listRefs(repo, [REF, 'refs/ai/authorship/']), []);
  t.deepEqual(await listRefs(repo, []), []);
  const oid = await real.notes(REF, { [A]: 'one' });
  const blob = await real.blob('legacy');
  await real.git('update-ref', `refs/ai/authorship/${B}`, blob);
  await real.git('update-ref', 'refs/notes/other', oid);
  t.deepEqual(await listRefs(repo, [REF, 'refs/ai/authorship/']), [
    { name: `refs/ai/authorship/${B}`, oid: blob, type: 'blob' },
    { name: REF, oid, type: 'commit' },
  ]);
});

test('the time of a note is when it was first attached, through amendments and changes of the fan-out', async (t) => {
  const real = await newRepository(t);
  await real.notes(REF, { [flat(A)]: 'one' }, 1_700_000_100);
  await real.notes(REF, { [flat(A)]: 'one', [flat(B)]: 'two' }, 1_700_000_200);
  await real.notes(REF, { [two(A)]: 'amended', [two(B)]: 'two' }, 1_700_000_300);
  const tip = await real.notes(REF, { [two(A)]: 'amended', [two(B)]: 'two', [two(C)]: 'three' }, 1_700_000_400);
  await real.git('config', 'log.showRoot', 'false');
  const repo = await openRepository(real.dir);
  const times = await noteTimes(repo, tip, new Set([A, C, D]));
  t.deepEqual([...times].sort(), [
    [A, 1_700_000_100],
    [C, 1_700_000_400],
  ]);
  t.is((await noteTimes(repo, tip, new Set())).size, 0);
});

test('notes of a bare clone are read like any others', async (t) => {
  const real = await newRepository(t);
  const tip = await real.notes(REF, { [two(A)]: 'one' });
  const clone = new RealGit(await tempFolder(t));
  await clone.git('clone', '--quiet', '--mirror', real.dir, '.');
  t.deepEqual(commits(await all(listNotes(await openRepository(clone.dir), tip))), [A]);
});
