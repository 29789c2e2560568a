import { isNumeric } from '../display.js';
import type { Column } from '../document.js';

/** Points left and right of each cell together. */
export const PADDING = 8;
/** Points of an average character at the size of tables; wide ones (CJK) count twice. */
const CHARACTER = 4.3;
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/;
const SPREAD = 34;
const NARROW = 9;

interface Want {
  /** Points below which reading becomes hard. */
  least: number;
  /** Points at which nothing breaks, within reason. */
  want: number;
}

/** What each column would like to have: numbers and instants are never broken, text is when it is long. */
export function wants(columns: Column[], rows: string[][]): Want[] {
  return columns.map((column, index) => {
    const longest = rows.reduce((max, row) => Math.max(max, measure(row[index]!, SPREAD)), 0);
    const head = Math.max(...column.label.split(' ').map((word) => measure(word, SPREAD)));
    const whole = isNumeric(column.unit) ? longest : Math.min(longest, column.unit ? 12 : NARROW);
    const least = Math.max(whole, Math.min(head, 14), 3);
    return { least: points(least), want: points(Math.max(longest, head, least)) };
  });
}

/** Widths of the cells' text, together with the padding exactly `width` points: what is over, or missing, is shared. */
export function columnWidths(columns: Want[], width: number): number[] {
  const available = width - PADDING * columns.length;
  const least = sum(columns.map((column) => column.least));
  const wanted = sum(columns.map(({ want }) => want));
  const scale = (from: number[], to: number) => from.map((part) => (part * to) / sum(from));
  if (least >= available)
    return scale(
      columns.map((column) => column.least),
      available,
    );
  if (wanted <= available)
    return scale(
      columns.map(({ want }) => want),
      available,
    );
  const more = scale(
    columns.map((column) => column.want - column.least),
    available - least,
  );
  return columns.map((column, index) => column.least + more[index]!);
}

/** Average characters, counted until `max`. */
function measure(text: string, max: number): number {
  let length = 0;
  for (const character of text) {
    length += WIDE.test(character) ? 2 : 1;
    if (length >= max) return max;
  }
  return length;
}

const points = (characters: number): number => characters * CHARACTER + 2;
const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
