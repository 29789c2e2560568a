import type { ReportFormat } from '../api/reports.js';
import { writeCsv } from './csv.js';
import type { ReportDocument } from './document.js';
import { writeHtml } from './html/write-html.js';
import { writeJson } from './json.js';
import { writeMarkdown } from './markdown.js';

/** A report in a format, chunk by chunk. `table` is the one that CSV holds. */
export function writeReport(
  document: ReportDocument,
  format: ReportFormat,
  table: string,
): AsyncIterable<string | Uint8Array> {
  if (format === 'csv') return writeCsv(document, table);
  if (format === 'md') return writeMarkdown(document);
  if (format === 'html') return writeHtml(document);
  if (format === 'pdf') return pdf(document);
  return writeJson(document);
}

/** Fonts and the layout of pages take half a second to load: only who wants a PDF waits for that. */
async function* pdf(document: ReportDocument): AsyncGenerator<Uint8Array> {
  const { writePdf } = await import('./pdf/write-pdf.js');
  yield* await writePdf(document);
}
