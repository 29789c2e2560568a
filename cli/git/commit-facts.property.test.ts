import test from 'ava';
import fc from 'fast-check';
import { countLines, type LineSet } from '../../shared/line-set.js';
import type { CommitFact } from './commit-facts.js';
import { all, commitFacts, newRepository, type RealGit } from './real-git.test.support.js';
import { openRepository } from './repository.js';

const PATHS = ['a.txt', 'dir/b c.txt', 'q"uote', 'tab\tname'];
const LINES = [
  'a',
  'b',
  '',
  '++ b/x',
  '-- a/x',
  '@@ -1 +1 @@',
  'diff --git a/x b/x',
  `#${'0'.repeat(40)}`,
  '\\ No',
  'c\r',
  '  }',
];

const content = fc
  .tuple(fc.array(fc.constantFrom(...LINES), { maxLength: 25 }), fc.boolean())
  .map(([lines, end]) => lines.join('\n') + (end && lines.length > 0 ? '\n' : ''));
const change = fc.oneof({ weight: 5, arbitrary: content }, { weight: 1, arbitrary: fc.constant(null) });
const history = fc.array(fc.dictionary(fc.constantFrom(...PATHS), change, { minKeys: 1, maxKeys: 3 }), {
  minLength: 2,
  maxLength: 5,
});

test('for any edits the sums are those of git, and the numbered lines are the added ones', async (t) => {
  t.timeout(120_000);
  await fc.assert(
    fc.asyncProperty(history, async (edits) => {
      const real = await newRepository(t);
      const existing = new Set<string>();
      let tip = '';
      for (const edit of edits) {
        const possible = Object.entries(edit).filter(([path, text]) => text !== null || existing.has(path));
        for (const [path, text] of possible) text === null ? existing.delete(path) : existing.add(path);
        tip = await real.commit(Object.fromEntries(possible));
      }
      const repo = await openRepository(real.dir);
      for (const fact of await all(commitFacts(repo, { tip }))) await checkAgainstGit(real, fact as CommitFact);
    }),
    { numRuns: 15 },
  );
  t.pass();
});

/** The slow way: one process for the sums of a commit, two for the contents of a file. */
async function checkAgainstGit(real: RealGit, fact: CommitFact): Promise<void> {
  const args = ['diff-tree', '-r', '--root', '-M', '--numstat', '-z', '--no-commit-id', fact.oid];
  const expected = new Map<string, string>();
  const fields = (await real.git(...args)).split('\0');
  const oldPaths = new Map<string, string>();
  for (let i = 0; i < fields.length; i++) {
    if (fields[i] === '') continue;
    const [added, deleted, path] = splitTwice(fields[i]!);
    const newPath = path === '' ? fields[i + 2]! : path;
    oldPaths.set(newPath, path === '' ? fields[i + 1]! : path);
    if (path === '') i += 2;
    if (added !== '0' || deleted !== '0') expected.set(newPath, `+${added} -${deleted}`);
  }
  const actual = fact.files.map((file) => [file.path, `+${countLines(file.added)} -${file.deleted}`] as const);
  equal([...actual].sort(), [...expected].sort(), `sums of ${fact.oid}`);

  for (const file of fact.files) {
    const before = await contentOf(real, fact.parents[0], oldPaths.get(file.path)!);
    const after = await contentOf(real, fact.oid, file.path);
    const kept = withoutLines(after, file.added);
    equal(kept.length, before.length - file.deleted, `kept lines of ${file.path}`);
    // What was not added was there before, in the same order.
    let at = 0;
    for (const line of kept) at = before.indexOf(line, at) + 1 || Number.NaN;
    equal(Number.isNaN(at), false, `order of the kept lines of ${file.path}`);
  }
}

/** `added\tdeleted\tpath`, where the path may hold tabs. */
function splitTwice(field: string): [string, string, string] {
  const first = field.indexOf('\t');
  const second = field.indexOf('\t', first + 1);
  return [field.slice(0, first), field.slice(first + 1, second), field.slice(second + 1)];
}

/** Lines with their ends, so that a line that only lost its end is another line, as it is to git. */
async function contentOf(real: RealGit, commit: string | undefined, path: string): Promise<string[]> {
  if (commit === undefined) return [];
  const text = await real.gitWith({}, 'show', `${commit}:${path}`).catch(() => Buffer.alloc(0));
  return text.toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function withoutLines(lines: string[], added: LineSet): string[] {
  return lines.filter((_, i) => !added.some(([start, end]) => i + 1 >= start && i + 1 <= end));
}

function equal(actual: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}
