import type { ReportFormat } from '../api/reports.js';
import { writeCsv } from './csv.js';
import type { ReportDocument } from './document.js';
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
  return writeJson(document);
}
