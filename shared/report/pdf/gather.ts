import { truncate } from '../../text.js';
import type { Cell, Chart, Facts, ReportDocument, Section, Table, Text } from '../document.js';
import { firstRows, MAX_ROWS } from '../rows.js';

/** The longest text of a cell, in characters: one of 10,000 would fill pages. CSV and JSON have all of it. */
export const MAX_CELL = 300;
/** In all tables together; once they are used up, the others show their first `FEW_ROWS`. */
const MAX_CELLS = 30_000;
const FEW_ROWS = 25;
const MAX_TEXT = 20_000;

/** A report of limited size, without functions: what the thread that lays it out is given. */
export interface GatheredReport extends Omit<ReportDocument, 'sections'> {
  sections: GatheredSection[];
  /** How many cells were cut. */
  cut: number;
}

export interface GatheredSection extends Omit<Section, 'blocks'> {
  blocks: (Text | Facts | Chart | GatheredTable)[];
}

export interface GatheredTable extends Omit<Table, 'rows'> {
  rows: Cell[][];
  total: number;
}

/** Reads all tables, keeps 1,000 rows of each, 30,000 cells of all, and 300 characters of each cell. */
export async function gather(document: ReportDocument): Promise<GatheredReport> {
  const gathered: GatheredReport = { ...document, sections: [], cut: 0 };
  let cells = MAX_CELLS;
  const cut = (cell: Cell): Cell => {
    if (typeof cell !== 'string' || cell.length <= MAX_CELL) return cell;
    gathered.cut++;
    return shorten(cell, MAX_CELL);
  };
  for (const section of document.sections) {
    const blocks: GatheredSection['blocks'] = [];
    for (const block of section.blocks) {
      if (block.kind !== 'table') {
        blocks.push(gatherBlock(block, cut));
        continue;
      }
      const { rows, total } = await firstRows(block, rowsWithin(cells, block));
      cells -= rows.length * block.columns.length;
      blocks.push({ ...block, rows: rows.map((row) => row.map(cut)), total });
    }
    gathered.sections.push({ ...section, blocks });
  }
  return gathered;
}

const rowsWithin = (cells: number, { columns }: Table): number =>
  Math.max(FEW_ROWS, Math.min(MAX_ROWS, Math.floor(cells / Math.max(1, columns.length))));

function gatherBlock(block: Text | Facts | Chart, cut: (cell: Cell) => Cell): Text | Facts | Chart {
  if (block.kind === 'text') return { ...block, text: shorten(block.text, MAX_TEXT) };
  if (block.kind === 'chart') return block;
  return { ...block, facts: block.facts.map((fact) => ({ ...fact, value: cut(fact.value) })) };
}

function shorten(text: string, max: number): string {
  return text.length <= max ? text : `${truncate(text, max - 1)}…`;
}
