import { createRequire } from 'node:module';
import { stripVTControlCharacters } from 'node:util';

// Only tables need it, and loading it takes half as long as starting node.
const require = createRequire(import.meta.url);

/** Text from outside (notes, servers, file names) without what could steer the terminal that it is printed on. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g,
    ' ',
  );
}

/** Rows as aligned columns, the first row being the heading. Numbers go right. */
export function table(rows: (string | number | null)[][], indent = '  '): string {
  const { default: stringWidth } = require('string-width') as typeof import('string-width');
  const cells = rows.map((row) => row.map((cell) => (cell === null ? '–' : printable(String(cell)))));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => stringWidth(row[column] ?? ''))));
  const right = (rows[1] ?? []).map((cell) => typeof cell === 'number' || /^\$?[\d.,]+%?$/.test(String(cell)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => {
          const space = ' '.repeat(widths[column]! - stringWidth(cell));
          return right[column] ? space + cell : cell + space;
        })
        .join('  '),
    )
    .map((line) => (indent + line).trimEnd())
    .join('\n');
}

const counts = new Intl.NumberFormat('en-US');
const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

export const formatCount = (count: number): string => counts.format(count);
export const formatUsd = (amount: number): string => dollars.format(amount);
export const formatPercentage = (percentage: number | null): string =>
  percentage === null ? 'no data' : `${percentage}%`;
/** The day of a timestamp, in UTC. */
export const formatDay = (timestamp: string | null): string | null => timestamp?.slice(0, 10) ?? null;
