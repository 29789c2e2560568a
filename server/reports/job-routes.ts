import { setTimeout as pause } from 'node:timers/promises';
import type Router from '@koa/router';
import type { JobState } from '../../shared/api/jobs.js';
import * as api from '../../shared/api/reports.js';
import { isUuid } from '../../shared/slug.js';
import { recordEvent } from '../audit/record.js';
import type { Database, Sql } from '../db.js';
import { conflict, notFound, ProblemError } from '../errors.js';
import { bind, type Services } from '../http/bind.js';
import { enqueueJob, findQueued, startRecurring } from '../jobs/queue.js';
import { type BuildPayload, buildReport } from './build-job.js';
import { checkFormat } from './check-format.js';
import { findFile, readChunks } from './files.js';
import { deleteSchedule, insertSchedule, listSchedules, MAX_SCHEDULES, tendReports } from './schedules.js';
import { openScope } from './scope.js';

/** How often the state of a job is looked up for those who watch it, and for how long at most. */
const WATCH = { everyMs: 1000, times: 600, most: 50 };

export function reportJobRoutes(router: Router, services: Services): void {
  bind(router, services, api.requestReport, ({ db, principal: { orgId, org, key }, actor, body: request }) =>
    db.withTenant(orgId, async (sql) => {
      checkFormat(request.type, request.format);
      await openScope(sql, org, request.type, request); // what cannot be built is told now
      const by = { type: actor.type, id: actor.id, name: actor.name, request_id: actor.request_id, ip: null };
      const payload: BuildPayload = { request, actor: by, scheduled: false };
      const id = await enqueueJob(sql, orgId, buildReport.kind, { ...payload }, { by: key.id });
      await startRecurring(sql, orgId, tendReports.kind);
      const target = { type: 'report', id: request.type };
      await recordEvent(sql, orgId, actor, { action: 'report.requested', target, after: { job: id, ...request } });
      return findReport(sql, orgId, id);
    }),
  );

  bind(router, services, api.getReportJob, ({ db, principal: { orgId }, params: { id = '' } }) =>
    db.withTenant(orgId, (sql) => findReport(sql, orgId, id)),
  );

  bind(
    router,
    services,
    api.getReportFile,
    async ({ db, principal: { orgId }, actor, params: { id = '' }, stream }) => {
      let read: object | undefined;
      let type = '';
      await db.withSnapshot(orgId, async (sql) => {
        const job = await findReport(sql, orgId, id);
        if (!job.file) throw notReady(job);
        type = job.file.name.split('-')[0]!;
        read = { job: id, name: job.file.name };
        await stream({ contentType: job.file.content_type, name: job.file.name, chunks: readChunks(sql, orgId, id) });
      });
      const deed = { action: 'report.downloaded', target: { type: 'report', id: type }, after: read };
      await db.withTenant(orgId, (sql) => recordEvent(sql, orgId, actor, deed));
    },
  );

  let watchers = 0;
  bind(router, services, api.watchReportJob, async ({ db, principal: { orgId }, params: { id = '' }, stream }) => {
    await db.withTenant(orgId, (sql) => findReport(sql, orgId, id));
    if (watchers >= WATCH.most) throw tooMany();
    watchers++;
    try {
      await stream({ contentType: 'text/event-stream', name: 'events.txt', chunks: watch(db, orgId, id) });
    } finally {
      watchers--;
    }
  });

  bind(router, services, api.listSchedules, async ({ db, principal: { orgId } }) => ({
    schedules: await db.withTenant(orgId, (sql) => listSchedules(sql, orgId)),
  }));

  bind(router, services, api.createSchedule, ({ db, principal: { orgId, org }, actor, body: { every, ...request } }) =>
    db.withTenant(orgId, async (sql) => {
      checkFormat(request.type, request.format);
      await openScope(sql, org, request.type, request);
      if ((await listSchedules(sql, orgId)).length >= MAX_SCHEDULES)
        throw conflict('too_many_schedules', `An org has ${MAX_SCHEDULES} schedules at most. Delete one first.`);
      const schedule = await insertSchedule(sql, orgId, every, request);
      await startRecurring(sql, orgId, tendReports.kind);
      const target = { type: 'report_schedule', id: schedule.id };
      await recordEvent(sql, orgId, actor, { action: 'report_schedule.created', target, after: schedule });
      return schedule;
    }),
  );

  bind(router, services, api.deleteSchedule, ({ db, principal: { orgId }, actor, params: { id = '' } }) =>
    db.withTenant(orgId, async (sql) => {
      const schedule = isUuid(id) ? await deleteSchedule(sql, orgId, id) : undefined;
      if (!schedule) throw notFound('schedule');
      const target = { type: 'report_schedule', id };
      await recordEvent(sql, orgId, actor, { action: 'report_schedule.deleted', target, before: schedule });
      return schedule;
    }),
  );
}

async function findReport(sql: Sql, orgId: string, id: string): Promise<api.ReportJobState> {
  const found = isUuid(id) ? await findQueued(sql, orgId, id) : undefined;
  if (found?.job.kind !== buildReport.kind) throw notFound('report');
  const [row] = await sql<{ request: api.ReportRequest }[]>`
    select payload -> 'request' as request from jobs where org_id = ${orgId} and id = ${id}
  `;
  return { ...found.job, request: row!.request, file: (await findFile(sql, orgId, id)) ?? null };
}

/** Its state whenever that has changed, until it has ended. */
async function* watch(db: Database, orgId: string, id: string): AsyncGenerator<string> {
  let told = '';
  for (let nr = 0; nr < WATCH.times; nr++) {
    const job = await db.withTenant(orgId, (sql) => findReport(sql, orgId, id));
    const text = JSON.stringify(job);
    yield text === told ? ': waiting\n\n' : `event: ${job.status}\ndata: ${text}\n\n`;
    told = text;
    if (job.status === 'done' || job.status === 'failed') return;
    await pause(WATCH.everyMs);
  }
}

const notReady = ({ status }: JobState) =>
  status === 'done'
    ? notFound('file: it is kept for seven days')
    : conflict('not_ready', `The report is not there yet: its job is ${status}.`);

const tooMany = () =>
  new ProblemError(429, 'too_many_watchers', 'Too many wait for reports. Ask /reports/jobs/:id now and then.', {
    headers: { 'Retry-After': '5' },
  });
