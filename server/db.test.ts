import test from 'ava';
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
