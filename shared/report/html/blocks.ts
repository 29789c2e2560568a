import { chartSvg } from '../charts/chart-svg.js';
import { display, isNumeric, visibleLines } from '../display.js';
import type { Block, Cell, Chart, Column, Facts, Table, Text, Unit } from '../document.js';
import { cutNotice, firstRows } from '../rows.js';
import { escapeHtml } from './escape.js';

const text = (value: Cell, unit?: Unit): string => escapeHtml(display(value, unit));

/** One block as HTML, long ones in pieces. */
export async function* blockHtml(block: Block): AsyncIterable<string> {
  if (block.kind === 'text') yield textHtml(block);
  else if (block.kind === 'facts') yield factsHtml(block);
  else if (block.kind === 'table') yield* tableHtml(block);
  else yield await chartHtml(block);
}

function textHtml(block: Text): string {
  return visibleLines(block.text)
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${escapeHtml(paragraph)}</p>\n`)
    .join('');
}

function factsHtml({ id, facts }: Facts): string {
  const lines = facts.map(({ label, value, unit }) => `<dt>${text(label)}</dt><dd>${text(value, unit)}</dd>\n`);
  return `<dl id="b-${text(id)}">\n${lines.join('')}</dl>\n`;
}

async function* tableHtml(table: Table): AsyncIterable<string> {
  const { rows, total } = await firstRows(table);
  const id = text(table.id);
  yield `<div class="wide" role="region" tabindex="0" aria-labelledby="b-${id}">\n<table>\n${headHtml(id, text(table.title), table.columns)}<tbody>\n`;
  for (const row of rows) yield rowHtml(row, table.columns);
  if (total === 0) yield `<tr><td colspan="${table.columns.length}">${text(table.empty)}</td></tr>\n`;
  yield '</tbody>\n</table>\n';
  const notice = cutNotice(rows.length, total);
  if (notice) yield `<p class="note">${notice}</p>\n`;
  yield '</div>\n';
}

function headHtml(id: string, title: string, columns: Column[]): string {
  const cells = columns.map(({ label, unit }) => `<th scope="col"${alignment(unit)}>${text(label)}</th>`);
  return `<caption id="b-${id}">${title}</caption>\n<thead><tr>${cells.join('')}</tr></thead>\n`;
}

function rowHtml(row: Cell[], columns: Column[]): string {
  const [first, ...others] = columns.map(({ unit }, index) => `${alignment(unit)}>${text(row[index] ?? null, unit)}`);
  return `<tr><th scope="row"${first}</th>${others.map((cell) => `<td${cell}</td>`).join('')}</tr>\n`;
}

const alignment = (unit?: Unit): string => (isNumeric(unit) ? ' class="number"' : '');

/** The drawing, and its figures as a table for those who cannot see it. */
async function chartHtml(chart: Chart): Promise<string> {
  const svg = (await chartSvg(chart)).replace('<svg ', `<svg role="img" aria-label="${text(chart.title)}" `);
  const columns: Column[] = chart.series.map(({ name }, index) => ({ id: `${index}`, label: name, unit: chart.unit }));
  const all = [{ id: 'label', label: '' }, ...columns];
  const rows = chart.labels.map((label, at) =>
    rowHtml([label, ...chart.series.map(({ values }) => values[at] ?? null)], all),
  );
  const table = `<table>\n${headHtml(`${text(chart.id)}-figures`, text(chart.title), all)}<tbody>\n${rows.join('')}</tbody>\n</table>`;
  return `<figure id="b-${text(chart.id)}">
<figcaption>${text(chart.title)}</figcaption>
${svg}
<details><summary>The figures of this chart</summary>
<div class="wide">${table}</div>
</details>
</figure>
`;
}
