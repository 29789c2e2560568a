import test from 'ava';
import fc from 'fast-check';
import {
  countLines,
  cutLines,
  formatLines,
  intersectLines,
  type LineSet,
  MAX_LINE,
  normalize,
  parseLines,
  rangeOf,
  subtractLines,
  unionLines,
} from './line-set.js';

const range = fc
  .tuple(fc.integer({ min: 1, max: 80 }), fc.nat(12))
  .map(([start, more]) => [start, start + more] as const);
const ranges = fc.array(range, { maxLength: 12 });

/** The plain idea of a set of lines, to compare with. */
function numbers(lines: LineSet): Set<number> {
  const all = new Set<number>();
  for (const [start, end] of lines) for (let line = start; line <= end; line++) all.add(line);
  return all;
}

function isCanonical(lines: LineSet): boolean {
  return lines.every(([start, end], i) => start <= end && (i === 0 || start > lines[i - 1]![1] + 1));
}

function assertSame(lines: LineSet, expected: Set<number>): void {
  if (!isCanonical(lines)) throw new Error(`not canonical: ${formatLines(lines)}`);
  const sorted = [...expected].sort((a, b) => a - b);
  if ([...numbers(lines)].join() !== sorted.join()) throw new Error(`${formatLines(lines)} is not ${sorted}`);
}

test('normalised ranges hold the same lines, sorted and not touching', (t) => {
  fc.assert(fc.property(ranges, (a) => assertSame(normalize(a), numbers(a))));
  t.pass();
});

test('union, subtraction and intersection do what they do on plain sets of numbers', (t) => {
  fc.assert(
    fc.property(ranges, ranges, (first, second) => {
      const [a, b] = [normalize(first), normalize(second)];
      const [x, y] = [numbers(a), numbers(b)];
      assertSame(unionLines(a, b), new Set([...x, ...y]));
      assertSame(subtractLines(a, b), new Set([...x].filter((line) => !y.has(line))));
      assertSame(intersectLines(a, b), new Set([...x].filter((line) => y.has(line))));
      if (countLines(a) !== x.size) throw new Error('wrong count');
    }),
  );
  t.pass();
});

test('the text of a set reads back as the set, in whatever order it was written', (t) => {
  fc.assert(
    fc.property(ranges, (a) => {
      if (a.length === 0) return;
      const text = a.map(([start, end]) => (start === end ? `${start}` : `${start}-${end}`)).join(',');
      assertSame(parseLines(text)!, numbers(a));
      assertSame(parseLines(formatLines(normalize(a)))!, numbers(a));
    }),
  );
  t.pass();
});

test('one line, a range and a list are read', (t) => {
  t.deepEqual(parseLines('7'), [[7, 7]]);
  t.deepEqual(parseLines('1-10,15,3'), [
    [1, 10],
    [15, 15],
  ]);
  t.deepEqual(parseLines(`${MAX_LINE}`), [[MAX_LINE, MAX_LINE]]);
});

test('text that is no list of lines gives undefined', (t) => {
  for (const text of [
    '',
    ',',
    '1,',
    ',1',
    '0',
    '0-5',
    '5-3',
    '-1',
    '1-',
    '1--2',
    '1-2-3',
    '1 ',
    ' 1',
    '1, 2',
    '+1',
    '1.5',
    'a',
  ]) {
    t.is(parseLines(text), undefined, JSON.stringify(text));
  }
  t.is(parseLines(`1-${MAX_LINE + 1}`), undefined);
  t.is(parseLines('1234567890'), undefined);
});

test('millions of ranges are read as a list is, not refused and not crashed on', (t) => {
  t.deepEqual(parseLines(`${'1,'.repeat(5_000_000)}2`), [[1, 2]]);
  t.is(parseLines(`${'1,'.repeat(5_000_000)}x`), undefined);
});

test('a range in JSON is lines only when both ends are whole numbers in order', (t) => {
  t.deepEqual(rangeOf(3, 5), [[3, 5]]);
  for (const [start, end] of [
    [0, 0],
    [5, 3],
    [1.5, 2],
    ['1', '2'],
    [1, null],
    [1, MAX_LINE + 1],
    [{}, []],
  ]) {
    t.deepEqual(rangeOf(start, end), []);
  }
});

test('text that is too long is cut between two ranges', (t) => {
  t.is(cutLines('1-10,15,30', 10), '1-10,15,30');
  t.is(cutLines('1-10,15,30', 9), '1-10,15');
  t.is(cutLines('1-10,15,30', 7), '1-10,15');
  t.is(cutLines('1-10,15,30', 6), '1-10');
  t.is(cutLines('1-10,15,30', 3), '');
});
