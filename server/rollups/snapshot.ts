import type { Database, Sql } from '../db.js';
import { unavailable } from '../errors.js';
import { foldOrg } from './fold.js';

/** A batch can come in between folding and the snapshot; this often in a row it does not. */
const TRIES = 20;

/** As `db.withSnapshot`, with rollups that hold all that the snapshot sees. */
export async function withFoldedSnapshot<T>(db: Database, orgId: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  for (let tries = 0; tries < TRIES; tries++) {
    await foldOrg(db, orgId, { wait: true });
    const done = await db.withSnapshot(orgId, async (sql) => {
      const [waiting] = await sql`select from rollup_deltas where org_id = ${orgId} limit 1`;
      return waiting ? undefined : { value: await work(sql) };
    });
    if (done) return done.value;
  }
  throw unavailable(new Error('batches came faster than they were added up'));
}
