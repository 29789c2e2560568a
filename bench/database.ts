import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import postgres from 'postgres';
import { createApp } from '../server/app.js';
import { createKey } from '../server/auth/key.js';
import { insertKey } from '../server/auth/queries.js';
import { readConfig } from '../server/config.js';
import { createServerLogin } from '../server/database.js';
import { connect, type Database } from '../server/db.js';
import { openCluster } from '../server/embedded/cluster.js';
import { createMetrics } from '../server/metrics/metrics.js';
import { migrate } from '../server/migrate.js';
import { insertOrg } from '../server/orgs/queries.js';

export interface BenchServer {
  origin: string;
  orgId: string;
  key: string;
  db: Database;
  /** As the superuser, past row-level security. */
  admin: postgres.Sql;
  close(): Promise<void>;
}

/** The server on an embedded PostgreSQL of its own, as a small machine would be set up, with one org. */
export async function startBenchServer(): Promise<BenchServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bp-bench-'));
  const cluster = await openCluster({
    dataDir,
    log: () => {},
    settings: { shared_buffers: '1GB', work_mem: '32MB', maintenance_work_mem: '512MB', max_wal_size: '4GB' },
  });
  const admin = postgres(cluster.url, { max: 4, onnotice: () => {} });
  const owner = new URL(cluster.url);
  await admin`create database bench`;
  owner.pathname = '/bench';
  await migrate(owner.href);
  await createServerLogin(owner.href);
  const db = connect({ url: owner.href, statementTimeoutMs: 600_000 });
  const orgId = crypto.randomUUID();
  const key = createKey();
  await db.withSystem(async (sql) => {
    await insertOrg(sql, { id: orgId, slug: 'bench', name: 'bench' });
    await insertKey(sql, { ...key, orgId, id: crypto.randomUUID(), name: 'bench', scopes: ['*'], expiresInDays: null });
  });
  // Rates are another matter; what is measured here is how fast it would be.
  const config = { ...readConfig({}, {}), perKey: 0, perAddress: 0, failedPerAddress: 0 };
  const state = { draining: false };
  const app = createApp({
    ...{ db, config, state, signingKey: undefined, metrics: createMetrics('bench') },
    ...{ log: pino({ level: 'silent' }), version: 'bench' },
  });
  const server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bench = postgres(owner.href, { max: 4, onnotice: () => {} });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    orgId,
    key: key.key,
    db,
    admin: bench,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await db.close();
      await bench.end();
      await admin.end();
      await cluster.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
