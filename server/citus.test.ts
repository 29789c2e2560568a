import test from 'ava';
import postgres from 'postgres';
import { createTestDatabase } from '../test/database.js';
import { distributeTables, REFERENCE_TABLES } from './citus.js';

/** The few names of Citus that we use. */
const STAND_IN = `
  create table public.calls (n serial, name regclass, by text);
  create view public.citus_tables as select name as table_name from calls;
  create function create_reference_table(t regclass) returns void language sql as 'insert into calls (name) values (t)';
  create function create_distributed_table(t regclass, c text) returns void language sql as
    'insert into calls (name, by) values (t, c)';
`;

test('on a Citus every table is spread by org, once, and after those that it refers to', async (t) => {
  const { adminUrl, drop } = await createTestDatabase();
  t.teardown(drop);
  const sql = postgres(adminUrl, { max: 1 });
  t.teardown(() => sql.end());
  t.deepEqual(await distributeTables(sql), [], 'not on a plain PostgreSQL');
  await sql.unsafe(STAND_IN);
  const spread = await distributeTables(sql);
  t.deepEqual(await distributeTables(sql), []);
  t.deepEqual(spread.slice(0, 2).sort(), REFERENCE_TABLES.toSorted());
  const calls = await sql<{ name: string; by: string | null }[]>`select name::text as name, by from calls order by n`;
  t.true(calls.length > 15);
  for (const { name, by } of calls) t.is(by, REFERENCE_TABLES.includes(name) ? null : 'org_id', name);
  const references = await sql<{ from: string; to: string }[]>`
    select conrelid::regclass::text as from, confrelid::regclass::text as to
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace
  `;
  for (const { from, to } of references) t.true(spread.indexOf(from) >= spread.indexOf(to), `${from} before ${to}`);
});

test('every key, unique index and reference names the org, as a database that is spread by org needs it', async (t) => {
  const { adminUrl, drop } = await createTestDatabase();
  t.teardown(drop);
  const sql = postgres(adminUrl, { max: 1 });
  t.teardown(() => sql.end());
  const local = ['schema_migrations', ...REFERENCE_TABLES];
  const lacking = await sql`
    select indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indrelid
    where i.indisunique and c.relnamespace = 'public'::regnamespace and c.relname <> all(${local})
      and not exists (
        select from pg_attribute where attrelid = c.oid and attname = 'org_id' and attnum = any(i.indkey::int2[])
      )
    union all
    select conname::text from pg_constraint f join pg_class c on c.oid = f.conrelid
    where f.contype = 'f' and f.connamespace = 'public'::regnamespace and c.relname <> all(${local})
      and not exists (select from pg_attribute where attrelid = c.oid and attname = 'org_id' and attnum = any(f.conkey))
  `;
  t.deepEqual([...lacking], []);
  const outward = await sql`
    select conname::text as name from pg_constraint
    where contype = 'f' and conrelid::regclass::text = any(${REFERENCE_TABLES})
      and confrelid::regclass::text <> all(${REFERENCE_TABLES})
  `;
  t.deepEqual([...outward], [], 'a copy on each worker can refer to copies only');
});
