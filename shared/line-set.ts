/** A set of 1-based line numbers as sorted, non-touching, inclusive ranges. */
export type LineSet = ReadonlyArray<readonly [start: number, end: number]>;

/** Lines above this are refused: no source file has them, and sums must stay exact integers. */
export const MAX_LINE = 100_000_000;

const RANGES = /^\d{1,9}(-\d{1,9})?(,\d{1,9}(-\d{1,9})?)*$/;

/**
 * Reads `1-10,15,3`: 1-based and inclusive, in any order, overlaps allowed (formats.md, section 1).
 * Answers undefined when the text is anything else, so that the caller can say which note it stood in.
 */
export function parseLines(text: string): LineSet | undefined {
  if (!RANGES.test(text)) return undefined;
  const ranges: [number, number][] = [];
  for (const part of text.split(',')) {
    const dash = part.indexOf('-');
    const start = Number(dash < 0 ? part : part.slice(0, dash));
    const end = dash < 0 ? start : Number(part.slice(dash + 1));
    if (start < 1 || end < start || end > MAX_LINE) return undefined;
    ranges.push([start, end]);
  }
  return normalize(ranges);
}

/** Sorts and merges ranges; touching ranges become one, so equal sets have equal text. */
export function normalize(ranges: readonly (readonly [number, number])[]): LineSet {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [start, end] of sorted) {
    const last = merged.at(-1);
    if (last && start <= last[1] + 1) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

/** The canonical text of a set: `1-10,15`. The empty set is the empty string. */
export function formatLines(lines: LineSet): string {
  return lines.map(([start, end]) => (start === end ? `${start}` : `${start}-${end}`)).join(',');
}

/** Number of lines in the set. */
export function countLines(lines: LineSet): number {
  let count = 0;
  for (const [start, end] of lines) count += end - start + 1;
  return count;
}

/** Lines in either set. */
export function unionLines(a: LineSet, b: LineSet): LineSet {
  return a.length === 0 ? b : b.length === 0 ? a : normalize([...a, ...b]);
}

/** Lines of `a` that are not in `b`. */
export function subtractLines(a: LineSet, b: LineSet): LineSet {
  const left: [number, number][] = [];
  let i = 0;
  for (const [start, end] of a) {
    let from = start;
    while (i < b.length && b[i]![1] < from) i++;
    for (let j = i; j < b.length && b[j]![0] <= end; j++) {
      if (b[j]![0] > from) left.push([from, b[j]![0] - 1]);
      from = Math.max(from, b[j]![1] + 1);
    }
    if (from <= end) left.push([from, end]);
  }
  return left;
}

/** Lines in both sets. */
export function intersectLines(a: LineSet, b: LineSet): LineSet {
  const both: [number, number][] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const start = Math.max(a[i]![0], b[j]![0]);
    const end = Math.min(a[i]![1], b[j]![1]);
    if (start <= end) both.push([start, end]);
    if (a[i]![1] < b[j]![1]) i++;
    else j++;
  }
  return both;
}
