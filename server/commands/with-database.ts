import type { Config } from '../config.js';
import { createServerLogin, type Location, locateDatabase } from '../database.js';
import { connect, type Database } from '../db.js';
import { migrate } from '../migrate.js';

/** Finds the database and brings it to the newest schema; answers where it is and what was applied. */
export async function prepareDatabase(
  config: Config,
  log: (line: string) => void,
): Promise<Location & { applied: string[] }> {
  const location = await locateDatabase(config, log);
  try {
    const applied = await migrate(location.directUrl);
    if (location.cluster) await createServerLogin(location.directUrl);
    return { ...location, applied };
  } catch (error) {
    await location.cluster?.release();
    throw error;
  }
}

/** Runs `work` on the database, whether or not a server is running on it, and leaves running what was running. */
export async function withDatabase<T>(config: Config, work: (db: Database) => Promise<T>): Promise<T> {
  const location = await prepareDatabase(config, () => {});
  const db = connect({ url: location.url, poolSize: 1 });
  try {
    return await work(db);
  } finally {
    await db.close();
    await location.cluster?.release();
  }
}
