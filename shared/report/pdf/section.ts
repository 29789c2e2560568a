import type { Content, ContentSvg } from 'pdfmake/interfaces.js';
import { display, visibleLines } from '../display.js';
import type { Chart, Facts, Text } from '../document.js';
import { chartForPdf } from './chart.js';
import type { GatheredSection } from './gather.js';
import { innerWidth, type Orientation } from './page.js';
import { prepareTable } from './table.js';
import type { Texts } from './text.js';

/** What stands below a heading on the same page at least. */
const KEEP = 90;

/** The orientation that a section is best read in, and its content. */
export interface PreparedSection {
  orientation: Orientation;
  content: Content[];
}

type Prepared = (width: number) => Content[];

/** Draws the section's charts. A table that is too wide for it turns the whole section. */
export async function prepareSection(section: GatheredSection, texts: Texts): Promise<PreparedSection> {
  const blocks: Prepared[] = [];
  let orientation: Orientation = 'portrait';
  for (const block of section.blocks) {
    if (block.kind !== 'table') {
      blocks.push(await prepareBlock(block, texts));
      continue;
    }
    const table = prepareTable(block, texts);
    if (table.wanted > 1.15 * innerWidth('portrait')) orientation = 'landscape';
    blocks.push(table.content);
  }
  const width = innerWidth(orientation);
  return { orientation, content: [...heading(section, texts), ...blocks.flatMap((block) => block(width))] };
}

/** Room is kept below the heading and given back, so that it never stands alone at the end of a page. */
function heading({ id, title }: GatheredSection, texts: Texts): Content[] {
  const text = display(title);
  const line = { ...texts.of(text), id: `s-${id}`, style: 'section', outline: true, outlineText: text };
  return [
    { stack: [line, { text: ' ', fontSize: 1, margin: [0, 0, 0, KEEP] }], unbreakable: true },
    { text: ' ', fontSize: 1, margin: [0, -KEEP - 2, 0, 0] },
  ];
}

async function prepareBlock(block: Text | Facts | Chart, texts: Texts): Promise<Prepared> {
  if (block.kind === 'facts') return () => [factsContent(block, texts)];
  if (block.kind === 'chart') return prepareChart(block, texts);
  const paragraphs = visibleLines(block.text).split(/\n{2,}/);
  return () => paragraphs.map((paragraph) => ({ ...texts.of(paragraph), style: 'paragraph' }));
}

function factsContent({ facts }: Facts, texts: Texts): Content {
  if (facts.length === 0) return [];
  const body = facts.map(({ label, value, unit }) => [
    { ...texts.of(display(label)), style: 'label' },
    texts.of(display(value, unit)),
  ]);
  return { table: { widths: [150, '*'], body, dontBreakRows: true }, layout: 'facts', style: 'facts' };
}

/** Title and drawing on one page. The drawing finds only fonts that are loaded: the title loads all that were used so far. */
async function prepareChart(chart: Chart, texts: Texts): Promise<Prepared> {
  const drawing = drawn(await chartForPdf(chart, texts, innerWidth('portrait')));
  const title = texts.of(display(chart.title));
  const fonts = [...texts.used].map((font) => ({ text: '', font, bold: false }));
  return () => [{ stack: [{ text: [title, ...fonts], style: 'figure' }, drawing], unbreakable: true }];
}

/** pdfmake would write the SVG anew, with a line feed between the runs of a label, which is seen as a space. */
function drawn(svg: string): Content {
  return Object.defineProperty({}, 'svg', { get: () => svg, set: () => {}, enumerable: true }) as ContentSvg;
}
