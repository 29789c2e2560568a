import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { loadSettings } from '../config/settings.js';
import { newRepository, partialClone, RealGit, tempFolder } from '../git/real-git.test.support.js';
import { openRepository } from '../git/repository.js';
import { findSources } from './sources.js';
import { computeStats, type Stats } from './stats.js';

const NOTES = '+refs/notes/*:refs/notes/*';
const text = (count: number, name = 'line') => Array.from({ length: count }, (_, n) => `${name} ${n}\n`).join('');

async function stats(dir: string): Promise<Stats> {
  return computeStats(await openRepository(dir), await loadSettings(undefined, {}, {}), undefined);
}

/** A commit before tracking, and two with notes: odd names, a rename, a binary file, other line ends. */
async function fill(real: RealGit): Promise<void> {
  await real.commit({ 'old.ts': text(9), 'moves.ts': text(10, 'moving') });
  const first = await real.commit({
    'with space.ts': text(4),
    'qu"ote.ts': text(3),
    'new\nline.ts': text(2),
    'latin\xe9.ts': text(2),
    'crlf.ts': 'a\r\nb\r\n',
    binary: Buffer.from([0, 1, 10]),
  });
  const second = await real.commit({
    'moves.ts': null,
    'moved.ts': `${text(10, 'moving')}more\n`,
    binary: Buffer.from([0, 10]),
  });
  const attested = ['"with space.ts"', 'qu"ote.ts', '"new\nline.ts"', 'latin\xe9.ts', 'crlf.ts', 'binary'];
  await real.notes('refs/notes/ai', {
    [first]: Buffer.from(`${attested.map((path) => `${path}\n  x 1-2\n`).join('')}---\n{}`, 'latin1'),
    [second]: 'moved.ts\n  human 1-11\n---\n{}',
  });
}

const LINES = { added: 14, deleted: 0, ai: 10, human: 1, unknown: 3, added_by_bots: 0 };

test('bare clones, linked worktrees, submodules and packed refs give the same numbers, and so does a detached HEAD', async (t) => {
  const real = await newRepository(t);
  await fill(real);
  const expected = await stats(real.dir);
  t.like(expected, { commits: 2, commits_with_receipts: 1, lines: LINES, ai_code_percentage: 71.43, unreadable: [] });

  const bare = new RealGit(await tempFolder(t));
  await bare.git('clone', '--quiet', '--mirror', real.dir, '.');
  t.deepEqual(await stats(bare.dir), expected, 'bare');

  await real.git('reset', '--quiet', '--hard');
  const worktree = join(await tempFolder(t), 'other');
  await real.git('worktree', 'add', '--quiet', '--detach', worktree, 'main~1');
  t.deepEqual(await stats(worktree), expected, 'a linked worktree');

  const parent = await newRepository(t);
  await parent.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', real.dir, 'lib');
  await new RealGit(join(parent.dir, 'lib')).git('fetch', '--quiet', 'origin', NOTES);
  t.deepEqual(await stats(join(parent.dir, 'lib')), expected, 'a submodule');
  t.like(await stats(parent.dir), { commits: 0 }, 'the repository around it');

  await real.git('checkout', '--quiet', '--detach', 'main~2');
  t.deepEqual(await stats(real.dir), expected, 'a detached HEAD');
  await real.git('pack-refs', '--all', '--prune');
  await real.git('repack', '-a', '-d', '--quiet');
  t.deepEqual(await stats(real.dir), expected, 'packed');
  const loose = await real.commit({ 'loose.ts': text(5) });
  await real.git('notes', '--ref=ai', 'add', '-m', 'loose.ts\n  x 1-5\n---\n{}', loose);
  t.like((await stats(real.dir)).lines, { added: 19, ai: 15 }, 'packed, and loose on top');
});

test('a SHA-256 repository gives the same numbers', async (t) => {
  const real = await newRepository(t, '--object-format=sha256');
  await fill(real);
  t.deepEqual((await stats(real.dir)).lines, LINES);
});

test('a shallow and a partial clone count what they have and name the rest', async (t) => {
  const real = await newRepository(t);
  await fill(real);
  const shallow = new RealGit(await tempFolder(t));
  await shallow.git('clone', '--quiet', '--depth=2', `file://${real.dir}`, '.');
  await shallow.git('fetch', '--quiet', 'origin', NOTES);
  const cut = await stats(shallow.dir);
  t.like(cut, { commits: 1, lines: { added: 1, human: 1 } });
  t.regex(cut.unreadable[0]!.reason, /shallow/);

  const partial = await partialClone(t, real, '--no-checkout');
  await partial.git('fetch', '--quiet', 'origin', NOTES);
  const lacking = await stats(partial.dir);
  t.is(lacking.commits + lacking.unreadable.length, 2);
  const [notes] = await findSources(await openRepository(partial.dir), await loadSettings(undefined, {}, {}));
  t.like(notes, { ref: 'refs/notes/ai', notes: 2, readable: 0 });
  t.true(notes!.skipped.every(({ reason }) => reason.length > 0));
});

test.serial('no configuration of the user\u2019s changes the numbers', async (t) => {
  const real = await newRepository(t);
  await fill(real);
  const expected = await stats(real.dir);
  const config = `
[color]\n\tui = always
[core]\n\tquotePath = true\n\tpager = false\n\tabbrev = 4
[diff]\n\texternal = false\n\tnoprefix = true\n\trenames = false\n\talgorithm = histogram\n\tcontext = 9
[diff "x"]\n\ttextconv = false\n\tbinary = true
[log]\n\tshowSignature = true\n\tdate = relative\n\tdecorate = full
[format]\n\tpretty = oneline
[notes]\n\tdisplayRef = refs/notes/*
[i18n]\n\tlogOutputEncoding = UTF-16
[alias]\n\trev-list = "!false"
`;
  const file = join(process.env.HOME!, '.gitconfig');
  await writeFile(file, config);
  t.teardown(() => rm(file));
  t.deepEqual(await stats(real.dir), expected);
});

test('a tree of a hundred thousand files is counted', async (t) => {
  const real = await newRepository(t);
  const paths = Array.from({ length: 100_000 }, (_, n) => `d${n % 100}/e${n % 1_000}/file${n}.ts`);
  const head = (n: number) =>
    `commit refs/heads/main\nmark :${n}\ncommitter Ada <ada@example.com> ${1_700_000_000 + n} +0000\ndata 1\nx\n`;
  const change = (n: number) => `${head(n)}M 100644 inline ${paths[n * 7]}\ndata 4\n1\n2\n\n`;
  const input = [
    'blob\nmark :1\ndata 2\n1\n\n',
    head(2),
    ...paths.map((path) => `M 100644 :1 ${path}\n`),
    ...[3, 4, 5].map(change),
    'commit refs/notes/ai\ncommitter Ada <ada@example.com> 1700000009 +0000\ndata 1\nx\n',
    ...[2, 4].map((n) => `N inline :${n}\ndata <<END\n${paths[n * 7]}\n  x 1-2\n---\n{}\nEND\n`),
  ];
  await real.gitWith({ input: input.join('') }, 'fast-import', '--quiet');
  t.like(await stats(real.dir), {
    commits: 4,
    commits_with_receipts: 2,
    lines: { added: 100_003, ai: 2, unknown: 100_001 },
  });
});
