import type { CustomTableLayout, StyleDictionary } from 'pdfmake/interfaces.js';
import { PADDING } from './columns.js';

const SOFT = '#57606a';
const LINE = '#c8cdd3';
const INK = '#1b1f24';

export const STYLES: StyleDictionary = {
  title: { fontSize: 26, bold: true, lineHeight: 1.1 },
  organisation: { fontSize: 14, color: SOFT },
  contents: { fontSize: 13, bold: true, margin: [0, 0, 0, 6] },
  section: { fontSize: 15, bold: true, margin: [0, 18, 0, 8] },
  paragraph: { margin: [0, 0, 0, 7], lineHeight: 1.25 },
  label: { color: SOFT },
  facts: { margin: [0, 4, 0, 12] },
  caption: { fontSize: 9.5, bold: true },
  table: { fontSize: 7.5, margin: [0, 6, 0, 4] },
  head: { bold: true, fillColor: '#eef1f4' },
  number: { alignment: 'right' },
  note: { color: SOFT, fontSize: 8 },
  figure: { fontSize: 9.5, bold: true, margin: [0, 10, 0, 4] },
  edge: { fontSize: 7.5, color: SOFT },
};

/** Lines between rows only, the head set apart, no caption box. */
export const TABLE_LAYOUT: CustomTableLayout = {
  hLineWidth: (line) => (line === 0 ? 0 : line < 3 ? 0.8 : 0.4),
  vLineWidth: () => 0,
  hLineColor: (line) => (line < 3 ? INK : LINE),
  paddingLeft: () => PADDING / 2,
  paddingRight: () => PADDING / 2,
  paddingTop: () => 2.5,
  paddingBottom: () => 2.5,
};

/** A rule below the head of the cover. */
export const coverRule = (width: number) => ({
  canvas: [{ type: 'line' as const, x1: 0, y1: 0, x2: width, y2: 0, lineWidth: 2.5, lineColor: INK }],
});
