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
      draw(table, body, arrange(shown, columnWidths(widths, width)), texts),
      ...(notice ? [{ ...texts.of(notice), style: 'note' }] : []),
    ],
  };
}

/** Points of the widest letters, and of a line. */
const WIDEST = 7.5;
const LINE = 11.5;
/** Points: about half a page in landscape. pdfmake leaves out a row that may not break and is higher than a page. */
const HIGH = 250;

interface Arrangement {
  widths: number[];
  /** Whether some row could be too high to be kept on one page. */
  high: boolean;
}

function arrange(rows: string[][], widths: number[]): Arrangement {
  const height = (text: string, width: number) => Math.ceil((text.length * WIDEST) / width) * LINE;
  return { widths, high: rows.some((row) => row.some((text, index) => height(text, widths[index]!) > HIGH)) };
}

function draw(table: GatheredTable, body: TableCell[][], { widths, high }: Arrangement, texts: Texts): ContentTable {
  const { columns } = table;
  const span = (cell: TableCell): TableCell[] => [
    Object.assign(cell, { colSpan: columns.length }),
    ...columns.slice(1).map(() => ''),
  ];
  const none = { ...texts.of(display(table.empty)), style: 'note' };
  return {
    table: {
      headerRows: 2,
      keepWithHeaderRows: high ? 0 : 1,
      dontBreakRows: !high,
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
