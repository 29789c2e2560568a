import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../errors.js';

/** Folders that hold other people's code or a tool's files, and never a clone that somebody works in. */
const SKIPPED = new Set(['node_modules', '.git', '.cache', '.npm', '.venv', 'vendor']);
const MAX_DEPTH = 8;

/**
 * The clones below a folder, in the order of their paths: work trees (`.git` is a folder, or a file in linked worktrees
 * and submodules) and bare repositories. Folders that cannot be read are passed over; symbolic links are not followed.
 */
export async function findClones(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw new CliError('no_folder', `Cannot read the folder ${folder} (${cause.code}).`, { cause });
  });
  return walk(folder, entries, 0);
}

async function walk(folder: string, entries: Awaited<ReturnType<typeof list>>, depth: number): Promise<string[]> {
  const names = new Set(entries.map(({ name }) => name));
  const found: string[] = [];
  if (names.has('.git')) found.push(folder);
  else if (names.has('HEAD') && names.has('objects') && names.has('refs')) return [folder];
  if (depth === MAX_DEPTH) return found;
  const folders = entries
    .filter((entry) => entry.isDirectory() && !SKIPPED.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name } of folders) {
    const path = join(folder, name);
    found.push(...(await walk(path, await list(path), depth + 1)));
  }
  return found;
}

function list(path: string) {
  return readdir(path, { withFileTypes: true }).catch(() => []); // not for us to read: nothing of it is ours to send
}
