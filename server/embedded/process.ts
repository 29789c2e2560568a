import { readFileSync } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import { errnoOf } from './errors.js';
import { run } from './run.js';

/**
 * Whether a process runs. A zombie does not: where the first process of a container is node, the dead children of others
 * are never collected, and their pids answer signals for ever.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

/**
 * What runs under the pid that a postmaster.pid names:
 * - ours: the postmaster of that directory
 * - foreign: another program; the pid was given out again after a crash, a reboot or in a new container
 * - unclear: nothing, or we may not look. PostgreSQL decides.
 */
export async function identify(pid: number, pgDir: string): Promise<'ours' | 'foreign' | 'unclear'> {
  const line = await commandLine(pid);
  if (line === undefined) return 'unclear';
  if (line.includes(`/postgres -D ${pgDir} `)) return 'ours';
  if (!/postgres|postmaster/.test(line)) return 'foreign';
  // Started by hand, or of another cluster: every process of PostgreSQL works in its data directory.
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return cwd === undefined ? 'unclear' : cwd === pgDir ? 'ours' : 'foreign';
}

/** Program and arguments; empty for a zombie. */
async function commandLine(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
    return text?.replaceAll('\0', ' ');
  }
  const { ok, output } = await run('ps', ['-ww', '-o', 'args=', '-p', `${pid}`]);
  return ok ? output : undefined;
}
