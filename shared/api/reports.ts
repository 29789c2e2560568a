import { REPORT_TYPES, type ReportType } from '../report/types.js';
import Type, { type Static } from '../schema.js';
import { JobState } from './jobs.js';
import { filters } from './receipts.js';
import { ReportJson } from './report-schema.js';
import { Count, endpoint, Nullable, Strict, Timestamp, Uuid } from './types.js';

/** Every format of a report, with its media type. */
export const REPORT_FORMATS = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  html: 'text/html; charset=utf-8',
  pdf: 'application/pdf',
  oscal: 'application/oscal+json',
  cyclonedx: 'application/vnd.cyclonedx+json; version=1.6',
} as const;
export type ReportFormat = keyof typeof REPORT_FORMATS;

/** Formats that not every report has, with those that have them. */
const ONLY: Partial<Record<ReportFormat, readonly ReportType[]>> = {
  oscal: ['soc2', 'iso27001'],
  cyclonedx: ['dora'],
};

/** The reports that have a format. */
export const typesWith = (format: ReportFormat): readonly ReportType[] => ONLY[format] ?? REPORT_TYPES;

/** What the name of a file in this format ends in. */
export const fileEnding = (format: ReportFormat): string =>
  format === 'oscal' ? 'oscal.json' : format === 'cyclonedx' ? 'cdx.json' : format;

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

const { format, from, to, team, repo, table } = reportFields;
const request = { type: Type.Enum(REPORT_TYPES), format, team, repo, table };
/** What is asked for in the background. */
export type ReportRequest = {
  type: ReportType;
  format?: ReportFormat;
  team?: string;
  repo?: string;
  table?: string;
  from?: string;
  to?: string;
};

/** A report that is built in the background, and its file once it is there. */
export const ReportJob = Type.Object({
  ...JobState.properties,
  request: Strict({ ...request, from, to }, 'what was asked for'),
  file: Nullable(
    Type.Object({
      name: Type.String(),
      content_type: Type.String(),
      bytes: Count,
      sha256: Type.String(),
      expires_at: Timestamp,
    }),
  ),
});

export const requestReport = endpoint({
  id: 'requestReport',
  method: 'post',
  path: '/api/v1/reports',
  summary: 'Build a report in the background; its file is kept for seven days at /reports/jobs/:id/file',
  scope: 'reports:read',
  body: Strict({ ...request, from, to }),
  reply: Type.Unsafe<ReportJobState>(ReportJob),
  status: 201,
  once: true,
});

export const getReportJob = endpoint({
  id: 'getReportJob',
  method: 'get',
  path: '/api/v1/reports/jobs/:id',
  summary: 'How far a report is that is built in the background',
  scope: 'reports:read',
  reply: Type.Unsafe<ReportJobState>(ReportJob),
});
export type ReportJobState = JobState & { request: ReportRequest; file: Static<typeof ReportJob>['file'] };

/** Answers bytes and no JSON, so it is not in the list of endpoints that take part in the tests of replies. */
export const getReportFile = endpoint({
  id: 'getReportFile',
  method: 'get',
  path: '/api/v1/reports/jobs/:id/file',
  summary: 'The file of a report that was built in the background',
  scope: 'reports:read',
  reply: Type.Unknown(),
});

/** Server-sent events; not in the list, for the same reason. */
export const watchReportJob = endpoint({
  id: 'watchReportJob',
  method: 'get',
  path: '/api/v1/reports/jobs/:id/events',
  summary: 'The state of a report that is built, as server-sent events until it ends',
  scope: 'reports:read',
  reply: Type.Unknown(),
});

export const ReportSchedule = Type.Object({
  id: Uuid,
  every: Type.Enum(['week', 'month']),
  ...request,
  next_day: Type.String({
    format: 'date',
    description: 'first day of the next period; it is built when that has ended',
  }),
});

export const listSchedules = endpoint({
  id: 'listReportSchedules',
  method: 'get',
  path: '/api/v1/report-schedules',
  summary: 'Reports that are built by themselves',
  scope: 'reports:read',
  reply: Type.Object({ schedules: Type.Array(ReportSchedule) }),
});

export const createSchedule = endpoint({
  id: 'createReportSchedule',
  method: 'post',
  path: '/api/v1/report-schedules',
  summary: 'Build a report whenever a week (from Monday) or a calendar month has ended',
  scope: 'reports:write',
  body: Strict({ every: ReportSchedule.properties.every, ...request }),
  reply: ReportSchedule,
  status: 201,
  once: true,
});

export const deleteSchedule = endpoint({
  id: 'deleteReportSchedule',
  method: 'delete',
  path: '/api/v1/report-schedules/:id',
  summary: 'Build a report no longer by itself',
  scope: 'reports:write',
  reply: ReportSchedule,
});
