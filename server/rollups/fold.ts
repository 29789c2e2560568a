import type { Database, Fragment, Sql } from '../db.js';
import { CUBES, type Cube, EVER, FINEST, type Grain, MONTHLY, YEARLY } from './cubes.js';
import { numbered, numberKeys, withHashJoins } from './keys.js';
import { each } from './measures.js';
import { buildRollups } from './rebuild.js';

/** Deltas that one transaction folds. */
const PORTION = 20_000;
/** The more are folded at once, the less work each is; readers wait for those that wait. */
const MANY = 10_000;

/**
 * Adds an org's waiting deltas to its rollups. Whoever does it holds the row of rollup_state, so sums that every batch adds to are
 * never waited for by batches. `wait` false: when somebody else is at it, leaves it to them.
 */
export async function foldOrg(db: Database, orgId: string, { wait }: { wait: boolean }): Promise<void> {
  while (await db.withTenant(orgId, (sql) => foldPortion(sql, orgId, wait)));
}

/** True when so many deltas wait that whoever sends more should help folding. Rollups that are not built yet nobody should wait for. */
export async function manyWait(sql: Sql, orgId: string): Promise<boolean> {
  const [row] = await sql<{ many: boolean }[]>`
    select coalesce(max(id) - min(id), 0) >= ${MANY} and exists (select from rollup_state where org_id = ${orgId}) as many
    from rollup_deltas where org_id = ${orgId}
  `;
  return row!.many;
}

/** True when there may be more. */
async function foldPortion(sql: Sql, orgId: string, wait: boolean): Promise<boolean> {
  const [waiting] = await sql<{ built: boolean; deltas: boolean }[]>`
    select exists (select from rollup_state where org_id = ${orgId}) as built,
      exists (select from rollup_deltas where org_id = ${orgId}) as deltas
  `;
  if (!waiting!.built) {
    await buildRollups(sql, orgId);
    return false;
  }
  if (!waiting!.deltas) return false;
  const [state] = await sql<{ time_zone: string }[]>`
    select time_zone from rollup_state where org_id = ${orgId} for update ${wait ? sql`` : sql`skip locked`}
  `;
  if (!state) return false;
  // A statement of its own: it sees what was folded while we waited. The numbers are fixed, since deltas come in between.
  const ids = await sql<{ id: string }[]>`
    select id from rollup_deltas where org_id = ${orgId} order by id limit ${PORTION}
  `;
  if (ids.length === 0) return false;
  const chosen = sql`org_id = ${orgId} and id = any(${ids.map(({ id }) => id)}::bigint[])`;
  const deltas = sql`select at, repo, person, team, kind, ${each(sql, '$')} from rollup_deltas where ${chosen}`;
  await withHashJoins(sql, async () => {
    await numberKeys(sql, orgId, deltas);
    await sql`
      with delta as materialized (${numbered(sql, orgId, deltas)}),
      ${addedUp(sql, state.time_zone)}
      insert into rollups (org_id, cube, bucket, repo, person, team, kind, ${each(sql, '$')})
      select ${orgId}, cube, bucket, repo, person, team, kind, ${each(sql, 'nullif($, 0)')}
      from summed
      on conflict (org_id, cube, bucket, repo, person, team, kind) do update set
        ${each(sql, '$ = nullif(coalesce(rollups.$, 0) + coalesce(excluded.$, 0), 0)')}
    `;
  });
  await sql`delete from rollup_deltas where ${chosen}`;
  await sql`update rollup_state set version = version + 1 where org_id = ${orgId}`;
  return ids.length === PORTION;
}

/** Cubes that others are summed from while deltas are folded, and what these are: a third of the work of summing each from the deltas. */
const STEPS: [from: Cube | 'delta', cubes: Cube[]][] = [
  ['delta', [...cubesOf('quarter'), FINEST]],
  [FINEST, [...cubesOf('day', FINEST), MONTHLY]],
  [MONTHLY, [...cubesOf('month', MONTHLY), YEARLY]],
  [YEARLY, [...cubesOf('year', YEARLY), EVER]],
  [EVER, cubesOf('ever', EVER)],
];

function cubesOf(grain: Grain, without?: Cube): Cube[] {
  return CUBES.filter((cube) => cube.grain === grain && cube !== without);
}

/** The sums of `delta` in all cubes, as `summed`. */
function addedUp(sql: Sql, timeZone: string): Fragment {
  const steps = STEPS.map(([from, cubes], nr) => {
    const rows =
      from === 'delta'
        ? sql`select at, repo, person, team, kind, ${each(sql, '$')} from delta`
        : sql`select bucket as at, repo, person, team, kind, ${each(sql, '$')} from ${sql(`step_${nr - 1}`)} where cube = ${from.id}`;
    return sql`
      ${sql(`step_${nr}`)} as materialized (
        select cube, bucket, repo, person, team, kind, ${each(sql, 'sum($) as $')}
        from (${spread(sql, rows, cubes, timeZone)}) as s
        group by 1, 2, 3, 4, 5, 6
      )
    `;
  });
  const all = STEPS.map((_, nr) => sql`select * from ${sql(`step_${nr}`)}`);
  return sql`
    ${steps.reduce((before, step) => sql`${before}, ${step}`)},
    summed as (${all.reduce((before, one) => sql`${before} union all ${one}`)})
  `;
}

/** Each row once for every cube that it counts in. */
function spread(sql: Sql, rows: Fragment, cubes: Cube[], timeZone: string): Fragment {
  const list = cubes.map(({ id, grain, by }) => {
    const has = ['repo', 'person', 'team', 'kind'].map((name) => by.includes(name as Cube['by'][number]));
    return `(${id}, '${grain}', ${has.join(', ')})`;
  });
  return sql`
    select c.cube,
      case c.grain when 'quarter' then d.at when 'day' then d.day when 'month' then d.month when 'year' then d.year
        else '-infinity' end as bucket,
      case when c.repo then d.repo else 0 end as repo, case when c.person then d.person else 0 end as person,
      case when c.team then d.team else 0 end as team, case when c.kind then d.kind else 0 end as kind, ${each(sql, '$')}
    from (
      select *, date_trunc('day', at, ${timeZone}) as day, date_trunc('month', at, ${timeZone}) as month,
        date_trunc('year', at, ${timeZone}) as year
      from (${rows}) as r
    ) as d
    cross join (values ${sql.unsafe(list.join(', '))}) as c (cube, grain, repo, person, team, kind)
  `;
}
