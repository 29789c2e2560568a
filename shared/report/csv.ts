import { csvRecord } from '../csv-record.js';
import type { Facts, ReportDocument, Table } from './document.js';

/** What CSV can hold one of: tables, and lists of facts. */
export const tablesOf = ({ sections }: ReportDocument): (Table | Facts)[] =>
  sections.flatMap(({ blocks }) => blocks).filter((block) => block.kind === 'table' || block.kind === 'facts');

/**
 * One table of a report as CSV (RFC 4180, UTF-8): a line of column names, then the rows. Text that a spreadsheet would take for
 * a formula begins with an apostrophe; what is not known is empty. Throws a RangeError for a table that is not in the report.
 */
export async function* writeCsv(document: ReportDocument, tableId: string): AsyncGenerator<string> {
  const table = tablesOf(document).find(({ id }) => id === tableId);
  if (!table) throw new RangeError(`the report has no table ${tableId}`);
  const { columns, rows } = table.kind === 'facts' ? asTable(table) : table;
  yield csvRecord(columns.map(({ id }) => id));
  for await (const batch of rows()) yield batch.map((row) => csvRecord(row)).join('');
}

function asTable({ facts }: Facts): Pick<Table, 'columns' | 'rows'> {
  const columns = ['id', 'label', 'value', 'unit'].map((id) => ({ id, label: id }));
  return { columns, rows: () => [facts.map(({ id, label, value, unit }) => [id, label, value, unit ?? null])] };
}
