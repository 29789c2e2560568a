import test from 'ava';
import fc from 'fast-check';
import { formatLines, type LineSet, normalize } from '../../shared/line-set.js';
import { type Entry, lastWins } from './last-wins.js';

const lines = fc
  .array(
    fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(9)).map(([start, more]) => [start, start + more] as const),
    { maxLength: 6 },
  )
  .map(normalize);
const entries = fc.array(fc.record({ by: fc.constantFrom('a', 'b', 'c', 'd'), lines }), { maxLength: 10 });

/** The plain idea: one line at a time, later ones over earlier ones. */
function painted(list: readonly Entry<string>[]): Record<string, string> {
  const owner = new Map<number, string>();
  for (const { by, lines } of list) {
    for (const [start, end] of lines) for (let line = start; line <= end; line++) owner.set(line, by);
  }
  const won = new Map<string, [number, number][]>();
  for (const [line, by] of owner) won.set(by, [...(won.get(by) ?? []), [line, line]]);
  return Object.fromEntries([...won].map(([by, ranges]) => [by, formatLines(normalize(ranges))]));
}

const asText = (won: Map<string, LineSet>) => Object.fromEntries([...won].map(([by, set]) => [by, formatLines(set)]));

test('each line belongs to the last entry that names it', (t) => {
  fc.assert(
    fc.property(entries, (list) => {
      const nonEmpty = Object.entries(asText(lastWins(list))).filter(([, text]) => text !== '');
      const [actual, expected] = [nonEmpty.sort(), Object.entries(painted(list)).sort()].map((x) => JSON.stringify(x));
      if (actual !== expected) throw new Error(`${actual} is not ${expected}`);
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});

test('who has nothing left is not in the answer', (t) => {
  const won = lastWins([
    { by: 'a', lines: [[2, 3]] },
    { by: 'b', lines: [[1, 9]] },
  ]);
  t.deepEqual(asText(won), { b: '1-9' });
  t.is(lastWins([]).size, 0);
});
