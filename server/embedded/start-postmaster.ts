import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers } from './answers.js';
import type { Binaries } from './binaries.js';
import { EmbeddedError } from './errors.js';
import { openOwned } from './owned-file.js';
import { readPidFile } from './pid-file.js';
import type { Postmaster } from './postmaster.js';
import { spawnAs } from './run.js';
import type { SystemUser } from './system-user.js';
import { until } from './until.js';

export interface StartOptions {
  pgDir: string;
  password: string;
  binaries: Binaries;
  user: SystemUser | undefined;
  settings: Record<string, string>;
  /** A port that is free now. Somebody may take it before PostgreSQL does; then the next one is asked for. */
  pickPort?: () => Promise<number>;
}

const WAIT_MS = 60_000;
const LOG_LIMIT = 10 * 1024 * 1024;

/** What the log says when another start may go well. */
const PORT_TAKEN = /could not create any TCP\/IP sockets/;
/** Server processes whose postmaster was killed leave by themselves in a moment. */
const SURVIVORS = /pre-existing shared memory block .* is still in use/;

/** Statements and the rows they fail on may hold prompts. They stay out of the log: DETAIL and STATEMENT lines are left out. */
const PRIVATE_LOG = { log_error_verbosity: 'terse', log_min_error_statement: 'panic' };

/** Starts PostgreSQL on a cluster on which none runs, and returns when it answers. */
export async function startPostmaster(options: StartOptions): Promise<Postmaster> {
  const pickPort = options.pickPort ?? freePort;
  const end = performance.now() + WAIT_MS;
  for (;;) {
    const result = await tryStart(options, await pickPort(), end - performance.now());
    if (typeof result === 'object') return result;
    if (!PORT_TAKEN.test(result) && !SURVIVORS.test(result)) throw failed(options.pgDir, result);
    if (performance.now() > end) throw failed(options.pgDir, result);
    await sleep(100);
  }
}

const failed = (pgDir: string, said: string) =>
  new EmbeddedError(
    'start_failed',
    `PostgreSQL did not start on ${pgDir}. Mend what it names and try again, or set DATABASE_URL. It said:\n${said}`,
  );

/** The postmaster, or the last lines of its log when it left. */
async function tryStart(options: StartOptions, port: number, waitMs: number): Promise<Postmaster | string> {
  const { pgDir, password, binaries, user } = options;
  const settings = {
    ...PRIVATE_LOG,
    ...options.settings,
    // Nobody but programs of this machine that know the password, and no socket file: its path may be too long for one.
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: `${port}`,
  };
  const logFile = join(dirname(pgDir), 'postgres.log');
  const log = await openLog(logFile, user);
  const start = (await log.stat()).size;
  const child = spawn(
    join(binaries.binDir, 'postgres'),
    ['-D', pgDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // A session of its own, so that Ctrl-C in our terminal does not stop it before we are done with it; output to a file,
    // so that it does not die of a closed pipe when we do.
    { ...spawnAs(user, pgDir), detached: true, stdio: ['ignore', log.fd, log.fd] },
  );
  child.unref();
  let left: string | undefined;
  child.once('exit', (code, signal) => {
    left = `ended with ${signal ?? code}`;
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    return (error as Error).message;
  } finally {
    await log.close();
  }
  // A connection is tried only when the file says that this very process has the port: until then it may be a stranger's.
  const ready = await until(async () => {
    if (left) return left;
    const file = await readPidFile(pgDir);
    const listens = file?.pid === child.pid && file?.port === port && file.status === 'ready';
    return (listens && (await answers(port, password))) || undefined;
  }, waitMs);
  if (ready === true) return { pid: child.pid!, port };
  if (ready) return (await readFrom(logFile, start, user)) || ready;
  throw new EmbeddedError(
    'start_timeout',
    `PostgreSQL (process ${child.pid}) is not ready after ${WAIT_MS / 1000} seconds. After a crash it may be recovering, so it was left running: see ${logFile}, and start again to go on waiting.`,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Opens the log for appending. One that has grown is put aside, so that together they stay small. */
async function openLog(path: string, user: SystemUser | undefined) {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > LOG_LIMIT) await rename(path, `${path}.1`);
  return openOwned(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, user);
}

/** The last lines written since `start`. */
async function readFrom(path: string, start: number, user: SystemUser | undefined): Promise<string> {
  const file = await openOwned(path, constants.O_RDONLY, user);
  try {
    const { size } = await file.stat();
    const from = Math.max(start, size - 8192);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.toString('utf8', 0, bytesRead).trim().split('\n').slice(-10).join('\n');
  } finally {
    await file.close();
  }
}
