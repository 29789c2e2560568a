import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import { type LineSet, normalize } from '../../shared/line-set.js';
import { transferLines } from './transfer-lines.js';

/** A patch as edits of the file it applies to: after so many lines that stay, so many go, and these come. */
const patch = fc.array(
  fc.record({
    keep: fc.integer({ min: 0, max: 4 }),
    drop: fc.integer({ min: 0, max: 2 }),
    add: fc.integer({ min: 0, max: 4 }),
  }),
  { minLength: 1, maxLength: 6 },
);

interface Edit {
  keep: number;
  drop: number;
  add: number;
}

/** Applies the edits line by line, with lines above and between that another history has; added lines get a name each. */
function apply(edits: Edit[], extra: number[]): (string | null)[] {
  const file: (string | null)[] = [];
  let name = 0;
  edits.forEach(({ keep, add }, nr) => {
    for (let n = 0; n < keep + (extra[nr] ?? 0); n++) file.push(null);
    for (let n = 0; n < add; n++) file.push(`line ${name++}`);
  });
  return file;
}

const numbersOf = (file: (string | null)[], wanted: (name: string) => boolean): LineSet =>
  normalize(file.flatMap((name, at): [number, number][] => (name !== null && wanted(name) ? [[at + 1, at + 1]] : [])));

test('lines follow their patch to wherever it was applied, as a reference finds that knows each line by name', (t) => {
  fc.assert(
    fc.property(
      patch,
      fc.array(fc.nat(5), { maxLength: 6 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(8)), { maxLength: 6 }),
      (edits, extra, ranges) => {
        const [before, after] = [apply(edits, []), apply(edits, extra)];
        const claimed = normalize(ranges.map(([start, more]) => [start, start + more]));
        const names = new Set(
          before.filter((_, at) => claimed.some(([start, end]) => start <= at + 1 && at + 1 <= end)),
        );
        const added = () => true;
        const moved = transferLines(claimed, numbersOf(before, added), numbersOf(after, added));
        t.deepEqual(
          moved,
          numbersOf(after, (name) => names.has(name)),
        );
      },
    ),
  );
});

test('what the patch did not add stays behind, and a hundred thousand ranges take no time to speak of', (t) => {
  t.deepEqual(transferLines([[1, 100]], [[5, 6]], [[50, 51]]), [[50, 51]]);
  t.deepEqual(transferLines([[1, 4]], [[5, 6]], [[50, 51]]), []);
  t.deepEqual(transferLines([[1, 9]], [[1, 9]], []), []);
  const many = (step: number) =>
    Array.from({ length: 100_000 }, (_, n): [number, number] => [n * step + 1, n * step + 1]);
  t.true(isDeepStrictEqual(transferLines(many(2), many(2), many(3)), many(3)));
});
