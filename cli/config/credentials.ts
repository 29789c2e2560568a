import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../errors.js';
import { userFolder } from './files.js';

/** Keys by the origin (scheme, host, port) of the server that `login` stored them for. */
export type Credentials = Record<string, { api_key: string; org: string; stored_at: string }>;

export const credentialsFile = (env: NodeJS.ProcessEnv) => join(userFolder(env), 'credentials.json');

/** The stored keys, none when nobody logged in. */
export async function readCredentials(env: NodeJS.ProcessEnv): Promise<Credentials> {
  const path = credentialsFile(env);
  try {
    return JSON.parse(await readFile(path, 'utf8')) ?? {};
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new CliError(
      'invalid_credentials',
      `Cannot read ${path}. Remove it and log in again: blameprompt enterprise login`,
      { cause },
    );
  }
}

/** Stores a key for one server; only the user can read the file. */
export async function storeCredential(
  env: NodeJS.ProcessEnv,
  origin: string,
  apiKey: string,
  org: string,
): Promise<void> {
  const path = credentialsFile(env);
  const credentials = {
    ...(await readCredentials(env)),
    [origin]: { api_key: apiKey, org, stored_at: new Date().toISOString() },
  };
  await mkdir(userFolder(env), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}
