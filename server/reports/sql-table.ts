import type { Cell, Column, Table } from '../../shared/report/document.js';
import type { Query } from '../db.js';

/** Rows that are in memory at a time, of each table. */
const BATCH = 1000;

/** A table of a query whose columns bear the ids of the table's. It runs when the table is read, with a cursor. */
export function sqlTable<Row extends object>(
  about: Omit<Table, 'kind' | 'rows'>,
  query: () => Query<Row>,
  complete: (row: Row) => object = (row) => row,
): Table {
  return {
    kind: 'table',
    ...about,
    rows: async function* () {
      for await (const rows of query().cursor(BATCH)) yield rows.map((row) => toCells(about.columns, complete(row)));
    },
  };
}

const toCells = (columns: readonly Column[], row: object): Cell[] =>
  columns.map(({ id }) => (row as Record<string, Cell>)[id] ?? null);
