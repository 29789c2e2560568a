import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { CommitFact } from '../../cli/git/commit-facts.js';
import { commitInfo } from '../../cli/git/commits.js';
import { findDefaultBranch } from '../../cli/git/default-branch.js';
import { readIgnore } from '../../cli/git/ignore.js';
import { listNotes, type Note } from '../../cli/git/notes.js';
import { readObjects } from '../../cli/git/objects.js';
import { all, commitFacts, RealGit, tempFolder } from '../../cli/git/real-git.test.support.js';
import { listRefs } from '../../cli/git/refs.js';
import { openRepository } from '../../cli/git/repository.js';
import { countLines, intersectLines, parseLines } from '../../shared/line-set.js';
import { createSampleRepository } from './sample.js';

const NOW = Date.UTC(2026, 2, 1);

async function sampleWithNotes(dir: string) {
  const sample = await createSampleRepository(dir, { now: NOW });
  const repo = await openRepository(dir);
  const notes = new Map<string, { commit: string; text: string }[]>();
  for (const ref of await listRefs(repo, ['refs/notes/'])) {
    const entries = (await all(listNotes(repo, ref.oid))) as Note[];
    const objects = await all(
      readObjects(
        repo,
        entries.map((entry) => entry.blob),
      ),
    );
    const texts = objects.map((object) => ('body' in object ? object.body.toString() : ''));
    notes.set(
      ref.name,
      entries.map((entry, i) => ({ commit: entry.commit, text: texts[i]! })),
    );
  }
  return { sample, repo, notes };
}

test('the sample is a repository that git finds nothing wrong with, the same for the same seed and time', async (t) => {
  const dir = await tempFolder(t);
  const { sample, repo } = await sampleWithNotes(dir);
  const real = new RealGit(dir);
  await real.git('fsck', '--strict', '--no-dangling');
  t.is(await real.git('status', '--porcelain'), '');
  t.is(repo.name, 'git.example.com/acme/storefront');
  t.like(await findDefaultBranch(repo), { name: 'main', tip: sample.head });
  t.is(sample.commits, 40);

  const again = await createSampleRepository(await tempFolder(t), { now: NOW });
  t.deepEqual(again, sample);
  const other = await createSampleRepository(await tempFolder(t), { now: NOW, seed: 2 });
  t.is(other.head, sample.head, 'the story does not depend on the seed');
  const notesTip = async (path: string) => (await listRefs(await openRepository(path), ['refs/notes/ai']))[0]?.oid;
  t.is(typeof (await notesTip(dir)), 'string');
});

test('it covers the last month and people, tools and notes of all kinds', async (t) => {
  const dir = await tempFolder(t);
  const { sample, repo, notes } = await sampleWithNotes(dir);
  const facts = (await all(commitFacts(repo, { tip: sample.head }))) as CommitFact[];
  const times = facts.map((fact) => fact.committedAt * 1000);
  t.true(Math.max(...times) < NOW && Math.min(...times) > NOW - 31 * 86_400_000);
  t.deepEqual(
    [...times].sort((a, b) => b - a),
    times,
  );
  t.is(new Set(facts.map((fact) => fact.authorEmail)).size, 4);
  t.true(facts.some((fact) => fact.deleted > 0));

  const ai = notes.get('refs/notes/ai')!;
  const receipts = notes.get('refs/notes/blameprompt')!;
  t.is(ai.length + receipts.length, sample.notes);
  const missing = await all(
    commitInfo(
      repo,
      [...ai, ...receipts].map((note) => note.commit),
    ),
  );
  t.is(missing.filter((commit) => 'missing' in commit).length, 1);
  t.is(ai.filter((note) => !isReadable(note.text)).length, 1);
  t.true(facts.filter((fact) => ![...ai, ...receipts].some((note) => note.commit === fact.oid)).length >= 5);
  const sessions = ai.flatMap((note) => /s_[0-9a-f]{14}/.exec(note.text)?.[0] ?? []);
  t.true(new Set(sessions).size < sessions.length, 'sessions span commits');
  const models = receipts.map((note) => JSON.parse(note.text).receipts[0].model);
  t.true(new Set(models).size >= 3);
  t.true(receipts.every((note) => JSON.parse(note.text).receipts[0].cost_usd > 0));
});

test('the notes account for lines that the commits really added', async (t) => {
  const dir = await tempFolder(t);
  const { sample, repo, notes } = await sampleWithNotes(dir);
  const isIgnored = await readIgnore(repo, sample.head);
  const facts = new Map(
    (await all(commitFacts(repo, { tip: sample.head, isIgnored }))).map((fact) => [fact.oid, fact]),
  );
  let claimed = 0;
  let added = 0;
  for (const note of [...notes.values()].flat()) {
    const fact = facts.get(note.commit);
    if (!fact || 'reason' in fact || !isReadable(note.text)) continue;
    for (const [path, lines] of claims(note.text)) {
      const file = fact.files.find((candidate) => candidate.path === path);
      claimed += countLines(lines);
      added += countLines(intersectLines(lines, file?.added ?? []));
    }
  }
  t.true(claimed > 300);
  // Where a snippet replaces another, git finds lines that both have and does not call them added.
  t.true(added / claimed > 0.9, `${added} of ${claimed}`);
  t.true((await readFile(join(dir, 'src/cart/cart.ts'), 'utf8')).split('\n').length > 50);
});

function isReadable(text: string): boolean {
  try {
    JSON.parse(text.startsWith('{') ? text : (text.split('\n---\n')[1] ?? ''));
    return true;
  } catch {
    return false;
  }
}

/** Path and lines, of people too: both are in the file. */
function claims(text: string): [string, ReturnType<typeof parseLines> & object][] {
  if (text.startsWith('{')) {
    const [receipt] = JSON.parse(text).receipts;
    return receipt.files_changed.map((file: { path: string; line_range: number[] }) => [file.path, [file.line_range]]);
  }
  let path = '';
  const found: [string, ReturnType<typeof parseLines> & object][] = [];
  for (const line of text.split('\n---\n')[0]!.split('\n')) {
    if (line.startsWith('  ')) found.push([path, parseLines(line.split(' ').at(-1)!) ?? []]);
    else path = line;
  }
  return found;
}
