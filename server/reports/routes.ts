import type Router from '@koa/router';
import { ReportJson } from '../../shared/api/report-schema.js';
import { getReport, REPORT_FORMATS } from '../../shared/api/reports.js';
import type { QueryOf } from '../../shared/api/types.js';
import { REPORT_TYPES, REPORTS, type ReportType } from '../../shared/report/types.js';
import { writeReport } from '../../shared/report/write.js';
import { recordEvent } from '../audit/record.js';
import type { Sql } from '../db.js';
import { notFound, ProblemError } from '../errors.js';
import { bind, type Call, type Services } from '../http/bind.js';
import { checkFormat, fileName } from './check-format.js';
import { checkTable } from './check-table.js';
import { Digest } from './digest.js';
import { composeReport } from './document.js';
import { reportJobRoutes } from './job-routes.js';
import { openScope } from './scope.js';
import { Slots } from './slots.js';
import { withReportSnapshot } from './snapshot.js';

/** Reports that one process streams at a time: each holds a connection to the database for as long as its reader takes. */
const MAX_STREAMS = 2;
const MAX_WAITING = 30;

export function reportRoutes(router: Router, services: Services): void {
  reportJobRoutes(router, services);
  const slots = new Slots(MAX_STREAMS, MAX_WAITING);
  router.get('/api/v1/reports/schema', (ctx) => {
    ctx.body = ReportJson;
  });

  bind(router, services, getReport, async (call) => {
    const type = reportType(call.params.type!);
    const { full } = await slots.run(() => streamReport(call, type));
    if (full) throw busy();
    return undefined as never; // the stream was the reply
  });
}

async function streamReport(call: Call<QueryOf<typeof getReport>, unknown>, type: ReportType): Promise<void> {
  const { db, principal, actor, query, stream } = call;
  const { orgId, org } = principal;
  const { format = 'json', table = REPORTS[type].table, ...asked } = query;
  checkFormat(type, format);
  const digest = new Digest();
  let action = 'report.interrupted';
  let period: object | undefined;
  try {
    const write = async (sql: Sql) => {
      const scope = await openScope(sql, org, type, asked);
      const document = await composeReport(scope);
      if (format === 'csv') checkTable(document, table);
      period = scope.filters;
      const name = fileName(scope, format);
      const chunks = digest.through(writeReport(document, format, table));
      await stream({ contentType: REPORT_FORMATS[format], name, chunks });
    };
    await withReportSnapshot(db, orgId, type, write, () => period === undefined);
    action = 'report.generated';
  } finally {
    // Data that left the server before its reader went away has left it all the same.
    if (period) {
      const after = { format, ...period, ...(format === 'csv' && { table }), ...digest.result() };
      const deed = { action, target: { type: 'report', id: type }, after };
      await db.withTenant(orgId, (sql) => recordEvent(sql, orgId, actor, deed));
    }
  }
}

function reportType(name: string): ReportType {
  if (!Object.hasOwn(REPORTS, name)) throw notFound(`report (there are ${REPORT_TYPES.join(', ')})`);
  return name as ReportType;
}

const busy = () =>
  new ProblemError(429, 'too_many_reports', 'Other reports are being written at the moment. Try again soon.', {
    headers: { 'Retry-After': '5' },
  });
