import type { Content, ContentTable, TableCell } from 'pdfmake/interfaces.js';
import { display, isNumeric } from '../display.js';
import type { Column } from '../document.js';
import { cutNotice } from '../rows.js';
import { columnWidths, PADDING, wants } from './columns.js';
import type { GatheredTable } from './gather.js';
import type { Texts } from './text.js';

/** A table ready to be laid out. */
export interface PreparedTable {
  /** Points in which no cell would have to break, within reason. */
  wanted: number;
  content: (width: number) => Content[];
}

export function prepareTable(table: GatheredTable, texts: Texts): PreparedTable {
  const { columns, rows, total } = table;
  const shown = rows.map((row) => columns.map(({ unit }, index) => display(row[index] ?? null, unit)));
  const widths = wants(columns, shown);
  const body = shown.map((row) => row.map((cell, index) => bodyCell(cell, columns[index]!, texts)));
  const notice = cutNotice(rows.length, total);
  return {
    wanted: widths.reduce((sum, { want }) => sum + want + PADDING, 0),
    content: (width) => [
      draw(table, body, columnWidths(widths, width), texts),
      ...(notice ? [{ ...texts.of(notice), style: 'note' }] : []),
    ],
  };
}

function draw(table: GatheredTable, body: TableCell[][], widths: number[], texts: Texts): ContentTable {
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

function bodyCell(text: string, { unit }: Column, texts: Texts): TableCell {
  const cell = texts.of(text);
  return isNumeric(unit) ? { ...cell, style: 'number', noWrap: true } : cell;
}
