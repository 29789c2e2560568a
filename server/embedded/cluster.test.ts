import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { newDataDir, open, query, quick } from './_open.test.js';
import { isAlive } from './process.js';

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test('a fresh start answers a query, on the loopback interface only, and closes its files to others', async (t) => {
  const dataDir = await newDataDir(t);
  const cluster = await open(t, dataDir, { ...quick, max_connections: '17', listen_addresses: '*' });
  t.true(cluster.startedByUs);
  await query(cluster.url, async (sql) => {
    const settings = await sql`select name, setting from pg_settings
      where name in ('listen_addresses', 'unix_socket_directories', 'data_checksums', 'server_encoding', 'max_connections') order by name`;
    const expected = [
      { name: 'data_checksums', setting: 'on' },
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'max_connections', setting: '17' },
      { name: 'server_encoding', setting: 'UTF8' },
      { name: 'unix_socket_directories', setting: '' },
    ];
    t.deepEqual([...settings], expected);
    t.deepEqual([...(await sql`select upper('é') as upper`)], [{ upper: 'É' }]);
  });
  await t.throwsAsync(
    query(cluster.url.replace(/:[^:@]+@/, ':wrong@'), (sql) => sql`select 1`),
    { code: '28P01' },
  );
  t.deepEqual(
    await Promise.all(['', 'secrets.json', 'postgres.log', 'postgres'].map((name) => modeOf(join(dataDir, name)))),
    ['700', '600', '600', '700'],
  );
  t.deepEqual(
    (await readdir(dataDir)).filter((name) => /lock|\.pw|\.new|\.tmp/.test(name)),
    [],
  );
  await cluster.stop();
  t.false(isAlive(cluster.pid));
});

test('rows that fail stay out of the log: they may hold prompts', async (t) => {
  const dataDir = await newDataDir(t);
  const cluster = await open(t, dataDir, quick);
  await query(cluster.url, async (sql) => {
    await sql`create table receipts (prompt text check (false))`;
    await t.throwsAsync(sql`insert into receipts values ('a secret prompt')`);
    await t.throwsAsync(sql.unsafe(`insert into receipts select 'a secret prompt'`));
  });
  const log = await readFile(join(dataDir, 'postgres.log'), 'utf8');
  t.regex(log, /violates check constraint/);
  t.notRegex(log, /secret/);
});

test('data of another major version is refused and not touched', async (t) => {
  const dataDir = await newDataDir(t);
  await mkdir(join(dataDir, 'postgres'), { recursive: true });
  await writeFile(join(dataDir, 'postgres/PG_VERSION'), '9\n');
  await t.throwsAsync(open(t, dataDir), { code: 'version_mismatch', message: /made by PostgreSQL 9.*pg_dump/ });
  // Programs out of the system user's reach are copied here first; the data is what must stay.
  t.deepEqual(
    (await readdir(dataDir)).filter((name) => !name.startsWith('postgresql-')),
    ['postgres'],
  );
  t.deepEqual(await readdir(join(dataDir, 'postgres')), ['PG_VERSION']);
});

test('data whose password is lost is refused, never replaced', async (t) => {
  const dataDir = await newDataDir(t);
  const cluster = await open(t, dataDir, quick);
  await cluster.stop();
  await rm(join(dataDir, 'secrets.json'));
  await t.throwsAsync(open(t, dataDir), { code: 'secrets_missing', message: /Restore the file/ });
});

test('a setting that PostgreSQL refuses is reported in its words, and the next start is free', async (t) => {
  const dataDir = await newDataDir(t);
  await t.throwsAsync(open(t, dataDir, { work_mem: 'plenty' }), {
    code: 'start_failed',
    message: /invalid value for parameter "work_mem": "plenty"/,
  });
  t.true((await open(t, dataDir, quick)).startedByUs);
});

test('a folder with other files is never taken over', async (t) => {
  const dataDir = await newDataDir(t);
  await mkdir(dataDir, { mode: 0o755 });
  await writeFile(join(dataDir, 'thesis.txt'), '');
  await t.throwsAsync(open(t, dataDir), { code: 'data_dir_foreign', message: /--data-dir/ });
  t.is(await modeOf(dataDir), '755');
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot('a folder on the way that PostgreSQL may not enter is named (only root runs it as another user)', async (t) => {
  const dataDir = await newDataDir(t);
  const closed = join(dataDir, '..', 'closed');
  await mkdir(closed, { mode: 0o700 });
  await t.throwsAsync(open(t, join(closed, 'sub/data')), {
    code: 'data_dir_unreachable',
    message: new RegExp(`may not enter ${closed},.*--data-dir.*chmod o\\+x '${closed}'.*DATABASE_URL`),
  });
});
