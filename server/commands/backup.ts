import { restoreBackup } from '../backup/restore-backup.js';
import { writeBackup } from '../backup/write-backup.js';
import type { Config } from '../config.js';
import { type Claim, claimCluster, locateDatabase } from '../database.js';
import { ServerError } from '../errors.js';
import { version } from '../version.js';
import type { Output } from './output.js';
import { prepareDatabase } from './with-database.js';

const KEY_HINT = 'The signing key is not in it: keep a copy of that elsewhere.';

/** `backup -o <file>`: while the server runs or not. */
export async function backup(config: Config, path: string | undefined): Promise<Output> {
  if (!path) throw new ServerError('usage', 'Say where to: blameprompt-server backup -o <file>');
  const { directUrl, cluster } = await prepareDatabase(config, () => {});
  try {
    const { tables } = await writeBackup(directUrl, path, version);
    return { json: { file: path, tables }, text: `Wrote ${tables} tables to ${path}. ${KEY_HINT}` };
  } finally {
    await cluster?.release();
  }
}

/** `restore <file>`: into a database without orgs, or with `--force` in place of them. No server may run on it. */
export async function restore(config: Config, path: string | undefined, force: boolean): Promise<Output> {
  if (!path) throw new ServerError('usage', 'Say which: blameprompt-server restore <file>');
  const { directUrl, cluster } = await locateDatabase(config, () => {});
  let claim: Claim | undefined;
  try {
    claim = cluster && (await claimCluster(directUrl, config.dataDir));
    const { created_at, program } = await restoreBackup(directUrl, path, { force });
    return {
      json: { file: path, created_at, program },
      text: `Restored what version ${program} saved at ${created_at}. Start the server with the signing key of that time.`,
    };
  } finally {
    await claim?.release();
    await cluster?.release();
  }
}
