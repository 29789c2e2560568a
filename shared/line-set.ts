import { MAX_LINES_TEXT } from './limits.js';

/** A set of 1-based line numbers as sorted, non-touching, inclusive ranges. */
export type LineSet = ReadonlyArray<readonly [start: number, end: number]>;

/** Lines above this are refused: no source file has them, and sums must stay exact integers. */
export const MAX_LINE = 100_000_000;

const COMMA = 0x2c;
const DASH = 0x2d;
const ZERO = 0x30;

/**
 * Reads `1-10,15,3`: 1-based and inclusive, in any order, overlaps allowed (formats.md, section 1).
 * Answers undefined when the text is anything else, so that the caller can say which note it stood in.
 *
 * Character by character: a pattern over the whole text overflows the stack of regular expressions at some million
 * ranges, and one for each range took most of the time of reading a note.
 */
export function parseLines(text: string): LineSet | undefined {
  const ranges: [number, number][] = [];
  let first = 0;
  let number = 0;
  let digits = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : COMMA;
    if (code >= ZERO && code <= ZERO + 9) {
      if (++digits > 9) return undefined;
      number = number * 10 + code - ZERO;
      continue;
    }
    if (number < 1 || number > MAX_LINE) return undefined;
    if (code === COMMA) {
      if (number < first) return undefined;
      ranges.push([first === 0 ? number : first, number]);
      first = 0;
    } else if (code === DASH && first === 0) first = number;
    else return undefined;
    number = 0;
    digits = 0;
  }
  return normalize(ranges);
}

/** The lines from `start` to `end` as they stand in JSON; none when they are not whole numbers in order (`[0,0]`). */
export function rangeOf(start: unknown, end: unknown): LineSet {
  if (!Number.isInteger(start) || !Number.isInteger(end)) return [];
  const [first, last] = [start as number, end as number];
  return first < 1 || last < first || last > MAX_LINE ? [] : [[first, last]];
}

/** Sorts and merges ranges; touching ranges become one, so equal sets have equal text. */
export function normalize(ranges: readonly (readonly [number, number])[]): LineSet {
  if (ranges.every(([start], i) => i === 0 || start > ranges[i - 1]![1] + 1)) return ranges;
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

/** The text of a set as far as it fits `max` characters, cut between two ranges. */
export function cutLines(text: string, max = MAX_LINES_TEXT): string {
  return text.length <= max ? text : text.slice(0, Math.max(0, text.lastIndexOf(',', max)));
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
