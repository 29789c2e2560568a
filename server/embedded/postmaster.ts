import { answers } from './answers.js';
import { EmbeddedError, errnoOf } from './errors.js';
import { disownPidFile, readPidFile } from './pid-file.js';
import { identify, isAlive } from './process.js';
import type { SystemUser } from './system-user.js';
import { until } from './until.js';

/** A postmaster that answers. */
export interface Postmaster {
  pid: number;
  port: number;
}

const WAIT_MS = 60_000;

/**
 * The postmaster that runs on this data directory: of another of our processes, or left behind by one that was killed.
 * Undefined when none does; then nothing is in the way of starting one. The password is only ever sent to a process that
 * was recognised: behind the port of a stale file anybody may listen.
 */
export async function findRunning(
  pgDir: string,
  password: string,
  user: SystemUser | undefined,
): Promise<Postmaster | undefined> {
  const found = await until<Postmaster | 'none'>(async () => {
    const file = await readPidFile(pgDir);
    if (!file) return 'none';
    const owner = file.pid > 0 ? await identify(file.pid, pgDir) : 'foreign';
    if (owner === 'foreign') await disownPidFile(pgDir, user);
    if (owner !== 'ours') return 'none';
    return file.status === 'ready' && (await answers(file.port, password)) ? file : undefined;
  }, WAIT_MS);
  if (!found) {
    const pid = (await readPidFile(pgDir))?.pid;
    throw new EmbeddedError(
      'not_answering',
      `PostgreSQL runs on ${pgDir} (process ${pid}) but has not answered for ${WAIT_MS / 1000} seconds. See postgres.log beside it; if it is not recovering, end it with "kill -INT ${pid}" and try again.`,
    );
  }
  return found === 'none' ? undefined : found;
}

/** Fast shutdown: open transactions are rolled back, everything committed is written. Returns when the process is gone. */
export async function stopPostmaster(pgDir: string, pid: number): Promise<void> {
  if ((await identify(pid, pgDir)) !== 'ours') return;
  try {
    process.kill(pid, 'SIGINT');
  } catch (cause) {
    if (errnoOf(cause) === 'ESRCH') return;
    throw new EmbeddedError(
      'stop_refused',
      `PostgreSQL (process ${pid}) belongs to another user: stop it as that user.`,
      { cause },
    );
  }
  if (await until(() => !isAlive(pid) || undefined, WAIT_MS)) return;
  throw new EmbeddedError(
    'stop_timeout',
    `PostgreSQL (process ${pid}) was told to stop but has been running on for ${WAIT_MS / 1000} seconds; it may still be writing. See postgres.log beside ${pgDir}.`,
  );
}
