import type { Database, Sql } from '../db.js';
import { CUBES, type Cube } from './cubes.js';
import { foldOrg } from './fold.js';
import { each, MEASURES } from './measures.js';
import { expectedRows } from './rebuild.js';

/**
 * Compares an org's rollups with its receipts and commits, and answers how many rows differ: 0, always. The number is kept for
 * `rollupDrift`. Nobody waits for it: each cube is compared as of one moment, in one statement.
 */
export async function verifyRollups(db: Database, orgId: string): Promise<number> {
  await foldOrg(db, orgId, { wait: true });
  return db.withTenant(orgId, async (sql) => {
    const [state] = await sql<{ time_zone: string }[]>`
      select time_zone from rollup_state where org_id = ${orgId}
    `;
    await sql`set local statement_timeout = '10min'`;
    let drift = 0;
    for (const cube of CUBES) drift += await countDifferent(sql, orgId, cube, state!.time_zone);
    await sql`update rollup_state set verified_at = now(), drift = ${drift} where org_id = ${orgId}`;
    return drift;
  });
}

async function countDifferent(sql: Sql, orgId: string, cube: Cube, timeZone: string): Promise<number> {
  const differs = MEASURES.map((measure) => `e.${measure} is distinct from r.${measure}`).join(' or ');
  const [row] = await sql<{ drift: number }[]>`
    select count(*)::float8 as drift
    from (
      select * from (${expectedRows(sql, orgId, cube, timeZone)}) as f where (${each(sql, '$')}) is distinct from (${each(sql, 'null::numeric')})
    ) as e
    full join (
      select * from rollups
      where org_id = ${orgId} and cube = ${cube.id} and (${each(sql, '$')}) is distinct from (${each(sql, 'null::numeric')})
    ) as r using (bucket, repo, person, team, kind)
    where ${sql.unsafe(differs)}
  `;
  return row!.drift;
}

export interface Drift {
  /** Rows that the last verifications found different, of all orgs. */
  rows: number;
  /** Orgs whose rollups were never verified since they were built. */
  unverified: number;
}

/** How rollups stand by the last verification of each org: a look at one small table. */
export async function rollupDrift(db: Database): Promise<Drift> {
  const [drift] = await db.withSystem(
    (sql) => sql<Drift[]>`
      select coalesce(sum(drift), 0)::float8 as rows, count(*) filter (where verified_at is null)::float8 as unverified
      from rollup_state
    `,
  );
  return drift!;
}
