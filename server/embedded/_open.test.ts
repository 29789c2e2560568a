import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ExecutionContext } from 'ava';
import postgres from 'postgres';
import { type Cluster, openCluster } from './cluster.js';
import { readPidFile } from './pid-file.js';
import { identify, isAlive } from './process.js';
import { until } from './until.js';

/** A data directory that does not exist yet. Whatever still runs on it when the test is over is ended. */
export async function newDataDir(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  // As root, PostgreSQL's account has to pass.
  await chmod(folder, 0o755);
  const dataDir = join(folder, 'data');
  t.teardown(async () => {
    const pgDir = join(await realpath(dataDir).catch(() => dataDir), 'postgres');
    const pid = (await readPidFile(pgDir))?.pid;
    if (pid && (await identify(pid, pgDir)) === 'ours') {
      process.kill(pid, 'SIGQUIT');
      await until(() => !isAlive(pid) || undefined, 30_000);
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return dataDir;
}

export const open = (t: ExecutionContext, dataDir: string, settings?: Record<string, string>) =>
  openCluster({ dataDir, log: (line) => t.log(line), ...(settings && { settings }) });

/** Durability is not what these tests are about. */
export const quick = { fsync: 'off' };

export async function query<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

const OPEN = `
  const { openCluster } = await import(process.argv[1]);
  const cluster = await openCluster({ dataDir: process.argv[2], log() {} });
  console.log(JSON.stringify(cluster));
  if (process.argv[3] === 'stay') setInterval(() => {}, 1000);`;

/** Opens the cluster in another node process, with a process group of its own as under a shell, and answers what it got. */
export async function openInChild(
  t: ExecutionContext,
  dataDir: string,
  stay: 'stay' | 'leave',
): Promise<{ child: ChildProcess; cluster: Cluster }> {
  const args = ['--input-type=module', '-e', OPEN, new URL('./cluster.js', import.meta.url).href, dataDir, stay];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  t.teardown(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface(child.stdout), 'line');
  if (stay === 'leave' && child.exitCode === null) await once(child, 'exit');
  return { child, cluster: JSON.parse(line) };
}
