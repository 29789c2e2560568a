import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { pino } from 'pino';
import postgres from 'postgres';
import { startTestServer, type TestOrg, type TestServer } from '../../test/server.js';
import { readConfig } from '../config.js';
import { notFound } from '../errors.js';
import type { JobContext, JobKind } from './kinds.js';
import { findDueOrgs, leaseJob } from './leases.js';
import { enqueueJob, findJob } from './queue.js';
import { startRunner } from './runner.js';

let server: TestServer;
test.beforeEach(async () => {
  server = await startTestServer({ poolSize: 10 });
});
test.afterEach.always(() => server?.stop());

const kindOf = (run: JobKind['run'], more: Partial<JobKind> = {}): JobKind => ({
  ...{ kind: 'test', maxAttempts: 3, leaseSeconds: 60, run },
  ...more,
});
const stateOf = async (org: TestOrg, id: string) =>
  (await server.db.withTenant(org.id, (sql) => findJob(sql, org.id, id)))!;
const work = (...kinds: JobKind[]) => ({ kinds, recurring: [] });

/** The services of a server process beside the test server. */
const services = () => ({
  ...{ db: server.db, log: pino({ level: 'silent' }), config: readConfig({}, {}), signingKey: undefined },
});

async function asOwner(work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(server.adminUrl, { max: 1 });
  await work(sql).finally(() => sql.end());
}

test.serial('a job runs once, with its payload, and tells its result to the key that queued it', async (t) => {
  const org = await server.createOrg();
  const weak = await server.createKey(org, ['receipts:read']);
  const { id: by } = (await server.request('/api/v1/whoami', { key: weak })).body.key;
  const seen: unknown[] = [];
  const kind = kindOf(async ({ orgId, payload, attempt }, { progress }) => {
    seen.push([orgId, payload, attempt]);
    await progress(0.5);
    return { answer: 42 };
  });
  const id = await server.enqueue(org, 'test', { a: 1 }, { by });
  t.like(await stateOf(org, id), { status: 'waiting', attempts: 0, finished_at: null });
  t.is(await server.runJobs(work(kind)), 1);
  t.is(await server.runJobs(work(kind)), 0);
  t.deepEqual(seen, [[org.id, { a: 1 }, 1]]);

  const path = `/api/v1/jobs/${id}`;
  const done = { status: 'done', progress: 1, attempts: 1, error: null, result: { answer: 42 } };
  t.like((await server.request(path, { key: weak })).body, done);
  t.like((await server.request(path, { key: org.key })).body, done);
  const other = await server.createKey(org, ['receipts:read']);
  t.is((await server.request(path, { key: other })).status, 404);
});

test.serial('a job that is queued in a transaction that fails is not there', async (t) => {
  const org = await server.createOrg();
  const failing = server.db.withTenant(org.id, async (sql) => {
    await enqueueJob(sql, org.id, 'test', {});
    throw new Error('no');
  });
  await t.throwsAsync(failing, { message: 'no' });
  t.deepEqual(await findDueOrgs(server.db, ['test']), []);
});

test.serial('one job of a key waits at a time, with the earlier of two times', async (t) => {
  const org = await server.createOrg();
  const inAnHour = new Date(Date.now() + 3_600_000);
  const first = await server.enqueue(org, 'test', {}, { key: 'a', runAt: inAnHour });
  t.not(await server.enqueue(org, 'test', {}, { key: 'b', runAt: inAnHour }), first);
  t.is(await server.runJobs(work(kindOf(async () => {}))), 0);
  t.is(await server.enqueue(org, 'test', {}, { key: 'a' }), first);
  const ran: string[] = [];
  const again = kindOf(async ({ id }, { db }) => {
    ran.push(id);
    if (ran.length === 1) await db.withTenant(org.id, (sql) => enqueueJob(sql, org.id, 'test', {}, { key: 'a' }));
  });
  t.is(await server.runJobs(work(again)), 2, 'while one runs, another can wait');
  t.is(ran[0], first);
});

test.serial('a job that fails is tried again later and later, and then given up', async (t) => {
  const org = await server.createOrg();
  const failing = kindOf(async () => {
    throw new Error('select * from secrets');
  });
  const id = await server.enqueue(org, 'test', {});
  t.is(await server.runJobs(work(failing)), 1);
  const state = await stateOf(org, id);
  t.like(state, { status: 'waiting', attempts: 1 });
  t.regex(state.error!, /failed inside the server/);
  t.is(await server.runJobs(work(failing)), 0, 'not at once');
  t.is(await server.runJobs({ ...work(failing), hoursLater: 1 }), 1);
  const refusing = kindOf(async () => {
    throw notFound('team');
  });
  t.is(await server.runJobs({ ...work(refusing), hoursLater: 1 }), 1);
  t.like(await stateOf(org, id), { status: 'failed', attempts: 3, error: 'There is no such team.' });
  t.true(server.log.some((line) => line.includes('select * from secrets') && line.includes(id)));
  t.is(await server.runJobs({ ...work(refusing), hoursLater: 100 }), 0);
});

test.serial('pauses grow, with a kind of its own if it says so', async (t) => {
  const org = await server.createOrg();
  const pauseAfter = async (retrySeconds?: (attempt: number) => number) => {
    await server.enqueue(org, 'test', {});
    const failing = kindOf(() => Promise.reject(new Error('no')), {
      maxAttempts: 9,
      ...(retrySeconds && { retrySeconds }),
    });
    const pauses: number[] = [];
    for (let n = 0; n < 4; n++) {
      await server.runJobs({ ...work(failing), hoursLater: n && 1000 });
      await asOwner(async (sql) => {
        const [row] =
          await sql`select extract(epoch from due_at - now())::float8 as pause from jobs where status = 'waiting'`;
        pauses.push(row!.pause);
      });
    }
    await asOwner((sql) => sql`delete from jobs`);
    return pauses;
  };
  const usual = await pauseAfter();
  for (let n = 1; n < usual.length; n++) t.true(usual[n]! > usual[n - 1]!, usual.join());
  t.true((await pauseAfter((attempt) => (attempt === 2 ? 100_000 : 1)))[1]! > 70_000);
});

test.serial('what a killed process was at is taken over when its lease ends, and not before', async (t) => {
  const org = await server.createOrg();
  const id = await server.enqueue(org, 'hang', {});
  const script = fileURLToPath(new URL('hang.test.support.js', import.meta.url));
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, DATABASE_URL: server.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout!, 'data');
  child.kill('SIGKILL');
  await exit;
  const attempts: number[] = [];
  const kind = kindOf(async ({ attempt }) => void attempts.push(attempt), { kind: 'hang' });
  t.is(await server.runJobs(work(kind)), 0, 'the lease holds');
  await asOwner((sql) => sql`update jobs set due_at = now() where status = 'running'`);
  t.is(await server.runJobs(work(kind)), 1);
  t.deepEqual(attempts, [2]);
  t.like(await stateOf(org, id), { status: 'done', attempts: 2 });
});

test.serial('a job whose processes all died is given up instead of killing the next one', async (t) => {
  const org = await server.createOrg();
  const id = await server.enqueue(org, 'test', {});
  const kind = kindOf(() => t.fail() as never, { maxAttempts: 2 });
  for (let n = 0; n < 2; n++) {
    t.truthy(await leaseJob(server.db, org.id, [kind]));
    await asOwner((sql) => sql`update jobs set due_at = now()`);
  }
  t.is(await server.runJobs(work(kind)), 1);
  t.like(await stateOf(org, id), { status: 'failed', error: 'The server ended while it worked at this job.' });
});

test.serial('who lost its lease is told, and cannot end the job of another', async (t) => {
  const org = await server.createOrg();
  const id = await server.enqueue(org, 'test', {});
  const kind = kindOf(async (_, { progress, signal }) => {
    await asOwner((sql) => sql`update jobs set due_at = now()`);
    t.truthy(await leaseJob(server.db, org.id, [kind]));
    await t.throwsAsync(progress(0.9), { message: /lease was lost/ });
    t.true(signal.aborted);
    return { answer: 'of the loser' };
  });
  await server.runJobs(work(kind));
  t.like(await stateOf(org, id), { status: 'running', progress: 0, attempts: 2, result: null });
});

test.serial('a lease is renewed as long as the job runs', async (t) => {
  const org = await server.createOrg();
  await server.enqueue(org, 'test', {});
  const dueAt = async ({ db }: JobContext) => {
    const [row] = await db.withTenant(org.id, (sql) => sql`select due_at::text from jobs where org_id = ${org.id}`);
    return row!.due_at as string;
  };
  const kind = kindOf(
    async (_, context) => {
      const first = await dueAt(context);
      for (let renewed = 0, last = first; renewed < 2; ) {
        const now = await dueAt(context);
        if (now !== last) renewed++;
        last = now;
      }
    },
    { leaseSeconds: 0.3 },
  );
  t.is(await server.runJobs(work(kind)), 1);
});

test.serial('several runners do each job once', async (t) => {
  const orgs = await Promise.all([1, 2, 3].map(() => server.createOrg()));
  const ran: string[] = [];
  let finish = () => {};
  const all = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const kind = kindOf(async ({ id }) => {
    ran.push(id);
    if (ran.length === 60) finish();
  });
  for (const org of orgs) for (let n = 0; n < 20; n++) await server.enqueue(org, 'test', { n });
  const runners = [1, 2, 3].map(() => startRunner(services(), work(kind)));
  await all;
  await Promise.all(runners.map((runner) => runner.stop()));
  t.is(new Set(ran).size, 60);
  t.is(ran.length, 60);
});

test.serial('the flood of one org does not keep another waiting', async (t) => {
  const flood = await server.createOrg();
  for (let n = 0; n < 50; n++) await server.enqueue(flood, 'test', {});
  const order: string[] = [];
  let other: TestOrg | undefined;
  const kind = kindOf(async ({ orgId }) => {
    order.push(orgId);
    if (order.length > 1) return;
    other = await server.createOrg();
    await server.enqueue(other, 'test', {});
  });
  await server.runJobs(work(kind));
  t.is(order.length, 51);
  t.is(order.indexOf(other!.id), 1);
});

test.serial('one org fills half of the slots at most', async (t) => {
  const [flood, other] = [await server.createOrg(), await server.createOrg()];
  for (let n = 0; n < 10; n++) await server.enqueue(flood, 'test', {});
  let let2go = () => {};
  const isOther = new Promise<void>((resolve) => {
    let2go = resolve;
  });
  let floods = 0;
  let most = 0;
  const kind = kindOf(async ({ orgId }) => {
    if (orgId === other.id) return let2go();
    most = Math.max(most, ++floods);
    if (floods === 2) await server.enqueue(other, 'test', {});
    await isOther; // the flood's jobs never end before the other's has run
    floods--;
  });
  const runner = startRunner(services(), { ...work(kind), slots: 4 });
  await isOther;
  await runner.stop();
  t.is(most, 2);
});

test.serial('a runner that stops hands back what it did not finish, and that attempt does not count', async (t) => {
  const org = await server.createOrg();
  const id = await server.enqueue(org, 'test', {});
  let started = () => {};
  const hasStarted = new Promise<void>((resolve) => {
    started = resolve;
  });
  const patient = kindOf(async (_, { signal }) => {
    started();
    await once(signal, 'abort');
    throw signal.reason;
  });
  const runner = startRunner(services(), work(patient));
  await hasStarted;
  await runner.stop();
  t.like(await stateOf(org, id), { status: 'waiting', attempts: 0, error: null });
  t.is(await server.runJobs(work(kindOf(async () => {}))), 1);
});

test.serial(
  'what recurs runs again after its time, also after it failed, in every org or in those that asked',
  async (t) => {
    const orgs = [await server.createOrg(), await server.createOrg()];
    let runs = 0;
    const kinds = [
      kindOf(
        async () => {
          if (++runs === 1) throw new Error('the first one fails');
        },
        { kind: 'daily', maxAttempts: 1 },
      ),
      kindOf(() => t.fail() as never, { kind: 'asked' }),
    ];
    const recurring = [
      { kind: 'daily', every: 86_400, orgs: 'all' as const },
      { kind: 'asked', every: 5, orgs: 'asked' as const },
    ];
    t.is(await server.runJobs({ kinds, recurring }), 2);
    t.is(await server.runJobs({ kinds, recurring, hoursLater: 23 }), 0);
    t.is(await server.runJobs({ kinds, recurring, hoursLater: 2 }), 2);
    t.is(runs, 4);
    t.is(orgs.length, 2);
  },
);

test.serial('finished jobs are removed after some days', async (t) => {
  const org = await server.createOrg();
  const [old, recent] = [await server.enqueue(org, 'test', {}), await server.enqueue(org, 'test', {})];
  await server.runJobs(work(kindOf(async () => {})));
  await asOwner((sql) => sql`update jobs set finished_at = finished_at - interval '8 days' where id = ${old}`);
  await server.runJobs();
  const find = (id: string) => server.db.withTenant(org.id, (sql) => findJob(sql, org.id, id));
  t.is(await find(old), undefined);
  t.is((await find(recent))?.status, 'done');
});
