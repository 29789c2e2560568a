import Type from 'typebox';
import { REPORT_TYPES } from '../report/types.js';
import { filters } from './receipts.js';
import { ReportJson } from './report-schema.js';
import { endpoint, Strict } from './types.js';

/** Every format of a report, with its media type. */
export const REPORT_FORMATS = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
} as const;
export type ReportFormat = keyof typeof REPORT_FORMATS;

const Day = (description: string) => Type.Optional(Type.String({ format: 'time-bound', maxLength: 40, description }));

/** What a report is asked about. */
export const reportFields = {
  format: Type.Optional(
    Type.Enum(Object.keys(REPORT_FORMATS) as ReportFormat[], {
      default: 'json',
      description: 'json where nothing is said',
    }),
  ),
  from: Day("a day of the org's time zone, or an RFC 3339 timestamp; else the first day of which something is stored"),
  to: Day('a day, included, or a timestamp, excluded; else the last day of which something is stored'),
  team: filters.team,
  repo: filters.repo,
  table: Type.Optional(
    Type.String({ pattern: '^[a-z0-9_]{1,60}$', description: "csv: which of the report's tables; else its main one" }),
  ),
};

export const getReport = endpoint({
  id: 'getReport',
  method: 'get',
  path: '/api/v1/reports/:type',
  summary: `A report, streamed: ${REPORT_TYPES.join(', ')}`,
  scope: 'reports:read',
  query: Strict(reportFields),
  reply: ReportJson,
  files: Object.values(REPORT_FORMATS).filter((type) => type !== 'application/json'),
});
