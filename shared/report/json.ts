import type { Block, Cell, Column, ReportDocument, Table } from './document.js';

/** Names the form; what changes its meaning changes the number. */
export const JSON_FORMAT = 'blameprompt-report/1';

/** A report as JSON, as shared/api/report-schema.ts describes it. Rows are objects by column; a batch of them is in memory at a time. */
export async function* writeJson(document: ReportDocument): AsyncGenerator<string> {
  const { sections, ...about } = document;
  yield `${JSON.stringify({ format: JSON_FORMAT, ...about }).slice(0, -1)},"sections":[`;
  for (const [n, { blocks, ...section }] of sections.entries()) {
    yield `${n === 0 ? '' : ','}\n${JSON.stringify(section).slice(0, -1)},"blocks":[`;
    for (const [b, block] of blocks.entries()) {
      yield b === 0 ? '\n' : ',\n';
      yield* writeBlock(block);
    }
    yield ']}';
  }
  yield ']}\n';
}

async function* writeBlock(block: Block): AsyncGenerator<string> {
  if (block.kind === 'table') yield* writeTable(block);
  else yield JSON.stringify(block);
}

async function* writeTable({ rows, columns, ...table }: Table): AsyncGenerator<string> {
  yield `${JSON.stringify({ ...table, columns }).slice(0, -1)},"rows":[`;
  let separator = '\n';
  for await (const batch of rows()) {
    if (batch.length === 0) continue;
    yield separator + batch.map((row) => JSON.stringify(toObject(columns, row))).join(',\n');
    separator = ',\n';
  }
  yield ']}';
}

const toObject = (columns: readonly Column[], row: Cell[]) =>
  Object.fromEntries(columns.map(({ id }, n) => [id, row[n] ?? null]));
