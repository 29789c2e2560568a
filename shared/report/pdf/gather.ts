import { truncate } from '../../text.js';
import type { Block, Cell, Chart, Facts, ReportDocument, Section, Table, Text } from '../document.js';
import { firstRows } from '../rows.js';

/** The longest text of a cell, in characters: one of 10,000 would fill pages. CSV and JSON have all of it. */
export const MAX_CELL = 300;
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

/** Reads all tables, keeps 1,000 rows of each and 300 characters of each cell. */
export async function gather(document: ReportDocument): Promise<GatheredReport> {
  const gathered: GatheredReport = { ...document, sections: [], cut: 0 };
  const cut = (cell: Cell): Cell => {
    if (typeof cell !== 'string' || cell.length <= MAX_CELL) return cell;
    gathered.cut++;
    return shorten(cell, MAX_CELL);
  };
  for (const section of document.sections) {
    const blocks: GatheredSection['blocks'] = [];
    for (const block of section.blocks) blocks.push(await gatherBlock(block, cut));
    gathered.sections.push({ ...section, blocks });
  }
  return gathered;
}

async function gatherBlock(block: Block, cut: (cell: Cell) => Cell): Promise<GatheredSection['blocks'][number]> {
  if (block.kind === 'text') return { ...block, text: shorten(block.text, MAX_TEXT) };
  if (block.kind === 'facts')
    return { ...block, facts: block.facts.map((fact) => ({ ...fact, value: cut(fact.value) })) };
  if (block.kind === 'chart') return block;
  const { rows, total } = await firstRows(block);
  return { ...block, rows: rows.map((row) => row.map(cut)), total };
}

function shorten(text: string, max: number): string {
  return text.length <= max ? text : `${truncate(text, max - 1)}…`;
}
