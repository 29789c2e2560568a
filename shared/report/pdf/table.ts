import type { Content, ContentTable, TableCell } from 'pdfmake/interfaces.js';
import { display, isNumeric } from '../display.js';
import type { Column, Table } from '../document.js';
import { cutNotice, firstRows } from '../rows.js';
import { columnWidths, wants } from './columns.js';
import type { Texts } from './text.js';

/** A table ready to be laid out: what it wants of the page, and how it fills it. */
export interface PreparedTable {
  /** Points that no cell would have to break in, at most. */
  wanted: number;
  content: (width: number) => Content[];
}

/** Reads the table's rows; the first 1,000 are kept. */
export async function prepareTable(table: Table, texts: Texts): Promise<PreparedTable> {
  const { rows, total } = await firstRows(table);
  const shown = rows.map((row) => table.columns.map(({ unit }, index) => display(row[index] ?? null, unit)));
  const { columns } = table;
  const widths = wants(columns, shown);
  const body = shown.map((row) => row.map((cell, index) => bodyCell(cell, columns[index]!, texts)));
  const notice = cutNotice(rows.length, total);
  return {
    wanted: widths.reduce((sum, { want }) => sum + want, 0),
    content: (width) => [
      draw(table, body, columnWidths(widths, width), texts),
      ...(notice ? [{ ...texts.of(notice), style: 'note' }] : []),
    ],
  };
}

function draw(table: Table, body: TableCell[][], widths: number[], texts: Texts): ContentTable {
  const { columns } = table;
  const span = (cell: TableCell): TableCell[] => [
    Object.assign(cell, { colSpan: columns.length }),
    ...columns.slice(1).map(() => ''),
  ];
  const none = { ...texts.of(display(table.empty)), style: 'note' };
  return {
    table: {
      headerRows: 2,
      keepWithHeaderRows: 1,
      dontBreakRows: true,
      widths,
      body: [
        span({ ...texts.of(display(table.title)), style: 'caption' }),
        columns.map(({ label, unit }) => ({
          ...texts.of(display(label)),
          style: isNumeric(unit) ? ['head', 'number'] : 'head',
        })),
        ...(body.length > 0 ? body : [span(none)]),
      ],
    },
    layout: 'report',
    style: 'table',
  };
}

const bodyCell = (text: string, { unit }: Column, texts: Texts): TableCell => ({
  ...texts.of(text),
  ...(isNumeric(unit) ? { style: 'number' } : {}),
});
