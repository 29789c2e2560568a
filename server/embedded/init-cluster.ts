import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Binaries } from './binaries.js';
import { EmbeddedError, errnoOf } from './errors.js';
import { replaceOwned, syncFolder } from './owned-file.js';
import { run } from './run.js';
import type { SystemUser } from './system-user.js';

/** The cluster's major version; undefined when there is no cluster yet. */
export async function findVersion(pgDir: string): Promise<number | undefined> {
  try {
    return Number(await readFile(join(pgDir, 'PG_VERSION'), 'utf8'));
  } catch (cause) {
    const names = await readdir(pgDir).catch(() => []);
    if (errnoOf(cause) === 'ENOENT' && names.length === 0) return undefined;
    throw new EmbeddedError(
      'not_a_cluster',
      `${pgDir} exists but is not a PostgreSQL data directory. Restore it from a backup, or move it away to start empty.`,
      { cause },
    );
  }
}

export function assertVersion(pgDir: string, version: number, { major }: Binaries): void {
  if (version === major) return;
  throw new EmbeddedError(
    'version_mismatch',
    `${pgDir} was made by PostgreSQL ${version}, and this is PostgreSQL ${major}, which cannot read it. Nothing was changed. Dump it with the release that made it (pg_dump), then restore the dump into a new --data-dir; or go on with that release.`,
  );
}

/**
 * Makes a new cluster. It gets its name only when it is complete, so a crash on the way leaves nothing but a folder to
 * throw away. Every attempt has its own: an initdb whose parent was killed may still be writing into the last one.
 */
export async function initCluster(
  pgDir: string,
  password: string,
  binaries: Binaries,
  user: SystemUser | undefined,
): Promise<void> {
  const fresh = `${pgDir}.new-${randomUUID().slice(0, 8)}`;
  const passwordFile = `${fresh}.pw`;
  await removeAttempts(pgDir);
  await replaceOwned(passwordFile, password, user);
  const args = [
    ...['-D', fresh, '--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    ...['--encoding=UTF8', ...localeArgs(binaries.major), '--data-checksums', '--no-instructions'],
  ];
  const { ok, output } = await run(join(binaries.binDir, 'initdb'), args, user, dirname(pgDir));
  await rm(passwordFile, { force: true });
  if (!ok) {
    await removeAttempts(pgDir);
    throw new EmbeddedError(
      'initdb_failed',
      `Making a new database in ${pgDir} failed. Make sure that the disk has room and the folder can be written, then try again. initdb said:\n${output}`,
    );
  }
  await rename(fresh, pgDir);
  await syncFolder(dirname(pgDir));
}

/**
 * The same order and the same letters on every machine and after every system update: indexes on text made with a C
 * library's locale silently break when that library changes. From 17 on PostgreSQL brings C.UTF-8 itself, which also
 * knows that É is the capital of é; before, C knows only ASCII's.
 */
function localeArgs(major: number): string[] {
  return major >= 17 ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : ['--locale=C'];
}

async function removeAttempts(pgDir: string): Promise<void> {
  const folder = dirname(pgDir);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(pgDir)}.new-`)) continue;
    // An orphaned initdb may still be adding files. What stays is removed by the next one, and never in the way.
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
  }
}
