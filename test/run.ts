/**
 * Runs the tests on a real PostgreSQL: starts an embedded one in a temporary folder (or takes TEST_DATABASE_URL: a
 * superuser of a server that may be filled with throw-away databases), makes the template that every test file clones,
 * runs AVA with the arguments given, and cleans up. TEST_POSTGRES_BIN names the binaries of another PostgreSQL.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { openCluster } from '../server/embedded/cluster.js';
import { migrate } from '../server/migrate.js';
import { LOGIN, withDatabase } from './database.js';

const TEMPLATE = `bp_template_${process.pid}`;

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
  await makeTemplate(url);
  try {
    return await ava({ ...process.env, TEST_DATABASE_URL: url, TEST_TEMPLATE: TEMPLATE });
  } finally {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    await sql.unsafe(`drop database if exists ${TEMPLATE} with (force)`);
    await sql.end();
  }
}

async function makeTemplate(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`create database ${TEMPLATE}`);
  await migrate(withDatabase(url, TEMPLATE));
  await sql.unsafe(`do $$ begin
    if not exists (select from pg_roles where rolname = '${LOGIN}') then
      create role ${LOGIN} login noinherit password '${LOGIN}';
    end if;
    grant blameprompt_app, blameprompt_system to ${LOGIN};
  end $$`);
  await sql.end();
}

function ava(env: NodeJS.ProcessEnv): Promise<number> {
  const bin = new URL('../../node_modules/ava/entrypoints/cli.mjs', import.meta.url).pathname;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...process.argv.slice(2)], { stdio: 'inherit', env });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

process.exitCode = await main();
