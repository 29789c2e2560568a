import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { EmbeddedError, errnoOf } from './errors.js';
import { isAlive } from './process.js';
import { until } from './until.js';

const BEAT_MS = 2_000;
/** After so long without a beat the holder is gone, even if its pid lives: in containers pids come back at once. */
const STALE_MS = 20_000;

/**
 * Runs `work` while no other process does, by a file that holds our pid. A holder that was killed is recognised and its
 * file removed. Should two ever work at once after all (one was suspended for long), nothing breaks: clusters come into
 * being by a rename, and PostgreSQL itself keeps a second postmaster out.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, waitMs = 180_000): Promise<T> {
  const token = `${process.pid} ${randomUUID()}\n`;
  if (!(await until(() => take(file, token) || undefined, waitMs))) {
    throw new EmbeddedError(
      'lock_timeout',
      `Process ${read(file)?.split(' ')[0]} has been starting or stopping the database for ${waitMs / 1000} seconds and holds ${file}. If it hangs, end it and try again.`,
    );
  }
  const beat = setInterval(() => touch(file), BEAT_MS).unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if (read(file) === token) rmSync(file, { force: true });
  }
}

function take(file: string, token: string): boolean {
  if (create(file, token)) return true;
  const breaker = `${file}.break`;
  if (isStale(file) && create(breaker, token)) {
    // Only one at a time removes a stale file, and looks again before: it might be the fresh one of a faster process.
    if (isStale(file)) rmSync(file, { force: true });
    rmSync(breaker, { force: true });
  } else if (ageOf(breaker) > STALE_MS) rmSync(breaker, { force: true });
  return false;
}

function create(file: string, token: string): boolean {
  try {
    // Readable for others: root and the directory's owner may meet here, and the directory is closed anyway.
    writeFileSync(file, token, { flag: 'wx', mode: 0o644 });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function isStale(file: string): boolean {
  // An empty file is one that is just being written.
  const pid = Number.parseInt(read(file) ?? '', 10);
  return (pid > 0 && !isAlive(pid)) || ageOf(file) > STALE_MS;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Milliseconds since the last beat, 0 when there is no file. */
function ageOf(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Taken from us while the machine slept; see withLock on why that is harmless.
  }
}
