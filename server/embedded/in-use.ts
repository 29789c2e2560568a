import { randomUUID } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './process.js';

/**
 * Who uses the cluster: a file `in-use.<pid>.<id>` for every open one. With it, the last one out can stop PostgreSQL, and a
 * short command that happened to start it does not take it away from a server. Called under the start lock.
 */
const PREFIX = 'in-use.';

export async function markInUse(dataDir: string): Promise<string> {
  const path = join(dataDir, `${PREFIX}${process.pid}.${randomUUID().slice(0, 8)}`);
  await writeFile(path, '', { flag: 'wx' });
  return path;
}

export const unmark = (path: string) => rm(path, { force: true });

/** Whether a living process has the cluster open. Files of dead ones are removed. */
export async function isInUse(dataDir: string): Promise<boolean> {
  const names = (await readdir(dataDir)).filter((name) => name.startsWith(PREFIX));
  const dead = names.filter((name) => !isAlive(Number(name.split('.')[1])));
  await Promise.all(dead.map((name) => unmark(join(dataDir, name))));
  return dead.length < names.length;
}

/** When no postmaster ran, nobody can be using it: what is left are files of killed processes. */
export async function clearMarks(dataDir: string): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => name.startsWith(PREFIX));
  await Promise.all(names.map((name) => unmark(join(dataDir, name))));
}
