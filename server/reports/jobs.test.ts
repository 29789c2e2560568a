import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { seedOrg } from '../../test/report-org.js';
import { startTestServer, type TestOrg, type TestServer } from '../../test/server.js';
import { nextStart, periodStart, queueDue } from './schedules.js';

let server: TestServer;
let reportsDir: string;
test.before(async () => {
  reportsDir = await mkdtemp(join(tmpdir(), 'bp-reports-'));
  server = await startTestServer({ config: { reportsDir } });
});
test.after.always(async () => {
  await server?.stop();
  await rm(reportsDir, { recursive: true, force: true });
});

const text = async (org: TestOrg, path: string) => {
  const reply = await fetch(`${server.origin}/api/v1${path}`, { headers: { authorization: `Bearer ${org.key}` } });
  return { status: reply.status, text: await reply.text(), headers: reply.headers };
};
const ask = (org: TestOrg, path: string, body?: unknown, method?: string) =>
  server.request(`/api/v1${path}`, { key: org.key, ...(body !== undefined && { body }), ...(method && { method }) });

test.serial('a report that is built in the background is the same file as one that is streamed', async (t) => {
  const org = await seedOrg(server);
  const request = { type: 'soc2', format: 'csv', from: '2026-02-14', to: '2026-02-20' };
  const made = await ask(org, '/reports', request);
  t.is(made.status, 201);
  t.like(made.body, { kind: 'report.build', status: 'waiting', progress: 0, file: null });
  const path = `/reports/jobs/${made.body.id}`;
  t.is((await text(org, `${path}/file`)).status, 409);

  await server.runJobs();
  const streamed = await text(org, '/reports/soc2?format=csv&from=2026-02-14&to=2026-02-20');
  const sha256 = createHash('sha256').update(streamed.text).digest('hex');
  const { body } = await ask(org, path);
  t.like(body, { status: 'done', progress: 1, file: { name: 'soc2-2026-02-14-2026-02-21.csv', sha256 } });
  const file = await text(org, `${path}/file`);
  t.is(file.text, streamed.text);
  t.is(file.headers.get('content-type'), 'text/csv; charset=utf-8');
  const { events } = (await ask(org, '/audit')).body as { events: { action: string }[] };
  const actions = events.map(({ action }) => action).filter((action) => action.startsWith('report.'));
  t.deepEqual(actions.sort(), ['report.downloaded', 'report.generated', 'report.ready', 'report.requested']);
  t.deepEqual(await readdir(reportsDir), []);
});

test.serial('the state of a report comes as server-sent events until it has ended', async (t) => {
  const org = await seedOrg(server);
  const { id } = (await ask(org, '/reports', { type: 'audit' })).body;
  const watching = text(org, `/reports/jobs/${id}/events`);
  await server.runJobs();
  const { text: events, headers } = await watching;
  t.is(headers.get('content-type'), 'text/event-stream');
  const last = events.trimEnd().split('\n\n').at(-1)!;
  t.regex(last, /^event: done\ndata: /);
  t.is(JSON.parse(last.split('data: ')[1]!).id, id);
});

test.serial('nobody else can ask for a report of an org, and what cannot be built is refused at once', async (t) => {
  const org = await seedOrg(server);
  const rival = await server.createOrg();
  const { id } = (await ask(org, '/reports', { type: 'audit' })).body;
  await server.runJobs();
  for (const path of ['', '/file', '/events']) {
    t.is((await text(rival, `/reports/jobs/${id}${path}`)).status, 404);
    t.is((await text(org, `/reports/jobs/nothing${path}`)).status, 404);
  }
  t.is((await ask(org, '/reports', { type: 'soc2', team: 'wbe' })).status, 404);
  t.is((await ask(org, '/reports', { type: 'soc3' })).status, 422);
});

test.serial('a file is gone when somebody is erased who may stand in it', async (t) => {
  const org = await seedOrg(server);
  const build = async () => {
    const { id } = (await ask(org, '/reports', { type: 'activity', format: 'csv' })).body;
    await server.runJobs();
    return `/reports/jobs/${id}/file`;
  };
  const path = await build();
  t.true((await text(org, path)).text.includes('bob@example.com'));
  t.is((await ask(org, '/data-subjects/erase', { emails: ['bob@example.com'] })).status, 200);
  t.is((await text(org, path)).status, 404);
  t.false((await text(org, await build())).text.includes('bob@example.com'));
});

test('weeks begin on Monday, months on the first', (t) => {
  t.is(periodStart('2026-03-01', 'week'), '2026-02-23');
  t.is(periodStart('2026-02-23', 'week'), '2026-02-23');
  t.is(nextStart('2026-12-28', 'week'), '2027-01-04');
  t.is(periodStart('2026-02-28', 'month'), '2026-02-01');
  t.is(nextStart('2026-01-01', 'month'), '2026-02-01');
  t.is(nextStart('2026-12-01', 'month'), '2027-01-01');
});

test.serial(
  'a schedule builds a report on each period that has ended, once, into the folder of the operator',
  async (t) => {
    const org = await seedOrg(server);
    const schedule = await ask(org, '/report-schedules', { every: 'month', type: 'executive', format: 'md' });
    t.is(schedule.status, 201);
    const first = schedule.body.next_day;
    t.deepEqual((await ask(org, '/report-schedules')).body, { schedules: [schedule.body] });
    const due = (day: string) => server.db.withTenant(org.id, (sql) => queueDue(sql, org.id, Date.parse(day)));
    t.is(await due(`${first}T00:00:00Z`), 0);
    const second = nextStart(first, 'month');
    const third = nextStart(second, 'month');
    t.is(await due(`${third}T00:00:00Z`), 2);
    t.is(await due(`${third}T00:00:00Z`), 0);
    await server.runJobs();
    const folder = join(reportsDir, org.slug);
    const names = [`executive-${first}-${second}.md`, `executive-${second}-${third}.md`];
    t.deepEqual((await readdir(folder)).sort(), names);
    t.regex(await readFile(join(folder, names[0]!), 'utf8'), /^# AI-written code at a glance\n/);
    const { events } = (await ask(org, '/audit?action=report.ready')).body;
    t.is(events.length, 2);
    t.is(events[0].actor.type, 'server');
    t.is((await ask(org, `/report-schedules/${schedule.body.id}`, undefined, 'DELETE')).status, 200);
    t.deepEqual((await ask(org, '/report-schedules')).body, { schedules: [] });
  },
);
