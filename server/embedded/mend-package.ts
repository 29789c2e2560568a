import { chmod, lstat, readdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { errnoOf } from './errors.js';

/**
 * Makes the symbolic links that npm cannot pack and the package's install script would have made (companies often install
 * with --ignore-scripts), and gives programs back the executable bit that some archives lose.
 */
export async function mendPackage(native: string): Promise<void> {
  for (const { source, target } of await readLinks(join(native, 'pg-symlinks.json'))) {
    const path = join(native, relative('native', target));
    if (await lstat(path).catch(() => undefined)) continue;
    await symlink(relative(dirname(target), source), path).catch((error) => {
      // Another process mends the same package.
      if (errnoOf(error) !== 'EEXIST') throw error;
    });
  }
  for (const name of await readdir(join(native, 'bin'))) {
    const path = join(native, 'bin', name);
    if (((await lstat(path)).mode & 0o111) === 0) await chmod(path, 0o755);
  }
}

/** Both paths start with `native/`. A system's own PostgreSQL has no such list. */
async function readLinks(list: string): Promise<{ source: string; target: string }[]> {
  try {
    return JSON.parse(await readFile(list, 'utf8'));
  } catch {
    return [];
  }
}
