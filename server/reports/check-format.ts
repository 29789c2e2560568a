import { fileEnding, type ReportFormat, typesWith } from '../../shared/api/reports.js';
import type { ReportType } from '../../shared/report/types.js';
import { invalidQuery } from '../errors.js';
import type { ReportScope } from './scope.js';

/** Throws a 400 problem where a report does not come in a format. */
export function checkFormat(type: ReportType, format: ReportFormat = 'json'): void {
  const types = typesWith(format);
  if (types.includes(type)) return;
  const message = `must not be ${format} here: that is a format of ${types.join(' and ')}`;
  throw invalidQuery([{ in: 'query', pointer: '/format', message }]);
}

/** Such as `soc2-2026-01-01-2026-04-01.pdf`. */
export const fileName = ({ type, filters: { from, to } }: ReportScope, format: ReportFormat): string =>
  `${type}-${from.slice(0, 10)}-${to.slice(0, 10)}.${fileEnding(format)}`;
