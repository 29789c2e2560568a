import type { Block, Cell, ReportDocument, Table } from './document.js';

/** The tables of a report, in order. */
export const tablesOf = ({ sections }: Pick<ReportDocument, 'sections'>): Table[] =>
  sections.flatMap(({ blocks }) => blocks.filter((block: Block): block is Table => block.kind === 'table'));

/** The rows of a table as objects by column, one by one. */
export async function* rowsOf({ columns, rows }: Table): AsyncGenerator<Record<string, Cell>> {
  for await (const batch of rows())
    for (const row of batch) yield Object.fromEntries(columns.map(({ id }, n) => [id, row[n] ?? null]));
}
