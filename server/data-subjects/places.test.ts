import test from 'ava';
import postgres from 'postgres';
import { createTestDatabase } from '../../test/database.js';
import { PLACES, UNTOUCHED } from './places.js';

test('every column in which a person could stand is one that erasing changes, or one of which it is said why not', async (t) => {
  const database = await createTestDatabase();
  t.teardown(database.drop);
  const sql = postgres(database.adminUrl, { max: 1 });
  t.teardown(() => sql.end());
  const columns = await sql<{ path: string; type: string }[]>`
    select c.table_name || '.' || c.column_name as path, c.udt_name as type
    from information_schema.columns c
    where c.table_schema = 'public' and c.udt_name in ('text', 'varchar', 'json', 'jsonb', '_text')
      and exists (
        select from information_schema.columns o
        where o.table_schema = 'public' and o.table_name = c.table_name and o.column_name = 'org_id'
      )
  `;
  const paths = columns.map(({ path }) => path).sort();
  const changed = PLACES.flatMap(({ table, columns: names }) => Object.keys(names).map((name) => `${table}.${name}`));
  const untouched = Object.keys(UNTOUCHED);
  t.deepEqual(
    paths.filter((path) => !changed.includes(path) && !untouched.includes(path)),
    [],
  );
  t.deepEqual(
    [...changed, ...untouched].filter((path) => !paths.includes(path)),
    [],
  );
  t.deepEqual(
    changed.filter((path) => untouched.includes(path)),
    [],
  );

  const keys = await sql<{ table: string; names: string[] }[]>`
    select t.relname as table, array_agg(a.attname::text order by k.nr) as names
    from pg_constraint p
    join pg_class t on t.oid = p.conrelid
    cross join unnest(p.conkey) with ordinality as k (num, nr)
    join pg_attribute a on a.attrelid = t.oid and a.attnum = k.num
    where p.contype = 'p'
    group by t.relname
  `;
  for (const { table, key } of PLACES) {
    const names = keys.find((one) => one.table === table)!.names;
    t.deepEqual(['org_id', ...Object.keys(key).filter((name) => name !== 'org_id')], names, table);
  }
});
