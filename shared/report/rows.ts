import type { Cell, Table } from './document.js';

/** What a page for people shows of a table. CSV and JSON have all of it. */
export const MAX_ROWS = 1_000;

/** The first rows of a table, and how many it has. Reads all of it and keeps `max`. */
export async function firstRows(table: Table, max = MAX_ROWS): Promise<{ rows: Cell[][]; total: number }> {
  const rows: Cell[][] = [];
  let total = 0;
  for await (const batch of table.rows()) {
    total += batch.length;
    if (rows.length < max) rows.push(...batch.slice(0, max - rows.length));
  }
  return { rows, total };
}

/** What stands below a table that was cut; undefined when it was not. */
export function cutNotice(shown: number, total: number): string | undefined {
  if (shown === total) return;
  const count = new Intl.NumberFormat('en-US').format;
  return `${count(total - shown)} more rows are not shown here (${count(total)} in all). The same report as CSV or JSON has all of them.`;
}
