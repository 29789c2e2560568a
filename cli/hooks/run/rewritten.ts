import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * `rewritten`: a line `<old oid> <new oid>` for each commit that an amend or a rebase replaced, oldest first, as git tells its
 * post-rewrite hook (anything after the second oid is git's to add). Kept for those who follow lines through rebases.
 */
const fileOf = (state: string) => join(state, 'rewritten');
const MAX_BYTES = 8 * 1024 * 1024;
const KEPT_BYTES = 4 * 1024 * 1024;

/** Drops the oldest lines of a file that has grown too long. */
export async function trimRewritten(state: string): Promise<void> {
  const path = fileOf(state);
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  if (size <= MAX_BYTES) return;
  const kept = (await readFile(path)).subarray(-KEPT_BYTES);
  await writeFile(`${path}.tmp`, kept.subarray(kept.indexOf('\n') + 1));
  await rename(`${path}.tmp`, path);
}
