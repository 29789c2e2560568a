import { tablesOf } from '../../shared/report/csv.js';
import type { ReportDocument } from '../../shared/report/document.js';
import { invalidQuery } from '../errors.js';

/** Throws a 400 problem that names the tables there are. */
export function checkTable(document: ReportDocument, table: string): void {
  const ids = tablesOf(document).map(({ id }) => id);
  if (!ids.includes(table))
    throw invalidQuery([{ in: 'query', pointer: '/table', message: `must be one of ${ids.join(', ')}` }]);
}
