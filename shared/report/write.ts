import type { ReportFormat } from '../api/reports.js';
import { writeCsv } from './csv.js';
import { toAiBom } from './cyclonedx/ai-bom.js';
import { inventoryOf } from './cyclonedx/from-document.js';
import type { ReportDocument } from './document.js';
import { writeHtml } from './html/write-html.js';
import { writeJson } from './json.js';
import { writeMarkdown } from './markdown.js';
import { toAssessmentResults } from './oscal/assessment-results.js';
import { assessmentOf } from './oscal/from-document.js';

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
  if (format === 'oscal') return whole(async () => toAssessmentResults(await assessmentOf(document)));
  if (format === 'cyclonedx') return whole(async () => toAiBom(await inventoryOf(document)));
  return writeJson(document);
}

/** Fonts and the layout of pages take half a second to load: only who wants a PDF waits for that. */
async function* pdf(document: ReportDocument): AsyncGenerator<Uint8Array> {
  const { writePdf } = await import('./pdf/write-pdf.js');
  yield* await writePdf(document);
}

/** Formats that list controls and models, not receipts: short enough to be made at once. */
async function* whole(make: () => Promise<object>): AsyncGenerator<string> {
  yield `${JSON.stringify(await make(), null, 2)}\n`;
}
