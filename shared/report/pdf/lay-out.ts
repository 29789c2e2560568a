import type fs from 'node:fs';
import type { Readable } from 'node:stream';
import pdfmake from 'pdfmake';
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { display } from '../display.js';
import { coverContent } from './cover.js';
import { FONTS } from './fonts.js';
import { type GatheredReport, MAX_CELL } from './gather.js';
import { MARGIN, type Orientation } from './page.js';
import { prepareSection } from './section.js';
import { STYLES, TABLE_LAYOUT } from './styles.js';
import { Texts } from './text.js';

/** The report as a PDF, in pieces. Dates in it are the end of the period, so that the same report has the same bytes each time. */
export async function layOut(report: GatheredReport): Promise<Readable> {
  const texts = new Texts();
  const content: Content[] = [];
  let before: Orientation = 'portrait';
  for (const section of report.sections) {
    const { orientation, content: blocks } = await prepareSection(section, texts);
    // A page has one orientation; the first section begins below the contents.
    if (orientation !== before) content.push({ text: '', pageBreak: 'before', pageOrientation: orientation });
    content.push(...blocks);
    before = orientation;
  }
  if (report.cut > 0) content.push(cutContent(report.cut));
  return render({ ...frame(report, texts), content: [...coverContent(report, texts), ...content] }, texts);
}

const cutContent = (cut: number): Content => ({
  text: `${cut} texts of more than ${MAX_CELL} characters were cut here. The same report as CSV or JSON has all of them.`,
  style: 'note',
  margin: [0, 12, 0, 0],
});

/** All but the content: size, dates, fonts, what stands at the edges of each page. */
function frame(document: GatheredReport, texts: Texts): Omit<TDocumentDefinitions, 'content'> {
  const date = new Date(document.period.to);
  const [title, organisation, generator] = [document.title, document.organisation, document.generator].map((text) =>
    display(text),
  );
  const edge = (text: string) => ({ ...texts.of(text), style: 'edge' });
  const [left, right, made] = [edge(title!), edge(organisation!), edge(generator!)];
  return {
    pageSize: 'A4',
    pageMargins: [MARGIN, 56, MARGIN, 52],
    version: '1.7',
    language: 'en',
    displayTitle: true,
    info: { title, author: organisation, creator: generator, producer: generator, creationDate: date, modDate: date },
    defaultStyle: { font: FONTS[0]!.name, fontSize: 9.5, lineHeight: 1.1, color: '#1b1f24' },
    styles: STYLES,
    header: (page) =>
      page === 1
        ? null
        : { columns: [left, { ...right, alignment: 'right' }], columnGap: 20, margin: [MARGIN, 26, MARGIN, 0] },
    footer: (page, pages) => ({
      columns: [made, { text: `Page ${page} of ${pages}`, style: 'edge', alignment: 'right' }],
      margin: [MARGIN, 18, MARGIN, 0],
    }),
  };
}

/** pdfmake is one object for the whole thread, with fonts and policies: they are the same for all reports. Nothing is read or fetched. */
async function render(definition: TDocumentDefinitions, texts: Texts): Promise<Readable> {
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy(() => false);
  pdfmake.setTableLayouts({ report: TABLE_LAYOUT, facts: { ...TABLE_LAYOUT, hLineWidth: () => 0 } });
  pdfmake.setFonts(Object.fromEntries(FONTS.map(({ name, bold }) => [name, { normal: name, bold }])));
  // Documented, and missing in the types of the package.
  const { virtualfs } = pdfmake as unknown as { virtualfs: Pick<typeof fs, 'existsSync' | 'writeFileSync'> };
  for (const [name, bytes] of FONTS.filter((font) => texts.used.has(font.name)).flatMap(({ files }) => files())) {
    if (!virtualfs.existsSync(name)) virtualfs.writeFileSync(name, bytes);
  }
  const pdf = await pdfmake.createPdf(definition).getStream();
  pdf.end();
  return pdf;
}
