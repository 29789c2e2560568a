import type fs from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { display } from '../display.js';
import type { ReportDocument } from '../document.js';
import { coverContent } from './cover.js';
import { FONTS } from './fonts.js';
import { MARGIN, type Orientation } from './page.js';
import { prepareSection } from './section.js';
import { STYLES, TABLE_LAYOUT } from './styles.js';
import { Texts } from './text.js';

/**
 * The report as PDF: A4, contents with page numbers, bookmarks, charts, tables that repeat their head. Dates in it are the end of
 * the period, so that the same report has the same bytes each time (with one version of Node, which brings zlib).
 * Tables show their first 1,000 rows and cells 300 characters, as all of it is in memory while it is laid out.
 */
export async function writePdf(document: ReportDocument): Promise<Readable> {
  const texts = new Texts();
  const content: Content[] = [];
  let before: Orientation = 'portrait';
  for (const section of document.sections) {
    const { orientation, content: blocks } = await prepareSection(section, texts);
    // The first section begins below the contents; a page has one orientation.
    if (orientation !== before) content.push({ text: '', pageBreak: 'before', pageOrientation: orientation });
    content.push(...blocks);
    before = orientation;
  }
  return layOut({ ...frame(document, texts), content: [...coverContent(document, texts), ...content] }, texts);
}

/** All but the content: size, dates, fonts, what stands at the edges of each page. */
function frame(document: ReportDocument, texts: Texts): Omit<TDocumentDefinitions, 'content'> {
  const date = new Date(document.period.to);
  const [title, organisation, generator] = [document.title, document.organisation, document.generator].map((text) =>
    display(text),
  );
  const edge = (text: string) => ({ ...texts.of(text, 100), style: 'edge' });
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

/** pdfmake takes 250 ms to load. It is one object with fonts and policies for the whole process: they are the same for all reports. */
async function layOut(definition: TDocumentDefinitions, texts: Texts): Promise<Readable> {
  const { default: pdfmake } = await import('pdfmake');
  const nothing = () => false;
  pdfmake.setUrlAccessPolicy(nothing);
  pdfmake.setLocalAccessPolicy(nothing);
  pdfmake.setTableLayouts({ report: TABLE_LAYOUT, facts: { ...TABLE_LAYOUT, hLineWidth: () => 0 } });
  pdfmake.setFonts(Object.fromEntries(FONTS.map(({ name, bold }) => [name, { normal: name, bold }])));
  // Documented, and missing in the types of the package.
  const { virtualfs } = pdfmake as unknown as { virtualfs: Pick<typeof fs, 'existsSync' | 'writeFileSync'> };
  for (const [name, bytes] of FONTS.filter((font) => texts.used.has(font.name)).flatMap(({ files }) => files())) {
    if (!virtualfs.existsSync(name)) virtualfs.writeFileSync(name, bytes);
  }
  const pdf = await pdfmake.createPdf(definition).getStream();
  const out = pdf.pipe(new PassThrough());
  pdf.end();
  return out;
}
