import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import postgres from 'postgres';
import { createTestDatabase } from '../test/database.js';
import { dumpSchema } from '../test/schema-dump.js';
import { migrate } from './migrate.js';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

test('twenty migrations at once apply each file once', async (t) => {
  const { adminUrl, drop } = await createTestDatabase({ empty: true });
  t.teardown(drop);
  const applied = await Promise.all(Array.from({ length: 20 }, () => migrate(adminUrl)));
  t.is(applied.filter(({ length }) => length > 0).length, 1);
  t.deepEqual(await migrate(adminUrl), []);
});

test('a migration is an event in the log of every org that is there', async (t) => {
  const { adminUrl, drop } = await createTestDatabase();
  t.teardown(drop);
  const folder = await mkdtemp(join(tmpdir(), 'bp-migrations-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await cp(MIGRATIONS, folder, { recursive: true });
  await writeFile(join(folder, '9000_more.sql'), 'create table more (id integer)');
  const sql = postgres(adminUrl, { max: 1 });
  t.teardown(() => sql.end());
  for (const n of [1, 2])
    await sql`insert into orgs (org_id, slug, name) values (gen_random_uuid(), ${`org-${n}`}, 'x')`;
  t.deepEqual(await migrate(adminUrl, folder), ['9000_more.sql']);
  const events = await sql`select count(*)::int as count, count(distinct org_id)::int as orgs from audit_events
    where action = 'schema.migrated' and target = '9000_more.sql' and actor = 'operator'`;
  t.deepEqual({ ...events[0] }, { count: 2, orgs: 2 });
  t.is((await sql`select from audit_pending`).count, 2);

  await writeFile(join(folder, '9001_broken.sql'), 'create table more (id integer)');
  await t.throwsAsync(migrate(adminUrl, folder), { message: /already exists/ });
  t.is((await sql`select from audit_pending`).count, 2, 'one that failed is none');
});

test('schema.sql shows what the migrations make', async (t) => {
  const { adminUrl, drop } = await createTestDatabase();
  t.teardown(drop);
  t.is(
    await dumpSchema(adminUrl),
    await readFile(join(MIGRATIONS, 'schema.sql'), 'utf8'),
    'run npm run schema and commit migrations/schema.sql',
  );
});

test('every table of an org has org_id in its key and forced row-level security', async (t) => {
  const { adminUrl, drop } = await createTestDatabase();
  t.teardown(drop);
  const sql = postgres(adminUrl, { max: 1 });
  const tables = await sql`
    select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as secured,
      (select pg_get_constraintdef(oid) from pg_constraint where conrelid = c.oid and contype = 'p') as key
    from pg_class c
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migrations'
  `;
  await sql.end();
  t.true(tables.length >= 7);
  for (const { name, secured, key } of tables) {
    t.true(secured, name);
    t.regex(key, /\(org_id\b/, name);
  }
});

test('a migration that was changed after it had been applied is refused, and so is a schema from the future', async (t) => {
  const { adminUrl, drop } = await createTestDatabase();
  t.teardown(drop);
  const folder = await mkdtemp(join(tmpdir(), 'bp-migrations-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await cp(MIGRATIONS, folder, { recursive: true });
  await writeFile(join(folder, '9999_future.sql'), 'create table future (a int);');
  t.deepEqual(await migrate(adminUrl, folder), ['9999_future.sql']);
  await t.throwsAsync(migrate(adminUrl), { code: 'schema_newer' });
  await writeFile(join(folder, '9999_future.sql'), 'create table other (a int);');
  await t.throwsAsync(migrate(adminUrl, folder), { code: 'migration_changed', message: /9999_future/ });
});

test('a migration that fails leaves nothing behind and can be tried again', async (t) => {
  const { adminUrl, drop } = await createTestDatabase();
  t.teardown(drop);
  const folder = await mkdtemp(join(tmpdir(), 'bp-migrations-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await cp(MIGRATIONS, folder, { recursive: true });
  await writeFile(join(folder, '9999_broken.sql'), 'create table half (a int); select * from nowhere;');
  await t.throwsAsync(migrate(adminUrl, folder), { code: 'migration_failed', message: /9999_broken.*nowhere/ });
  await writeFile(join(folder, '9999_broken.sql'), 'create table half (a int);');
  t.deepEqual(await migrate(adminUrl, folder), ['9999_broken.sql']);
});
