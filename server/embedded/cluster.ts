import { chown, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { urlOf } from './answers.js';
import { findBinaries, removeOtherCopies } from './binaries.js';
import { prepareDataDir } from './data-dir.js';
import { clearMarks, isInUse, markInUse, unmark } from './in-use.js';
import { assertVersion, findVersion, initCluster } from './init-cluster.js';
import { withLock } from './lock.js';
import { findRunning, stopPostmaster } from './postmaster.js';
import { readPassword } from './secrets.js';
import { startPostmaster } from './start-postmaster.js';
import { assertReachable, findSystemUser } from './system-user.js';

export { EmbeddedError } from './errors.js';

export interface ClusterOptions {
  /** Made if there is none. Holds postgres/, secrets.json and postgres.log. */
  dataDir: string;
  log(line: string): void;
  /** Settings of PostgreSQL, used if this call starts it. Where it listens cannot be changed. */
  settings?: Record<string, string>;
  /** The folder of another PostgreSQL's programs, instead of the one from npm. */
  binDir?: string;
}

export interface Cluster {
  /** Reaches the superuser. */
  url: string;
  port: number;
  pid: number;
  /** False when it ran already: started by another process, or left by one that was killed. */
  startedByUs: boolean;
  /** Ends our use, and stops PostgreSQL unless another living process has the cluster open. */
  release(): Promise<void>;
  /** Stops PostgreSQL, whoever uses it. */
  stop(): Promise<void>;
}

/**
 * Our own PostgreSQL in a data directory: made if there is none, started if it does not run. Any number of processes may
 * call it at once and get the same one. It outlives us when we are killed, and the next call finds it running.
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const dataDir = await prepareDataDir(options.dataDir);
  return withLock(lockOf(dataDir), () => open(dataDir, options));
}

async function open(dataDir: string, { log, settings = {}, binDir }: ClusterOptions): Promise<Cluster> {
  const pgDir = join(dataDir, 'postgres');
  const user = await findSystemUser(dataDir, log);
  if (user && (await stat(dataDir)).uid !== user.uid) await chown(dataDir, user.uid, user.gid);
  await assertReachable(dataDir, user);
  const binaries = await findBinaries({ binDir, dataDir, user, log });
  const version = await findVersion(pgDir);
  if (version !== undefined) assertVersion(pgDir, version, binaries);

  const password = await readPassword(dataDir, version !== undefined, user);
  if (version === undefined) {
    log(`making a new PostgreSQL ${binaries.major} database in ${pgDir}`);
    await initCluster(pgDir, password, binaries, user);
  }
  const running = await findRunning(pgDir, password, user);
  if (!running) {
    await clearMarks(dataDir);
    await removeOtherCopies(dataDir, binaries);
  }
  const { pid, port } = running ?? (await startPostmaster({ pgDir, password, binaries, user, settings }));
  log(`PostgreSQL ${running ? 'was running' : 'started'} on 127.0.0.1:${port} (process ${pid})`);
  const mark = await markInUse(dataDir);

  const stop = async () => {
    await unmark(mark);
    await stopPostmaster(pgDir, pid);
  };
  const release = () =>
    withLock(lockOf(dataDir), async () => {
      await unmark(mark);
      if (!(await isInUse(dataDir))) await stop();
    });
  return { url: urlOf(port, password), port, pid, startedByUs: !running, release, stop };
}

const lockOf = (dataDir: string) => join(dataDir, 'start.lock');
