import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceOwned } from './owned-file.js';
import type { SystemUser } from './system-user.js';

/** What a running postmaster says about itself. */
export interface PidFile {
  pid: number;
  port: number;
  /** starting, ready or stopping */
  status: string;
}

/** No system gives this pid to a process. */
const NOBODY = 2 ** 31 - 1;

/**
 * postmaster.pid, line by line:
 *
 *     4711
 *     /var/lib/blameprompt-enterprise/postgres
 *     1700000000                    start time
 *     41233                         port
 *                                   folder of the Unix socket, none
 *     127.0.0.1
 *      12345678    32768            shared memory
 *     ready
 */
export async function readPidFile(pgDir: string): Promise<PidFile | undefined> {
  const text = await readFile(join(pgDir, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), status: lines[7]?.trim() ?? '' };
}

/**
 * Makes a postmaster.pid whose pid now belongs to another program harmless: PostgreSQL would take that program for a
 * running postmaster and refuse. Only the pid is changed, because the shared memory named below lets PostgreSQL notice
 * server processes that survived their postmaster and still write to the data.
 */
export async function disownPidFile(pgDir: string, user: SystemUser | undefined): Promise<void> {
  const path = join(pgDir, 'postmaster.pid');
  const [, ...rest] = (await readFile(path, 'utf8')).split('\n');
  await replaceOwned(path, [NOBODY, ...rest].join('\n'), user);
}
