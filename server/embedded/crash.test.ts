import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { newDataDir, open, openInChild, query, quick } from './_open.test.js';
import { isAlive } from './process.js';
import { until } from './until.js';

test('a crash of PostgreSQL loses nothing that was committed', async (t) => {
  const dataDir = await newDataDir(t);
  const first = await open(t, dataDir);
  const pids = await query(first.url, async (sql) => {
    await sql`create table kept as select 42 as answer`;
    return (await sql`select pid from pg_stat_activity where pid <> pg_backend_pid()`).map(({ pid }) => pid as number);
  });
  for (const pid of [first.pid, ...pids]) process.kill(pid, 'SIGKILL');

  const second = await open(t, dataDir);
  t.true(second.startedByUs);
  t.not(second.pid, first.pid);
  t.deepEqual(
    await query(second.url, (sql) => sql`select answer from kept`.then((rows) => rows.map(({ answer }) => answer))),
    [42],
  );
});

test('PostgreSQL outlives Ctrl-C and a kill -9 of the process that opened it, and the next one finds it running', async (t) => {
  const dataDir = await newDataDir(t);
  const first = await openInChild(t, dataDir, 'stay');
  t.true(first.cluster.startedByUs);
  await query(first.cluster.url, (sql) => sql`create table kept as select 42 as answer`);
  // What the terminal does on Ctrl-C: the whole group gets the signal.
  process.kill(-first.child.pid!, 'SIGINT');
  await once(first.child, 'exit');

  const second = await openInChild(t, dataDir, 'stay');
  second.child.kill('SIGKILL');
  await once(second.child, 'exit');

  const third = await open(t, dataDir);
  t.deepEqual(
    [second.cluster, third].map(({ pid, startedByUs }) => ({ pid, startedByUs })),
    Array(2).fill({ pid: first.cluster.pid, startedByUs: false }),
  );
  t.is((await query(third.url, (sql) => sql`select answer from kept`)).length, 1);
  await third.stop();
  t.false(isAlive(third.pid), 'stop works on a postmaster that another process started');
});

test('ten processes at once on a fresh directory get one PostgreSQL, in spite of the lock of a dead process', async (t) => {
  const dataDir = await newDataDir(t);
  const dead = spawn(process.execPath, ['-e', '0']);
  await once(dead, 'exit');
  await mkdir(dataDir);
  await writeFile(join(dataDir, 'start.lock'), `${dead.pid} left behind\n`);

  const opened = await Promise.all(Array.from({ length: 10 }, () => openInChild(t, dataDir, 'leave')));
  t.is(new Set(opened.map(({ cluster }) => `${cluster.pid} ${cluster.url}`)).size, 1);
  t.is(opened.filter(({ cluster }) => cluster.startedByUs).length, 1);
});

test('the last one out stops PostgreSQL', async (t) => {
  const dataDir = await newDataDir(t);
  const command = await open(t, dataDir, quick);
  const server = await openInChild(t, dataDir, 'stay');
  await command.release();
  t.true(isAlive(command.pid), 'another process uses it');

  server.child.kill('SIGKILL');
  await once(server.child, 'exit');
  const other = await open(t, dataDir);
  await other.release();
  t.false(isAlive(other.pid), 'one that was killed does not count');
});

test('a postmaster.pid whose pid belongs to another program does not stop us, nor does an empty one', async (t) => {
  const dataDir = await newDataDir(t);
  const file = join(dataDir, 'postgres/postmaster.pid');
  const first = await open(t, dataDir, quick);
  const text = await readFile(file, 'utf8');
  await first.stop();

  // Of the same account: PostgreSQL sees by itself that another account's process is a stranger.
  const { uid, gid } = await stat(dataDir);
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore', cwd: '/', uid, gid });
  t.teardown(() => stranger.kill('SIGKILL'));
  await once(stranger, 'spawn');
  await writeFile(file, text.replace(/^\d+/, `${stranger.pid}`));
  const second = await open(t, dataDir, quick);
  t.true(second.startedByUs);
  await second.stop();
  t.true(isAlive(stranger.pid!));

  await writeFile(file, '');
  t.true((await open(t, dataDir, quick)).startedByUs);
});

test('a process killed while it made the cluster leaves nothing in the way', async (t) => {
  const dataDir = await newDataDir(t);
  const attempt = async () =>
    (await readdir(dataDir).catch(() => [])).filter((name) => name.startsWith('postgres.new-'));
  const child = openInChild(t, dataDir, 'stay').catch(() => {});
  t.truthy(await until(async () => (await attempt()).length === 2 || undefined, 30_000, 1), 'initdb runs');
  const [pid] = (await readFile(join(dataDir, 'start.lock'), 'utf8')).split(' ');
  process.kill(Number(pid), 'SIGKILL');

  const cluster = await open(t, dataDir, quick);
  t.is((await query(cluster.url, (sql) => sql`select 1`)).length, 1);
  t.deepEqual(await attempt(), []);
  void child;
});
