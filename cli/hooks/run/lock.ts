import { open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** No run takes that long: each of its parts has a limit (background.ts). Scripts use the same time (hooks/parts/start.sh). */
const STALE_MS = 30 * 60_000;

/**
 * Does the work while no other process does it; false when one does. Two may get through where one takes over from a process
 * that died: sending twice is no harm.
 */
export async function withLock(state: string, work: () => Promise<void>): Promise<boolean> {
  const path = join(state, 'lock');
  if (!(await take(path))) {
    if (!(await isStale(path))) return false;
    await rm(path, { force: true });
    if (!(await take(path))) return false;
  }
  try {
    await work();
    return true;
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(`${process.pid}\n`);
    await file.close();
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path);
    const pid = Number.parseInt(await readFile(path, 'utf8'), 10);
    return Date.now() - mtimeMs > STALE_MS || (pid > 0 && !isAlive(pid));
  } catch {
    return false; // gone meanwhile: whoever had it will look again
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
