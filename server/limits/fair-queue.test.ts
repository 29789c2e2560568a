import test from 'ava';
import fc from 'fast-check';
import { createTestDatabase } from '../../test/database.js';
import { createFairQueue } from './fair-queue.js';

/** A work that runs until it is told to end. */
function held() {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: () => ended, end };
}

/** Lets everything that can run by itself run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('an owner with many works leaves one slot to the others, and takes turns with them', async (t) => {
  const queue = createFairQueue(3);
  const order: string[] = [];
  const works = ['a', 'a', 'a', 'a', 'b', 'b', 'c'].map((owner) => {
    const { work, end } = held();
    const done = queue.run(owner, () => {
      order.push(owner);
      return work();
    });
    return { end, done };
  });
  await settle();
  t.deepEqual(order, ['a', 'a', 'b']);
  t.deepEqual(queue.counts(), { running: 3, waiting: 4 });
  works[0]!.end();
  await settle();
  t.deepEqual(order, ['a', 'a', 'b', 'a']);
  works[4]!.end();
  await settle();
  works[1]!.end();
  await settle();
  t.deepEqual(order.slice(4), ['b', 'c'], 'c came later than b, and has its turn in the same round');
  for (const { end } of works) end();
  await Promise.all(works.map(({ done }) => done));
  t.deepEqual(queue.counts(), { running: 0, waiting: 0 });
});

test('an owner who has too many waiting is told to come back, and the others are not', async (t) => {
  const queue = createFairQueue(2, 1);
  const works = [held(), held(), held()];
  const running = queue.run('a', works[0]!.work);
  const waiting = queue.run('a', works[1]!.work);
  await t.throwsAsync(
    queue.run('a', async () => {}),
    { code: 'busy' } as never,
  );
  t.is(await queue.run('b', async () => 1), 1);
  for (const { end } of works) end();
  await Promise.all([running, waiting]);
});

test('whatever comes in whatever order, nothing is lost, and no limit is passed', async (t) => {
  const arrivals = fc.array(
    fc.record({ owner: fc.constantFrom('a', 'b', 'c'), turns: fc.nat(4), fails: fc.boolean() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), arrivals, async (slots, works) => {
      const queue = createFairQueue(slots);
      const running = new Map<string, number>();
      const results = await Promise.allSettled(
        works.map(({ owner, turns, fails }) =>
          queue.run(owner, async () => {
            running.set(owner, (running.get(owner) ?? 0) + 1);
            const all = [...running.values()].reduce((a, b) => a + b, 0);
            if (all > slots || running.get(owner)! > Math.max(1, slots - 1)) throw new Error('too many at once');
            for (let n = 0; n < turns; n++) await Promise.resolve();
            running.set(owner, running.get(owner)! - 1);
            if (fails) throw new Error('on purpose');
          }),
        ),
      );
      const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.message] : []));
      if (reasons.length !== works.filter(({ fails }) => fails).length) throw new Error(String(reasons));
      if (queue.counts().running + queue.counts().waiting > 0) throw new Error('something is left over');
    }),
  );
  t.pass();
});

test('an org whose transactions all wait does not keep another org, or sign-in, from a connection', async (t) => {
  const database = await createTestDatabase({ poolSize: 3 });
  t.teardown(database.drop);
  const [slow, other] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
  const blocker = await createBlocker(database.adminUrl);
  const stuck = Array.from({ length: 20 }, () =>
    database.db.withTenant(slow, (sql) => sql`select pg_advisory_xact_lock(42)`),
  );
  t.is((await database.db.withTenant(other, (sql) => sql`select 1`)).length, 1);
  t.is((await database.db.withSystem((sql) => sql`select 1`)).length, 1);
  t.true(database.db.load().waiting >= 18);
  await blocker.release();
  t.is((await Promise.all(stuck)).length, 20);
});

async function createBlocker(url: string) {
  const { default: postgres } = await import('postgres');
  const sql = postgres(url, { max: 1 });
  await sql`select pg_advisory_lock(42)`;
  return { release: () => sql.end() };
}
