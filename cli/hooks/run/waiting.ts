import { access, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isAlive } from './lock.js';

/** What a hook asked for: `4711 post-commit /home/ada/src/app`. */
export interface Entry {
  /** Of the git that ran the hook. */
  git: number;
  hook: string;
  root: string;
}

const GIT_ENDS_MS = 60_000;
const fileOf = (state: string) => join(state, 'waiting');

export const isWaiting = (state: string): Promise<boolean> =>
  access(fileOf(state)).then(
    () => true,
    () => false, // nobody asked
  );

/** Takes everything that hooks have asked for so far. */
export async function takeWaiting(state: string): Promise<Entry[]> {
  const taken = `${fileOf(state)}.${process.pid}`;
  try {
    await rename(fileOf(state), taken);
  } catch {
    return []; // nobody asked
  }
  const text = await readFile(taken, 'utf8');
  await rm(taken, { force: true });
  return text.split('\n').flatMap((line) => {
    const match = /^(\d+) ([\w-]+) (.+)$/.exec(line);
    return match ? [{ git: Number(match[1]), hook: match[2]!, root: match[3]! }] : [];
  });
}

/** Waits for the end of the gits: recorders attach receipts in hooks that run after ours. A rebase may take longer than this waits. */
export async function gitsEnded(entries: readonly Entry[]): Promise<void> {
  const until = Date.now() + GIT_ENDS_MS;
  const gits = new Set(entries.map(({ git }) => git));
  for (let pause = 20; [...gits].some(isAlive) && Date.now() < until; pause = Math.min(pause * 2, 500)) {
    await setTimeout(pause);
  }
}
