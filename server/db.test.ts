import { readFile } from 'node:fs/promises';
import test from 'ava';
import postgres from 'postgres';
import { createTestDatabase } from '../test/database.js';

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
