import { randomUUID } from 'node:crypto';
import type { ReportRequest, ReportSchedule } from '../../shared/api/reports.js';
import type { Actor } from '../../shared/audit/event.js';
import { addDays, localDay, startOfDay } from '../../shared/local-day.js';
import type { Static } from '../../shared/schema.js';
import type { Sql } from '../db.js';
import type { JobKind } from '../jobs/kinds.js';
import { enqueueJob } from '../jobs/queue.js';
import { findSettings } from '../settings/queries.js';
import { type BuildPayload, buildReport } from './build-job.js';

export type Schedule = Static<typeof ReportSchedule>;
type Every = Schedule['every'];

/** Of one org, at most. */
export const MAX_SCHEDULES = 100;

/** The first day of the week (Monday) or month that a day is in. */
export function periodStart(day: string, every: Every): string {
  if (every === 'month') return `${day.slice(0, 7)}-01`;
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
}

/** The first day of the next one. */
export const nextStart = (start: string, every: Every): string =>
  every === 'week' ? addDays(start, 7) : periodStart(addDays(start, 31), 'month');

export async function listSchedules(sql: Sql, orgId: string): Promise<Schedule[]> {
  const rows = await sql<{ id: string; every: Every; request: ReportRequest; next_day: string }[]>`
    select id, every, request, next_day::text from report_schedules where org_id = ${orgId} order by created_at, id
  `;
  return rows.map(({ request, ...row }) => ({ ...row, ...request }) as Schedule);
}

/** Begins with the period that is not over yet. */
export async function insertSchedule(sql: Sql, orgId: string, every: Every, request: ReportRequest): Promise<Schedule> {
  const { time_zone } = await findSettings(sql, orgId);
  const id = randomUUID();
  const next_day = periodStart(localDay(Date.now(), time_zone), every);
  await sql`
    insert into report_schedules (org_id, id, every, request, next_day)
    values (${orgId}, ${id}, ${every}, ${sql.json(request as never)}, ${next_day}::text::date)
  `;
  return { id, every, ...request, next_day } as Schedule;
}

export async function deleteSchedule(sql: Sql, orgId: string, id: string): Promise<Schedule | undefined> {
  const found = (await listSchedules(sql, orgId)).find((schedule) => schedule.id === id);
  if (found) await sql`delete from report_schedules where org_id = ${orgId} and id = ${id}`;
  return found;
}

const SERVER: Actor = { type: 'server', id: 'server', name: null, request_id: null, ip: null };

/** Queues reports on periods that have ended by `now`, one after the other where the server was off for long; answers how many. */
export async function queueDue(sql: Sql, orgId: string, now = Date.now()): Promise<number> {
  const { time_zone } = await findSettings(sql, orgId);
  let queued = 0;
  for (const { id, every, next_day, ...request } of await listSchedules(sql, orgId)) {
    let start = next_day;
    for (let end = nextStart(start, every); startOfDay(end, time_zone) <= now; end = nextStart(start, every)) {
      const asked = { ...request, from: start, to: addDays(end, -1) } as BuildPayload['request'];
      const payload: BuildPayload = { request: asked, actor: SERVER, scheduled: true };
      await enqueueJob(sql, orgId, buildReport.kind, { ...payload }, { key: `${id} ${start}` });
      queued++;
      start = end;
    }
    await sql`update report_schedules set next_day = ${start}::text::date where org_id = ${orgId} and id = ${id}`;
  }
  return queued;
}

/** Every hour: what is due is queued, and files that are too old go. */
export const tendReports: JobKind = {
  kind: 'report.tend',
  maxAttempts: 3,
  leaseSeconds: 60,
  run: ({ orgId }, { db }) =>
    db.withTenant(orgId, async (sql) => {
      const { count } = await sql`delete from report_files where org_id = ${orgId} and expires_at <= now()`;
      return { queued: await queueDue(sql, orgId), removed: count };
    }),
};
