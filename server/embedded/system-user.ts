import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedError } from './errors.js';
import { run } from './run.js';

/** The account PostgreSQL runs under when we are root, because it refuses to be root. */
export interface SystemUser {
  uid: number;
  gid: number;
}

/** Used when the machine has no account for PostgreSQL. Not nobody: other programs share that one and could read the data. */
const OWN_ACCOUNT = 'blameprompt';

/**
 * The account to run PostgreSQL under; undefined when we are an ordinary user and it simply runs as us.
 * Data that already belongs to somebody stays theirs: root may run a command on a directory of an ordinary user.
 */
export async function findSystemUser(dataDir: string, log: (line: string) => void): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const path of [join(dataDir, 'postgres'), dataDir]) {
    const owner = await stat(path).catch(() => undefined);
    if (owner && owner.uid !== 0) return (await lookUp(`${owner.uid}`)) ?? { uid: owner.uid, gid: owner.gid };
  }
  return (
    (await lookUp('postgres')) ?? (await lookUp('_postgres')) ?? (await lookUp(OWN_ACCOUNT)) ?? (await addAccount(log))
  );
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
  return uid.ok && gid.ok ? { uid: Number(uid.output), gid: Number(gid.output) } : undefined;
}

async function addAccount(log: (line: string) => void): Promise<SystemUser> {
  const flags = ['--system', '--no-create-home', '--user-group', '--shell', '/usr/sbin/nologin'];
  const added = await run('useradd', [...flags, OWN_ACCOUNT]);
  const user = await lookUp(OWN_ACCOUNT);
  if (!user) {
    throw new EmbeddedError(
      'no_system_user',
      `PostgreSQL does not run as root, there is no system user "postgres", and adding "${OWN_ACCOUNT}" failed (${added.output || 'useradd gave no reason'}). Run as an ordinary user, add a system user "postgres", or set DATABASE_URL.`,
    );
  }
  log(
    `PostgreSQL does not run as root and there was no system user "postgres": added the system user "${OWN_ACCOUNT}"`,
  );
  return user;
}

/** Prints the first folder that may not be entered. The shell asks the kernel, so access lists and the like count too. */
const FIRST_CLOSED = 'for dir; do [ -x "$dir" ] || { printf %s "$dir"; exit 1; }; done';

/** Finds out before PostgreSQL does (its own message names the wrong folder) whether its account can get to the data. */
export async function assertReachable(dataDir: string, user: SystemUser | undefined): Promise<void> {
  if (!user) return;
  const folders = [dataDir];
  while (folders[0] !== '/') folders.unshift(dirname(folders[0]!));
  const { ok, output } = await run('/bin/sh', ['-c', FIRST_CLOSED, 'sh', ...folders], user);
  if (ok) return;
  throw new EmbeddedError(
    'data_dir_unreachable',
    `PostgreSQL does not run as root but as user ${user.uid}, which may not enter ${output}, a folder on the way to ${dataDir}. Choose a data directory elsewhere (--data-dir), open the folder (chmod o+x '${output}'), or set DATABASE_URL.`,
  );
}
