import test from 'ava';
import fc from 'fast-check';
import { createTestDatabase } from '../test/database.js';
import { readArray } from './arrays.js';

// What PostgreSQL cannot keep is refused before it gets here.
const text = fc.string({ unit: 'binary' }).filter((one) => !one.includes('\0'));

test('texts come back from PostgreSQL as they went there, nulls and arrays of arrays too', async (t) => {
  const database = await createTestDatabase();
  t.teardown(database.drop);
  await database.db.withSystem((sql) =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.option(text)), fc.array(fc.tuple(text, text)), async (texts, pairs) => {
        const [row] = await sql`select ${texts}::text[] as texts, ${pairs}::text[] as pairs`;
        t.deepEqual(row!.texts, texts);
        t.deepEqual(row!.pairs, pairs);
      }),
    ),
  );
});

test('every type of array that queries use is read as its elements are', async (t) => {
  const database = await createTestDatabase();
  t.teardown(database.drop);
  const id = crypto.randomUUID();
  const day = new Date('2026-01-02T03:04:05.678Z');
  const [row] = await database.db.withSystem(
    (sql) => sql`
      select array[true, false] as booleans, ${[1, -2]}::int[] as integers, ${['9007199254740993']}::bigint[] as bigints,
        ${[0.1, 1e300]}::float8[] as floats, ${['0.10']}::numeric[] as numerics, ${[id, null]}::uuid[] as ids,
        array[${day}::timestamptz] as times, array['\\x00ff'::bytea] as bytes, '{NULL,"NULL"}'::text[] as nulls, '[2:3]={a,b}'::text[] as bounded
    `,
  );
  t.deepEqual(
    { ...row },
    {
      booleans: [true, false],
      integers: [1, -2],
      bigints: ['9007199254740993'],
      floats: [0.1, 1e300],
      numerics: ['0.10'],
      ids: [id, null],
      times: [day],
      bytes: [Buffer.from([0, 255])],
      nulls: [null, 'NULL'],
      bounded: ['a', 'b'],
    },
  );
  t.deepEqual(readArray('{}', Number), []);
});

test('no type of array that the schema has is unknown', async (t) => {
  const database = await createTestDatabase();
  t.teardown(database.drop);
  const { arrayTypes } = await import('./arrays.js');
  const used = await database.db.withSystem(
    (sql) => sql<{ type: number; name: string }[]>`
      select distinct a.atttypid::int as type, a.atttypid::regtype::text as name
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid and c.relnamespace = 'public'::regnamespace
      join pg_type y on y.oid = a.atttypid and y.typcategory = 'A'
      where a.attnum > 0
    `,
  );
  t.deepEqual(
    used.filter(({ type }) => !(`array_${type}` in arrayTypes)),
    [],
  );
});
