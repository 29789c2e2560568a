import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedError, errnoOf } from './errors.js';
import { openOwned, replaceOwned } from './owned-file.js';
import type { SystemUser } from './system-user.js';

/**
 * The superuser's password from secrets.json, made up when there is no cluster yet. It is on disk before initdb runs:
 * a cluster whose password nobody knows would be lost. Other members of the file are kept.
 */
export async function readPassword(
  dataDir: string,
  clusterExists: boolean,
  user: SystemUser | undefined,
): Promise<string> {
  const path = join(dataDir, 'secrets.json');
  const secrets = await readSecrets(path, user);
  if (typeof secrets.postgres_password === 'string') return secrets.postgres_password;
  if (clusterExists) {
    throw new EmbeddedError(
      'secrets_missing',
      `${path} has no postgres_password, so nobody can log in to the database beside it. Restore the file from a backup, or move ${join(dataDir, 'postgres')} away to start empty.`,
    );
  }
  const postgres_password = randomBytes(32).toString('base64url');
  await replaceOwned(path, `${JSON.stringify({ ...secrets, postgres_password }, null, 2)}\n`, user);
  return postgres_password;
}

async function readSecrets(path: string, user: SystemUser | undefined): Promise<Record<string, unknown>> {
  try {
    const file = await openOwned(path, constants.O_RDONLY, user);
    try {
      return JSON.parse(await file.readFile('utf8'));
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return {};
    throw new EmbeddedError(
      'secrets_unreadable',
      `${path} cannot be read (${(cause as Error).message}). Run as the user it belongs to, or restore it from a backup.`,
      { cause },
    );
  }
}
