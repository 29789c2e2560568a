import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { endpoints } from '../../shared/api/index.js';
import { REPORT_TYPES } from '../../shared/report/types.js';
import { SERVER } from '../../test/cli.js';
import { exampleOf, makeExamples } from '../../test/examples.js';
import { REPO, receipt } from '../../test/fixtures.js';
import { type Replicated, startReplicated } from '../../test/replica.js';
import { startTestServer } from '../../test/server.js';
import { connect, type Sql } from '../db.js';
import { until } from '../embedded/until.js';
import { replicaMetrics } from '../metrics/metrics.js';
import { withReplica } from './replica.js';
import type { ReplicaState } from './watch.js';

const teardowns: (() => unknown)[] = [];
let pair: Replicated;

test.before(async () => {
  pair = await startReplicated({ teardown: (run) => void teardowns.push(run) });
});

test.after.always(async () => {
  for (const run of teardowns.toReversed()) await run();
});

interface Options {
  maxLag?: number;
  url?: string;
}

/** A server with a primary and a replica, which it uses already. */
async function start(t: ExecutionContext, { maxLag = 30, url = pair.replicaUrl }: Options = {}) {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const primary = connect({ url: pair.primary.url, poolSize: 5 });
  const settings = { databaseUrlReplica: url, replicaMaxLag: maxLag, poolSize: 4 };
  const db = withReplica(primary, settings, log, { everyMs: 25, patienceMs: 500 });
  const server = await startTestServer({ database: { ...pair.primary, db } });
  replicaMetrics(server.metrics, db);
  t.teardown(async () => {
    await server.stop();
    await db.close();
  });
  const state = (wanted: ReplicaState) =>
    until(() => db.replica.status()!.state === wanted || undefined, 30_000).then((yes) => {
      if (!yes) throw new Error(`the replica is ${db.replica.status()!.state}, not ${wanted}: ${lines.join('')}`);
    });
  const reads = (answered = 'replica') => db.replica.status()!.reads[answered] ?? 0;
  const org = await server.createOrg();
  const send = (items = [receipt()]) =>
    server
      .request('/api/v1/receipts', { key: org.key, body: { repo: REPO, receipts: items } })
      .then(({ body }) => body);
  const list = (key = org.key) =>
    server
      .request('/api/v1/receipts?limit=500', { key })
      .then(({ body }) => body.receipts.map(({ id }: { id: string }) => id));
  return { ...server, db, lines, state, reads, org, send, list };
}

const LAGGING = [
  'getAnalytics',
  'listReceipts',
  'getReceipt',
  'simulatePolicy',
  'simulateCandidate',
  'listViolations',
  'listAudit',
  'getReport',
];

test.serial('these endpoints read from the replica, and no others', async (t) => {
  const server = await start(t);
  const { org } = server;
  const made = await makeExamples(server, org);
  await pair.caughtUp();
  await server.state('ready');
  const lagging: string[] = [];
  for (const endpoint of endpoints) {
    const { path, method, body } = exampleOf(endpoint, made) as { path: string; method: string; body?: unknown };
    const before = server.reads();
    const reply = await fetch(server.origin + path, {
      method,
      headers: { authorization: `Bearer ${org.key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (server.reads() > before) {
      lagging.push(endpoint.id);
      t.is(reply.status, 200, `${endpoint.id}: ${text}`);
    }
  }
  t.deepEqual(lagging.sort(), LAGGING.sort());
  const [row] = await pair.standby()`
    select count(*)::int as count from pg_stat_activity where application_name = 'blameprompt-server replica'
  `;
  t.true(row!.count > 0, 'seen from the standby');
});

test.serial('analytics are those of the replica, also before it has what was sent', async (t) => {
  const server = await start(t);
  const total = async (query = '') =>
    (await server.request(`/api/v1/analytics${query}`, { key: server.org.key })).body.total_receipts;
  await server.send([receipt()]);
  t.is(await total(), 1, 'rollups are built on the primary');
  await pair.caughtUp();
  await server.state('ready');
  await pair.standby()`select pg_wal_replay_pause()`;
  t.teardown(() => pair.standby()`select pg_wal_replay_resume()`);
  await server.send([receipt()]);
  const before = server.reads();
  t.is(await total(), 1);
  t.is(server.reads() - before, 1);
  await pair.standby()`select pg_wal_replay_resume()`;
  await pair.caughtUp();
  t.is(await total(), 1, 'nobody has folded it');
  t.is(await total('?q=claude'), 2, 'but it is there');
});

test.serial('reports are read from the replica, but for the one that folds sums first', async (t) => {
  const server = await start(t);
  const { org, request } = server;
  await server.send();
  await pair.caughtUp();
  await server.state('ready');
  for (const type of REPORT_TYPES) {
    const before = server.reads();
    const { status, body } = await request(`/api/v1/reports/${type}`, { key: org.key });
    t.is(status, 200, type);
    t.is(body.type, type);
    t.is(server.reads() - before, type === 'executive' ? 0 : 1, type);
  }
});

test.serial(
  'a job reads from the replica, and does not keep a report that was read before an erasure got there',
  async (t) => {
    const server = await start(t);
    const { org, request } = server;
    await server.send([receipt({ user_email: 'gone@acme.example' })]);
    await pair.caughtUp();
    await server.state('ready');
    await pair.standby()`select pg_wal_replay_pause()`;
    t.teardown(() => pair.standby()`select pg_wal_replay_resume()`);
    await request('/api/v1/data-subjects/erase', { key: org.key, body: { emails: ['gone@acme.example'] } });
    const { body: job } = await request('/api/v1/reports', {
      key: org.key,
      body: { type: 'gdpr', format: 'csv', from: '2026-01-01', to: '2026-12-31' },
    });
    const state = async () => (await request(`/api/v1/reports/jobs/${job.id}`, { key: org.key })).body;
    await server.runJobs();
    t.like(await state(), { status: 'waiting', attempts: 1, file: null });
    await pair.standby()`select pg_wal_replay_resume()`;
    await pair.caughtUp();
    await server.runJobs({ hoursLater: 1 });
    t.is((await state()).status, 'done');
  },
);

test.serial(
  'what the replica has not replayed yet is not in a list; asked for by name it is found on the primary',
  async (t) => {
    const server = await start(t);
    const old = receipt();
    await server.send([old]);
    await pair.caughtUp();
    await server.state('ready');
    await pair.standby()`select pg_wal_replay_pause()`;
    t.teardown(() => pair.standby()`select pg_wal_replay_resume()`);
    const fresh = receipt();
    await server.send([fresh]);
    t.deepEqual(await server.list(), [old.id]);
    const { status, body } = await server.request(`/api/v1/receipts/${fresh.id}`, { key: server.org.key });
    t.deepEqual([status, body.id], [200, fresh.id]);
    t.is(server.reads('not_found'), 1);
    const { status: unknown } = await server.request(`/api/v1/receipts/${randomUUID()}`, { key: server.org.key });
    t.is(unknown, 404);
    t.is(
      (await server.request('/api/v1/whoami', { key: await server.createKey(server.org, ['receipts:read']) })).status,
      200,
    );
    await pair.standby()`select pg_wal_replay_resume()`;
    await pair.caughtUp();
    t.deepEqual((await server.list()).sort(), [old.id, fresh.id].sort());
  },
);

test.serial('a replica that is further behind than it may be is not asked until it has caught up', async (t) => {
  const server = await start(t, { maxLag: 1 });
  await server.state('ready');
  await pair.standby()`select pg_wal_replay_pause()`;
  t.teardown(() => pair.standby()`select pg_wal_replay_resume()`);
  const fresh = receipt();
  await server.send([fresh]);
  await server.state('behind');
  t.deepEqual(await server.list(), [fresh.id]);
  t.true(server.reads('behind') > 0);
  const { status, body } = await server.request('/readyz');
  t.deepEqual([status, body], [200, { status: 'ready', replica: 'behind' }]);
  const { text } = await server.metrics.render();
  t.regex(text, /^blameprompt_replica_ready 0$/m);
  t.regex(text, /^blameprompt_replica_reads_total\{answered="behind"\} [1-9]/m);
  t.true(Number(/^blameprompt_replica_lag_seconds (.*)$/m.exec(text)![1]) > 1);
  // Told by the next look: that its time is over a replica is from one moment to the next.
  t.true(await until(() => server.lines.some((line) => line.includes('too far behind')) || undefined, 30_000));
  await pair.standby()`select pg_wal_replay_resume()`;
  await server.state('ready');
});

test.serial(
  'an idle primary does not make a replica look old: its lag goes down though nothing was written',
  async (t) => {
    const server = await start(t);
    await server.state('ready');
    const lag = () => server.db.replica.status()!.lagSeconds;
    for (let round = 0; round < 3; round++) {
      let last = lag();
      const fell = () => {
        const before = last;
        last = lag();
        return last < before || undefined;
      };
      t.true(await until(fell, 30_000, 1));
    }
  },
);

for (const way of ['in a query', 'between two queries']) {
  test.serial(
    `a read that the standby cancels ${way}, as it is in the way of recovery, is repeated on the primary`,
    async (t) => {
      await pair.impatient(true);
      t.teardown(() => pair.impatient(false));
      const server = await start(t);
      const { org, db } = server;
      const item = receipt();
      await server.send([item]);
      await pair.caughtUp();
      await server.state('ready');
      const asked: boolean[] = [];
      const work = async (sql: Sql) => {
        const [{ standby }] = (await sql<{ standby: boolean }[]>`
        select pg_is_in_recovery() as standby from receipts where org_id = ${org.id}
      `) as unknown as [{ standby: boolean }];
        asked.push(standby);
        if (!standby) return 'answered';
        const [own] = (await sql`select pg_backend_pid() as pid`) as unknown as [{ pid: number }];
        const sleeping = way === 'in a query' ? sql`select pg_sleep(60)`.execute() : undefined;
        sleeping?.catch(() => {});
        // Now and then a row is still wanted on the primary, too; the next vacuum takes it.
        const ended = async () => {
          await pair.admin`update receipts set model = model where org_id = ${org.id}`;
          await pair.admin`vacuum receipts`;
          await pair.caughtUp();
          const found = await pair.standby()`
          select from pg_stat_activity where pid = ${own.pid} and state in ('active', 'idle in transaction')
        `;
          return found.length === 0 || undefined;
        };
        await until(ended, 30_000);
        await sleeping;
        await sql`select 1`;
        return 'answered by the replica';
      };
      t.is(await db.replica.withSnapshot(org.id, work), 'answered');
      t.deepEqual(asked, [true, false]);
      t.true(server.lines.some((line) => line.includes('a read failed on the replica')));
      t.is(server.reads('conflict') + server.reads('unreachable'), 1);

      await pair.caughtUp();
      await server.state('ready');
      await t.throwsAsync(
        db.replica.withSnapshot(org.id, work, () => false),
        undefined,
        'what was begun is not begun again',
      );
      t.deepEqual(await server.list(), [item.id], 'connections are fine');
    },
  );
}

test.serial('a replica that ends, or is silent, costs no answer; when it is back it is used again', async (t) => {
  const server = await start(t);
  const item = receipt();
  await server.send([item]);
  await pair.caughtUp();
  await server.state('ready');
  t.deepEqual(await server.list(), [item.id]);

  await pair.stopStandby();
  t.deepEqual(await server.list(), [item.id]);
  await server.state('unreachable');
  t.deepEqual(await server.list(), [item.id]);
  t.deepEqual((await server.request('/readyz')).body, { status: 'ready', replica: 'unreachable' });
  await pair.startStandby();
  await server.state('ready');

  pair.silence(true);
  const before = server.reads();
  t.deepEqual(await server.list(), [item.id], 'also one that was asked before that was known');
  await server.state('unreachable');
  pair.silence(false);
  await server.state('ready');
  t.is(server.reads(), before);
  t.deepEqual(await server.list(), [item.id]);
  t.is(server.reads(), before + 1);
});

test.serial('the replica shows an org its own rows only, and takes no change', async (t) => {
  const server = await start(t);
  await server.send();
  const other = await server.createOrg();
  await pair.caughtUp();
  await server.state('ready');
  const before = server.reads();
  t.deepEqual(await server.list(other.key), []);
  const rows = await server.db.replica.withTenant(
    other.id,
    (sql) => sql`select pg_is_in_recovery() as standby, count(*)::int as count from receipts`,
  );
  t.deepEqual({ ...rows[0] }, { standby: true, count: 0 });
  t.is(server.reads(), before + 2);
  for (const { replica } of [server.db, pair.primary.db])
    await t.throwsAsync(
      replica.withTenant(other.id, (sql) => sql`delete from receipts where org_id = ${other.id}`),
      { code: '25006' } as never,
      'with a replica or without',
    );
});

test.serial('what is no standby of the database is told and not asked', async (t) => {
  for (const url of [pair.primary.url, process.env.TEST_DATABASE_URL!]) {
    const server = await start(t, { url });
    await server.state('foreign');
    const { body } = await server.send();
    t.is(body?.code, undefined);
    t.is((await server.list()).length, 1);
    t.is(server.reads(), 0);
    t.true(server.lines.some((line) => line.includes('no standby of the database')));
  }
});

test.serial('the server as a process takes the replica from its settings, and stops in order', async (t) => {
  const child = spawn(process.execPath, [SERVER, '--port', '0'], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: pair.primary.url,
      DATABASE_URL_DIRECT: pair.primary.adminUrl,
      DATABASE_URL_REPLICA: pair.replicaUrl,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(line);
    const ready =
      told.some((one) => one.includes('the replica is used')) && told.some((one) => one.includes('"listening"'));
    if (ready && !child.killed) child.kill('SIGTERM'); // a second one would end it at once
  }
  t.deepEqual(await exit, [0, null], told.join('\n'));
  t.false(told.join('').includes(new URL(pair.primary.adminUrl).password), 'no secret in the log');
});
