import { chmod, lstat, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { EmbeddedError } from './errors.js';

/** Where the data goes when nobody said: the machine's place for root, the user's own otherwise. */
export function defaultDataDir(env: NodeJS.ProcessEnv = process.env): string {
  if (process.getuid?.() === 0) return '/var/lib/blameprompt-enterprise';
  // The XDG specification says to ignore a relative path.
  const base = env.XDG_DATA_HOME && isAbsolute(env.XDG_DATA_HOME) ? env.XDG_DATA_HOME : join(homedir(), '.local/share');
  return join(base, 'blameprompt-enterprise');
}

/** Makes the data directory if there is none, closes it to others, and answers its real path. */
export async function prepareDataDir(path: string): Promise<string> {
  const dir = resolve(path);
  try {
    await mkdir(dirname(dir), { recursive: true });
    await mkdir(dir, { mode: 0o700 }).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
    const link = await lstat(dir);
    if (link.isSymbolicLink() && link.uid !== 0 && link.uid !== process.getuid?.())
      throw foreign(dir, 'is a symbolic link of another user');
    const real = await realpath(dir);
    await refuseForeign(real);
    if (((await stat(real)).mode & 0o777) !== 0o700) await chmod(real, 0o700);
    return real;
  } catch (cause) {
    if (cause instanceof EmbeddedError) throw cause;
    throw new EmbeddedError(
      'data_dir_unusable',
      `${dir} cannot be used as the data directory (${(cause as Error).message}). Name another one with --data-dir, run as the user it belongs to, or set DATABASE_URL.`,
      { cause },
    );
  }
}

/**
 * We change the mode of this directory and, as root, its owner. That must never happen to /tmp or somebody's home, so a
 * directory has to be new, empty or recognisably ours.
 */
async function refuseForeign(dir: string): Promise<void> {
  const names = (await readdir(dir)).filter((name) => name !== 'lost+found');
  if (names.length === 0 || names.some((name) => name === 'secrets.json' || name.startsWith('start.lock'))) return;
  if (names.includes('postgres') && (await readdir(join(dir, 'postgres'))).includes('PG_VERSION')) return;
  throw foreign(dir, 'holds other files');
}

const foreign = (dir: string, why: string) =>
  new EmbeddedError(
    'data_dir_foreign',
    `${dir} ${why}, so it is not taken as the data directory. Name a new or empty one with --data-dir.`,
  );
