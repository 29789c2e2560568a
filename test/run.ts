/**
 * Runs the tests on a real PostgreSQL, with the arguments given to AVA, and leaves nothing behind. Without more it starts an
 * embedded one in a temporary folder; TEST_POSTGRES_BIN names the binaries of another, TEST_DATABASE_URL a superuser of
 * a server that runs. With TEST_PGBOUNCER=1 the servers under test reach it through a PgBouncer in transaction mode.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCluster } from '../server/embedded/cluster.js';
import { startPgBouncer } from './pgbouncer.js';
import { prepareServer } from './prepare.js';

async function main(): Promise<number> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return runTests(given);
  const dataDir = await mkdtemp(join(tmpdir(), 'bp-test-'));
  const binDir = process.env.TEST_POSTGRES_BIN;
  const cluster = await openCluster({
    dataDir,
    log: () => {},
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
    ...(binDir && { binDir }),
  });
  try {
    return await runTests(cluster.url);
  } finally {
    await cluster.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function runTests(url: string): Promise<number> {
  const { loginUrl, clean } = await prepareServer(url);
  try {
    if (process.env.TEST_PGBOUNCER !== '1') return await ava(url, loginUrl);
    const bouncer = await startPgBouncer(loginUrl);
    if (!bouncer) throw new Error('TEST_PGBOUNCER is set, and there is no pgbouncer in PATH.');
    try {
      return await ava(url, bouncer.url);
    } finally {
      await bouncer.stop();
    }
  } finally {
    await clean();
  }
}

function ava(url: string, loginUrl: string): Promise<number> {
  const bin = new URL('../../node_modules/ava/entrypoints/cli.mjs', import.meta.url).pathname;
  const env = { ...process.env, TEST_DATABASE_URL: url, TEST_LOGIN_URL: loginUrl };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...process.argv.slice(2)], { stdio: 'inherit', env });
    // It ends, and then we clean up.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

process.exitCode = await main();
