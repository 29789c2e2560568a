import { execFile } from 'node:child_process';
import { appendFile, chmod, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import postgres from 'postgres';
import { connect } from '../server/db.js';
import { type Cluster, openCluster } from '../server/embedded/cluster.js';
import { until } from '../server/embedded/until.js';
import { migrate } from '../server/migrate.js';
import { temporaryFolder } from './cli.js';
import { type TestDatabase, withDatabase } from './database.js';

/** What the server logs in as: name and password in one. */
const LOGIN = 'bp_replica_login';

// What a vacuum removes is for tests to choose.
const SETTINGS = { fsync: 'off', autovacuum: 'off', max_connections: '50', wal_keep_size: '256MB' };

export interface Replicated {
  primary: TestDatabase;
  /** For the server; goes through a door that the test can shut. */
  replicaUrl: string;
  /** A superuser's, straight to the primary and to the standby. */
  admin: postgres.Sql;
  standby(): postgres.Sql;
  /** Waits until the standby shows all that the primary has now. */
  caughtUp(): Promise<void>;
  /** Whether the standby cancels a query that is in the way of what the primary did at once, or after 30 s. */
  impatient(yes: boolean): Promise<void>;
  /** Ends the standby's PostgreSQL, or starts it again. */
  stopStandby(): Promise<void>;
  startStandby(): Promise<void>;
  /** Bytes are neither passed on nor refused, as when a machine has gone from the network. */
  silence(silent: boolean): void;
}

/** A migrated database and a streaming standby of it, made of a copy of its files, for the tests of one file. */
export async function startReplicated(t: Pick<ExecutionContext, 'teardown'>): Promise<Replicated> {
  const folder = await temporaryFolder(t);
  await chmod(folder, 0o711);
  const binDir = process.env.TEST_POSTGRES_BIN;
  const open = (name: string, settings = {}) =>
    openCluster({
      dataDir: join(folder, name),
      log: () => {},
      settings: { ...SETTINGS, ...settings },
      ...(binDir && { binDir }),
    });
  const first = await open('primary');
  const maker = postgres(first.url, { max: 1, onnotice: () => {} });
  await maker.unsafe('create database app');
  await migrate(withDatabase(first.url, 'app'));
  await maker.unsafe(`create role ${LOGIN} login noinherit password '${LOGIN}'`);
  await maker.unsafe(`grant blameprompt_app, blameprompt_system to ${LOGIN}`);
  await maker.end();
  await first.stop();
  await promisify(execFile)('cp', ['-a', join(folder, 'primary'), join(folder, 'standby')]);
  const cluster = await open('primary');
  t.teardown(cluster.stop);
  const { port, password } = new URL(cluster.url);
  await writeFile(join(folder, 'standby/postgres/standby.signal'), '');
  await appendFile(
    join(folder, 'standby/postgres/postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${port} user=postgres password=${password}'\n`,
  );

  let running: Cluster | undefined;
  let standby: postgres.Sql;
  const door = await openDoor(t, () => running!.port);
  async function startStandby(): Promise<void> {
    running = await open('standby', { wal_retrieve_retry_interval: '100ms' });
    standby = postgres(withDatabase(running.url, 'app'), { max: 1, onnotice: () => {} });
  }
  async function stopStandby(): Promise<void> {
    await standby.end();
    await running!.stop();
  }
  await startStandby();
  t.teardown(stopStandby);

  const adminUrl = withDatabase(cluster.url, 'app');
  const login = new URL(adminUrl);
  login.username = LOGIN;
  login.password = LOGIN;
  const admin = postgres(adminUrl, { max: 2, onnotice: () => {} });
  t.teardown(() => admin.end());
  const db = connect({ url: login.href, poolSize: 5 });
  const replicaUrl = new URL(login);
  replicaUrl.port = `${door.port}`;
  return {
    primary: { url: login.href, adminUrl, db, drop: () => db.close() },
    replicaUrl: replicaUrl.href,
    admin,
    standby: () => standby,
    caughtUp: async () => {
      const [end] = await admin<{ lsn: string }[]>`select pg_current_wal_insert_lsn()::text as lsn`;
      const there = () =>
        standby<{ yes: boolean }[]>`select pg_last_wal_replay_lsn() >= ${end!.lsn}::text::pg_lsn as yes`;
      if (!(await until(async () => (await there())[0]!.yes || undefined, 30_000)))
        throw new Error('the standby does not catch up');
    },
    impatient: async (yes) => {
      const wanted = yes ? '0' : '30s';
      await standby.unsafe(`alter system set max_standby_streaming_delay = '${wanted}'`);
      await standby`select pg_reload_conf()`;
      const inForce = () => standby`select current_setting('max_standby_streaming_delay') as delay`;
      await until(async () => (await inForce())[0]!.delay === wanted || undefined, 30_000);
    },
    stopStandby,
    startStandby,
    silence: door.silence,
  };
}

/** A port that leads to another one, which may change. */
async function openDoor(t: Pick<ExecutionContext, 'teardown'>, target: () => number) {
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((client) => {
    const inner = dial(target(), '127.0.0.1');
    for (const [socket, other] of [
      [client, inner],
      [inner, client],
    ] as const) {
      sockets.add(socket);
      if (silent) socket.pause();
      socket.on('data', (chunk) => void other.write(chunk));
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      if (silent) socket.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    silence(yes: boolean) {
      silent = yes;
      for (const socket of sockets) {
        if (yes) socket.pause();
        else socket.resume();
      }
    },
  };
}
