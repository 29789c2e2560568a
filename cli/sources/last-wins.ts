import type { LineSet } from '../../shared/line-set.js';

export interface Entry<By> {
  by: By;
  lines: LineSet;
}

/** Neighbouring lines with one owner. */
interface Piece<By> {
  first: number;
  last: number;
  by: By;
}

/**
 * Who has which lines of one file when per line the last entry wins (formats.md, section 0, fact 5). Who has none left is
 * not in the answer. The later half is laid over the earlier half, and each half is made in the same way: a hundred
 * thousand overlapping entries take seventeen passes, where one after the other they would take a hundred thousand.
 */
export function lastWins<By>(entries: readonly Entry<By>[]): Map<By, LineSet> {
  if (entries.length === 1) return new Map([[entries[0]!.by, entries[0]!.lines]]);
  const won = new Map<By, [number, number][]>();
  for (const { first, last, by } of resolve(entries, 0, entries.length)) {
    const ranges = won.get(by);
    const before = ranges?.at(-1);
    if (before?.[1] === first - 1) before[1] = last;
    else if (ranges) ranges.push([first, last]);
    else won.set(by, [[first, last]]);
  }
  return won;
}

function resolve<By>(entries: readonly Entry<By>[], from: number, to: number): Piece<By>[] {
  if (to - from > 1) {
    const middle = (from + to) >> 1;
    return overlay(resolve(entries, from, middle), resolve(entries, middle, to));
  }
  const entry = entries[from];
  return entry ? entry.lines.map(([first, last]) => ({ first, last, by: entry.by })) : [];
}

/** Both lists in order, where they overlap the upper one's pieces. */
function overlay<By>(lower: Piece<By>[], upper: Piece<By>[]): Piece<By>[] {
  const pieces: Piece<By>[] = [];
  let next = 0;
  for (const { first, last, by } of lower) {
    let free = first;
    for (let over = upper[next]; over && over.first <= last; over = upper[next]) {
      if (free < over.first) pieces.push({ first: free, last: over.first - 1, by });
      free = Math.max(free, over.last + 1);
      // It reaches into the next lower piece, too, and is listed there or at the end.
      if (over.last > last) break;
      pieces.push(over);
      next++;
    }
    if (free <= last) pieces.push({ first: free, last, by });
  }
  for (; next < upper.length; next++) pieces.push(upper[next]!);
  return pieces;
}
