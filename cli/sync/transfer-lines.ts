import { intersectLines, type LineSet, normalize } from '../../shared/line-set.js';

/**
 * Where lines are after their patch was applied elsewhere: equal patches add equal lines in equal order, so the k-th line
 * of `from` is the k-th line of `to`. Lines outside `from` are left out. Takes linear time.
 */
export function transferLines(lines: LineSet, from: LineSet, to: LineSet): LineSet {
  return shift(shift(lines, from, numbered(from)), numbered(to), to);
}

/** The ranges of a set when its lines are counted from 1: `[[5, 7], [9, 9]]` is `[[1, 3], [4, 4]]`. */
function numbered(ranges: LineSet): LineSet {
  let next = 1;
  return ranges.map(([start, end]) => {
    const first = next;
    next += end - start + 1;
    return [first, next - 1];
  });
}

/** Moves the lines of each range of `from` to the range of `to` at the same place in the list, which is as long. */
function shift(lines: LineSet, from: LineSet, to: LineSet): LineSet {
  const moved: [number, number][] = [];
  let i = 0;
  for (const [start, end] of intersectLines(lines, from)) {
    while (from[i]![1] < start) i++;
    const distance = to[i]![0] - from[i]![0];
    moved.push([start + distance, end + distance]);
  }
  return normalize(moved);
}
