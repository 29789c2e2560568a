import { readFile } from 'node:fs/promises';
import test from 'ava';
import postgres from 'postgres';
import { createTestDatabase } from '../test/database.js';
import { startPgBouncer } from '../test/pgbouncer.js';
import { connect } from './db.js';

test('a parameter that is undefined or no date is an error, beside other queries too, and costs no connection', async (t) => {
  const { db, drop } = await createTestDatabase({ poolSize: 1 });
  t.teardown(drop);
  for (const bad of [undefined, new Date(Number.NaN)]) {
    const work = db.withSystem((sql) =>
      Promise.all([sql`select 1`, sql`select 2`, sql`select ${bad as never}::text`, sql`select 3`]),
    );
    await t.throwsAsync(work, { instanceOf: TypeError });
    t.deepEqual(await db.withSystem((sql) => sql<{ n: number }[]>`select 1 as n`).then((rows) => [...rows]), [
      { n: 1 },
    ]);
  }
});

test('an error that is not of the database ends its transaction at once, also one of a file or a socket', async (t) => {
  const { db, drop } = await createTestDatabase({ poolSize: 1 });
  t.teardown(drop);
  const work = db.withSystem(async (sql) => {
    await sql`create temporary table kept (n int)`;
    await readFile('/nowhere/at/all');
  });
  await t.throwsAsync(work, { code: 'ENOENT' } as never);
  const [row] = await db.withSystem((sql) => sql`select to_regclass('pg_temp.kept') is null as gone`);
  t.true(row!.gone, 'what it did is undone');
});

test('a transaction whose connection is closed between two queries fails, and the next one finds another', async (t) => {
  const { db, adminUrl, drop } = await createTestDatabase({ poolSize: 1 });
  t.teardown(drop);
  const admin = postgres(adminUrl, { max: 1 });
  t.teardown(() => admin.end());
  for (let round = 0; round < 3; round++) {
    const work = db.withSystem(async (sql) => {
      const [own] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
      await admin`select pg_terminate_backend(${own!.pid}, 5000)`;
      await sql`select 1`;
    });
    await t.throwsAsync(work);
    const [row] = await db.withSystem((sql) => sql<{ n: number }[]>`select 1 as n`);
    t.is(row!.n, 1);
  }
});

for (const throughBouncer of [false, true]) {
  const where = throughBouncer ? 'behind a PgBouncer' : 'directly';

  test(`a connection that is lost in mid-query fails that transaction and no later one (${where})`, async (t) => {
    const { url, adminUrl, drop } = await createTestDatabase();
    t.teardown(drop);
    const bouncer = throughBouncer ? await startPgBouncer(url) : undefined;
    if (throughBouncer && !bouncer) return t.pass('there is no PgBouncer here');
    if (bouncer) t.teardown(bouncer.stop);
    const db = connect({ url: bouncer?.url ?? url, poolSize: 1 });
    t.teardown(() => db.close());
    const admin = postgres(adminUrl, { max: 1 });
    t.teardown(() => admin.end());
    for (let round = 0; round < 3; round++) {
      const work = db.withSystem(async (sql) => {
        const [own] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
        const busy = sql`select pg_sleep(600)`.execute();
        await endBusy(admin, own!.pid);
        await busy;
      });
      await t.throwsAsync(work);
      t.is((await db.withSystem((sql) => sql`select 1`)).length, 1);
    }
  });
}

/** Ends a backend while it sleeps. */
async function endBusy(admin: postgres.Sql, pid: number): Promise<void> {
  for (;;) {
    const ended = await admin`
      select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where pid = ${pid} and state = 'active' and query like '%pg_sleep(600)%'
    `;
    if (ended.length > 0) return;
  }
}
