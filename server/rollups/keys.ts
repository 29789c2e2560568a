import { BOT_EMAIL, BOT_NAME } from '../../shared/bots.js';
import type { Fragment, Sql } from '../db.js';
import { each } from './measures.js';

const hashOf = (sql: Sql, column: string) => sql.unsafe(`sha256(convert_to(${column}::text, 'UTF8'))`);

/**
 * Runs `work`, which numbers rows, with joins by hash. Of numbers that are new the planner knows nothing, takes them for one, and has each row
 * compared with each of them: with two thousand people that was most of the work of folding.
 */
export async function withHashJoins(sql: Sql, work: () => Promise<unknown>): Promise<void> {
  await sql`set local enable_nestloop = off`;
  await work();
  await sql`set local enable_nestloop to default`;
}

/** Numbers what of the dimensions of `rows` (repo, person, team, kind) has no number yet. For whoever holds the org's state. */
export async function numberKeys(sql: Sql, orgId: string, rows: Fragment): Promise<void> {
  await sql`
    insert into rollup_keys (org_id, id, dimension, hash, value, is_bot)
    select ${orgId}, (select coalesce(max(id), 0) from rollup_keys where org_id = ${orgId}) + row_number() over (),
      dimension, hash, value, dimension = 'person' and (
        coalesce(value[1] ~ ${BOT_EMAIL.source}, false) or coalesce(lower(value[2]) ~ ${BOT_NAME.source}, false)
      )
    from (
      select distinct dimension, value, ${hashOf(sql, 'value')} as hash
      from (select distinct repo, person, team, kind from (${rows}) as f) as d
      cross join lateral (values ('repo', repo), ('person', person), ('team', team), ('kind', kind)) as v (dimension, value)
    ) as v
    where not exists (
      select from rollup_keys k where k.org_id = ${orgId} and k.dimension = v.dimension and k.hash = v.hash
    )
  `;
}

/** The rows with numbers for their dimensions; null for what has no number yet. */
export const numbered = (sql: Sql, orgId: string, rows: Fragment) => sql`
  select f.at, repo_key.id as repo, person_key.id as person, team_key.id as team, kind_key.id as kind, ${each(sql, 'f.$')}
  from (${rows}) as f
  ${keyOf(sql, orgId, 'repo')} ${keyOf(sql, orgId, 'person')} ${keyOf(sql, orgId, 'team')} ${keyOf(sql, orgId, 'kind')}
`;

function keyOf(sql: Sql, orgId: string, dimension: string) {
  const name = sql.unsafe(`${dimension}_key`);
  return sql`
    left join rollup_keys ${name} on ${name}.org_id = ${orgId} and ${name}.dimension = ${dimension}
      and ${name}.hash = ${hashOf(sql, `f.${dimension}`)}
  `;
}
