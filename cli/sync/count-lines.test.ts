import test from 'ava';
import fc from 'fast-check';
import { normalize } from '../../shared/line-set.js';
import type { Claim } from '../sources/source.js';
import { countCommitLines } from './count-lines.js';

const claim = (path: string, lines: [number, number][], by: 'ai' | 'human' = 'ai', model = 'm'): Claim => ({
  path,
  lines: normalize(lines),
  by,
  tool: 'claude-code',
  provider: null,
  model,
});

test('only lines that the commit added count, and each once', (t) => {
  const files = [{ path: 'a', added: normalize([[1, 10]]), deleted: 3 }];
  const claims = [
    claim('a', [[5, 20]]),
    claim('a', [[8, 12]], 'ai', 'other'),
    claim('a', [[1, 6]], 'human'),
    claim('b', [[1, 9]]),
  ];
  t.deepEqual(countCommitLines(files, { claims }), {
    lines: { added: 10, deleted: 3, ai: 6, human: 4, unknown: 0 },
    aiBy: [{ tool: 'claude-code', provider: null, model: 'm', lines: 6 }],
    aiFiles: [{ path: 'a', added: 10, ai: [[5, 10]] }],
  });
});

test('a line that nobody spoke of is unknown, not human', (t) => {
  const files = [{ path: 'a', added: normalize([[1, 4]]), deleted: 0 }];
  t.like(countCommitLines(files, { claims: [] }).lines, { ai: 0, human: 0, unknown: 4 });
});

test('numbers without lines count up to what was added, and not on top of lines that are known', (t) => {
  const files = [
    { path: 'a', added: normalize([[1, 10]]), deleted: 0 },
    { path: 'b', added: normalize([[1, 5]]), deleted: 0 },
  ];
  const count = (path: string | null, ai: number, human = 0) => ({
    path,
    ai,
    human,
    tool: 'kiro',
    provider: null,
    model: null,
  });
  const counted = (claims: Claim[], ...sources: ReturnType<typeof count>[][]) =>
    countCommitLines(files, { claims, counts: new Map(sources.map((numbers, n) => [`s${n}`, numbers])) }).lines;
  t.like(counted([], [count(null, 7, 2)]), { ai: 7, human: 2, unknown: 6 });
  t.like(counted([], [count(null, 700, 2)]), { ai: 15, human: 0, unknown: 0 });
  t.like(counted([], [count('a', 99), count('c', 5)]), { ai: 10, unknown: 5 });
  t.like(counted([claim('a', [[1, 4]])], [count(null, 3)]), { ai: 4 });
  t.like(counted([claim('a', [[1, 4]])], [count(null, 6)], [count(null, 5)]), { ai: 6, unknown: 9 });
});

test('a hundred thousand claims on one file are counted', (t) => {
  const claims = Array.from({ length: 100_000 }, (_, n) => claim('a', [[2 * n + 1, 2 * n + 4]], 'ai', `model ${n}`));
  const people = Array.from({ length: 100_000 }, (_, n) => claim('a', [[3 * n + 1, 3 * n + 1]], 'human'));
  const files = [{ path: 'a', added: normalize([[1, 400_000]]), deleted: 0 }];
  const { lines, aiBy } = countCommitLines(files, { claims: [...claims, ...people] });
  t.deepEqual(lines, { added: 400_000, deleted: 0, ai: 200_002, human: 33_332, unknown: 166_666 });
  t.is(aiBy.length, 100_000);
  t.is(aiBy[0]!.lines, 4);
  const scattered = [{ path: 'a', added: normalize(people.map((_, n) => [4 * n + 1, 4 * n + 1])), deleted: 0 }];
  t.like(countCommitLines(scattered, { claims }).lines, { added: 100_000, ai: 50_001, human: 0 });
});

const ranges = fc.array(
  fc
    .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 6 }))
    .map(([start, more]): [number, number] => [start, start + more]),
  { maxLength: 5 },
);

test('counts equal a reference that looks at every line', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ path: fc.constantFrom('a', 'b'), added: ranges }), { maxLength: 2 }),
      fc.array(
        fc.record({
          path: fc.constantFrom('a', 'b', 'c'),
          lines: ranges,
          by: fc.constantFrom('ai' as const, 'human' as const),
          model: fc.constantFrom('x', 'y'),
        }),
      ),
      (files, said) => {
        const unique = [...new Map(files.map((file) => [file.path, file])).values()];
        const claims = said.map(({ path, lines, by, model }) => claim(path, lines, by, model));
        const counted = countCommitLines(
          unique.map(({ path, added }) => ({ path, added: normalize(added), deleted: 0 })),
          { claims },
        );
        const expected = { added: 0, deleted: 0, ai: 0, human: 0, unknown: 0 };
        for (const { path, added } of unique) {
          for (let line = 1; line <= 40; line++) {
            const within = (list: [number, number][]) => list.some(([start, end]) => start <= line && line <= end);
            if (!within(added)) continue;
            const by = new Set(said.filter((one) => one.path === path && within(one.lines)).map((one) => one.by));
            expected.added++;
            expected[by.has('ai') ? 'ai' : by.has('human') ? 'human' : 'unknown']++;
          }
        }
        t.deepEqual(counted.lines, expected);
        t.is(
          counted.aiBy.reduce((sum, { lines }) => sum + lines, 0),
          expected.ai,
        );
      },
    ),
  );
});
