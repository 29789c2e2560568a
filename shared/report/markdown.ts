import { display, isNumeric, visible } from './display.js';
import type { Block, Cell, Chart, Column, Facts, ReportDocument, Table } from './document.js';
import { cutNotice, firstRows, MAX_ROWS } from './rows.js';

/** A report as Markdown (CommonMark with GitHub's tables). Long tables show their first rows and say how many more there are. */
export async function* writeMarkdown(document: ReportDocument): AsyncGenerator<string> {
  const { title, organisation, period, generator, sections } = document;
  yield `# ${escapeText(title)}\n\n`;
  yield `${escapeText(organisation)}, ${escapeText(period.from)} to ${escapeText(period.to)} (${escapeText(period.time_zone)}), by ${escapeText(generator)}\n\n`;
  yield `${sections.map(({ id, title }) => `- [${escapeText(title)}](#${id})`).join('\n')}\n`;
  for (const section of sections) {
    yield `\n<a id="${section.id}"></a>\n\n## ${escapeText(section.title)}\n`;
    for (const block of section.blocks) yield* writeBlock(block);
  }
}

async function* writeBlock(block: Block): AsyncGenerator<string> {
  if (block.kind === 'text') yield `\n${paragraph(block.text)}\n`;
  else if (block.kind === 'facts') yield `\n${writeFacts(block)}`;
  else if (block.kind === 'table') yield* writeTable(block);
  else yield writeChart(block);
}

function writeFacts({ facts }: Facts): string {
  const rows = facts.map(({ label, value, unit }) => row([label, display(value, unit)]));
  return ['|  |  |\n| --- | --- |\n', ...rows].join('');
}

async function* writeTable(table: Table): AsyncGenerator<string> {
  yield `\n### ${escapeText(table.title)}\n\n`;
  const { rows, total } = await firstRows(table);
  if (rows.length === 0) return yield `${paragraph(table.empty)}\n`;
  yield heading(table.columns);
  yield rows.map((cells) => row(cells.map((cell, n) => display(cell, table.columns[n]?.unit)))).join('');
  const notice = cutNotice(rows.length, total);
  if (notice !== undefined) yield `\n${paragraph(notice)} The table is ${escapeText(table.id)} there.\n`;
}

function writeChart({ title, unit, labels, series }: Chart): string {
  const shown = labels.slice(0, MAX_ROWS).map((label, n) => {
    const values = series.map(({ values }): Cell => values[n] ?? null);
    return row([label, ...values.map((value) => display(value, unit))]);
  });
  const columns = series.map(({ name }): Column => ({ id: name, label: name, unit }));
  return [`\n### ${escapeText(title)}\n\n`, heading([{ id: '', label: '' }, ...columns]), ...shown].join('');
}

const heading = (columns: readonly Column[]) =>
  `${row(columns.map(({ label }) => label))}|${columns.map(({ unit }) => (isNumeric(unit) ? ' ---: |' : ' --- |')).join('')}\n`;

const row = (cells: string[]) => `| ${cells.map(escapeText).join(' | ')} |\n`;

/** Text of its own line: what would begin a list or underline a heading is escaped as well. */
const paragraph = (text: string) => escapeText(text).replace(/^([-+=]|\d+(?=[.)]))/, (sign) => `\\${sign}`);

/**
 * Text as text and nothing else: ASCII punctuation that can make structure is escaped (CommonMark 2.4), and what GitHub would make a link of gets an escape in its middle.
 */
export const escapeText = (text: string): string =>
  visible(text)
    .replace(/[\\`*_[\]~|!$#]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
    .replaceAll('://', '\\://')
    .replace(/www\./gi, (found) => `${found.slice(0, 3)}\\.`);
