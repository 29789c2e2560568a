import type { Fragment, Sql } from '../db.js';
import { lockOrg } from '../orgs/lock.js';
import { findSettings } from '../settings/queries.js';
import { reattributeCommits } from '../teams/attribute.js';
import { CUBES, type Cube, sourceOf } from './cubes.js';
import { numbered, numberKeys, withHashJoins } from './keys.js';
import { allFacts, each } from './measures.js';

/** Builds the rollups of an org that has none. Of several who come at once, one does it. */
export async function buildRollups(sql: Sql, orgId: string): Promise<void> {
  await lockOrg(sql, orgId, 'alone');
  const [built] = await sql`select from rollup_state where org_id = ${orgId}`;
  if (!built) await rebuildRollups(sql, orgId);
}

/**
 * Builds an org's rollups anew from its receipts and commits, in the time zone of its settings, and forgets the deltas that
 * wait. Nothing is stored for the org meanwhile. For after an erasure too: the names of people without facts go.
 */
export async function rebuildRollups(sql: Sql, orgId: string): Promise<void> {
  await lockOrg(sql, orgId, 'alone');
  const [built] = await sql`select from rollup_state where org_id = ${orgId} for update`;
  if (!built) await reattributeCommits(sql, orgId, sql`true`);
  const timeZone = await usableZone(sql, (await findSettings(sql, orgId)).time_zone);
  await sql`
    insert into rollup_state (org_id, time_zone) values (${orgId}, ${timeZone})
    on conflict (org_id) do update
      set time_zone = excluded.time_zone, rebuilt_at = now(), verified_at = null, drift = null
  `;
  for (const table of ['rollups', 'rollup_deltas', 'rollup_keys'])
    await sql`delete from ${sql(table)} where org_id = ${orgId}`;
  await withHashJoins(sql, async () => {
    await numberKeys(sql, orgId, allFacts(sql, orgId));
    for (const cube of CUBES)
      await sql`
        insert into rollups (org_id, cube, bucket, repo, person, team, kind, ${each(sql, '$')})
        ${expectedRows(sql, orgId, cube, timeZone)}
        order by bucket, repo, person, team, kind -- what is read together lies together: a tenth of the pages
      `;
  });
}

/** The rows that a cube should have, by the facts or by the cube that it is a sum of, which must stand. */
export function expectedRows(sql: Sql, orgId: string, cube: Cube, timeZone: string) {
  const { id, grain, by } = cube;
  const has = (name: Cube['by'][number]) => (by.includes(name) ? sql.unsafe(name) : sql`0`);
  const of = sourceOf(cube);
  const bucket =
    grain === 'ever'
      ? sql`'-infinity'::timestamptz`
      : grain === 'quarter' || of?.grain === grain
        ? sql`at`
        : sql`date_trunc(${grain}, at, ${timeZone})`;
  const rows: Fragment = of
    ? sql`
        select bucket as at, repo, person, team, kind, ${each(sql, '$')}
        from rollups
        where org_id = ${orgId} and cube = ${of.id}
      `
    : by.length === 0
      ? foldedFacts(sql, orgId)
      : // Summed before they are numbered: numbering takes longer than adding.
        numbered(
          sql,
          orgId,
          sql`
            select ${bucket} as at, repo, person, team, kind, ${each(sql, 'sum($) as $')}
            from (${foldedFacts(sql, orgId)}) as f
            group by 1, 2, 3, 4, 5
          `,
        );
  return sql`
    select ${orgId}::uuid as org_id, ${id}::smallint as cube, ${bucket} as bucket, ${has('repo')} as repo,
      ${has('person')} as person, ${has('team')} as team, ${has('kind')} as kind, ${each(sql, 'nullif(sum($), 0) as $')}
    from (${rows}) as f
    group by 3, 4, 5, 6, 7
  `;
}

/** The facts without what waits to be folded: both are read at one moment. */
const foldedFacts = (sql: Sql, orgId: string) => sql`
  ${allFacts(sql, orgId)}
  union all
  select at, at, repo, person, team, kind, ${each(sql, '-$')} from rollup_deltas where org_id = ${orgId}
`;

/** PostgreSQL's list of time zones may be older than the one that settings are checked by. */
async function usableZone(sql: Sql, timeZone: string): Promise<string> {
  const [known] = await sql`select from pg_timezone_names where lower(name) = lower(${timeZone})`;
  return known ? timeZone : 'UTC';
}
