import test from 'ava';
import { startTestServer, type TestServer } from '../../test/server.js';
import type { Sql } from '../db.js';
import { numberViolations, readViolationFeed, violationFeedEnd } from './violation-feed.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer({ poolSize: 10 });
});
test.after.always(() => server?.stop());

async function orgWithPolicy() {
  const org = await server.createOrg();
  const body = { name: 'No o1', rule: { blocked_models: ['o1'] } };
  const { body: policy } = await server.request('/api/v1/policies', { key: org.key, body });
  const find = (sql: Sql, count = 1) =>
    sql`
      insert into violations (org_id, id, policy_id, policy_version, rule, action, content, occurred_at)
      select ${org.id}, gen_random_uuid(), ${policy.id}, 1, 'blocked_models', 'warn', '{}', now()
      from generate_series(1, ${count}::int)
    `;
  const tenant = <T>(work: (sql: Sql) => Promise<T>) => server.db.withTenant(org.id, work);
  const number = () => tenant((sql) => numberViolations(sql, org.id));
  const read = (start: number) => tenant((sql) => readViolationFeed(sql, org.id, start, 10_000));
  return { org, find, tenant, number, read };
}

test('a violation of a transaction that commits late comes after those that were read before it', async (t) => {
  const { find, tenant, number, read } = await orgWithPolicy();
  let commit = () => {};
  let isWritten = () => {};
  const written = new Promise<void>((resolve) => {
    isWritten = resolve;
  });
  const late = tenant(async (sql) => {
    await find(sql);
    isWritten();
    await new Promise<void>((resolve) => {
      commit = resolve;
    });
  });
  await written;
  await tenant((sql) => find(sql));
  await number();
  const first = await read(0);
  t.deepEqual(
    first.map(({ seq }) => seq),
    [0],
  );
  commit();
  await late;
  await number();
  t.deepEqual(
    (await read(1)).map(({ seq }) => seq),
    [1],
  );
});

test('many writers and readers at once: every violation has one number, without a gap', async (t) => {
  const { org, find, tenant, number, read } = await orgWithPolicy();
  let isWriting = true;
  const readers = [1, 2, 3].map(async () => {
    while (isWriting) await number();
  });
  await Promise.all(Array.from({ length: 30 }, () => tenant((sql) => find(sql, 10))));
  isWriting = false;
  await Promise.all(readers);
  await number();
  const all = await read(0);
  t.deepEqual(
    all.map(({ seq }) => seq),
    Array.from({ length: 300 }, (_, n) => n),
  );
  t.is(new Set(all.map(({ id }) => id)).size, 300);
  t.is(await tenant((sql) => violationFeedEnd(sql, org.id)), 300);
});

test('a thousand get their numbers in one transaction, and a violation that a sync holds waits for the next', async (t) => {
  const { find, tenant, number, read, org } = await orgWithPolicy();
  await tenant((sql) => find(sql, 1500));
  t.true(await number());
  t.false(await number());
  t.is((await read(0)).length, 1500);
  await tenant((sql) => find(sql, 2));
  await tenant(async (sql) => {
    await sql`select from violations where org_id = ${org.id} and seq is null order by id limit 1 for update`;
    await number();
    t.is((await read(1500)).length, 1);
  });
  await number();
  t.is((await read(1500)).length, 2);
});
