import type { Cell, ReportDocument, Table } from './document.js';

/** A table of a report that is known to have it. */
export const findTable = ({ sections }: ReportDocument, id: string): Table =>
  sections.flatMap(({ blocks }) => blocks).find((block): block is Table => block.kind === 'table' && block.id === id)!;

/** The rows of a table as objects by column, one by one. */
export async function* rowsOf({ columns, rows }: Table): AsyncGenerator<Record<string, Cell>> {
  for await (const batch of rows())
    for (const row of batch) yield Object.fromEntries(columns.map(({ id }, n) => [id, row[n] ?? null]));
}
