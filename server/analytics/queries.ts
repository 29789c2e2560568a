import type { Fragment } from '../db.js';
import type { Dimension } from '../rollups/cubes.js';
import type { Measure } from '../rollups/measures.js';
import { type Scope, source } from './source.js';

// A metric is a function, its SQL stands in it. All of them read sums through `source`, and each reads as much as it can at once:
// planning a statement takes as long as running it.

const TOTALS = [
  'receipts',
  'cost',
  'input',
  'output',
  'cache_read',
  'cache_creation',
  'accepted',
  'overridden',
  'recorded',
  'recorded_cost',
  'estimated',
  'estimated_cost',
  'suspect',
  'suspect_cost',
] as const;
const LINES = ['added', 'deleted', 'ai', 'human', 'unknown', 'added_by_bots'] as const;
const COMMITS = ['commits', 'commits_with_receipts', 'commits_with_ai_trailers', 'commits_by_bots'] as const;

/**
 * Sums over receipts, and over the lines of non-merge commits on default branches (docs/counting.md). Who wrote the commit, where,
 * when and for which team filter the commits; tool, provider and model filter the AI lines in them.
 */
export async function totals(scope: Scope) {
  const { sql } = scope;
  const measures = [...TOTALS, ...LINES, ...COMMITS];
  const sums = measures.map((name) => `coalesce(sum(${name}), 0)::float8 as ${name}`).join(', ');
  const [row] =
    await sql`select ${sql.unsafe(sums)} from (${source(scope, ['receipts', 'commits'], [], measures)}) as s`;
  const all = row as Record<(typeof measures)[number], number>;
  if (!scope.keys.kind) return all;
  const [parts] = await sql<{ ai: number }[]>`
    select coalesce(sum(ai_of_kind), 0)::float8 as ai from (${source(scope, ['parts'], [], ['ai_of_kind'])}) as s
  `;
  return { ...all, ai: parts!.ai };
}

export interface Top {
  label: string | null;
  name: string | null;
  receipts: number;
  cost: number;
}

export interface List {
  list: Top[];
  /** All that is not in the list. */
  other: { values: number; receipts: number; cost: number };
  /** Values (known ones) with receipts, with commits, with both. */
  active: number;
  committers: number;
  both: number;
}

/** A column of `summed`: what stands in the list, and its name. */
interface Subject {
  label: Fragment;
  name?: Fragment;
}

export function topKinds(scope: Scope, top: number): Promise<Record<'model' | 'tool', List>> {
  const { sql } = scope;
  const subjects = { model: { label: sql`value[2]` }, tool: { label: sql`value[3]` } };
  return rank(scope, sql`select k.value, s.* from ${summed(scope, 'kind')}`, subjects, top);
}

export function topRepos(scope: Scope, top: number): Promise<Record<'repo', List>> {
  const { sql, orgId } = scope;
  const rows = sql`
    select p.name, s.* from ${summed(scope, 'repo')} join repos p on p.org_id = ${orgId} and p.id::text = k.value[1]
  `;
  return rank(scope, rows, { repo: { label: sql`name` } }, top);
}

/** Teams that receipts count for; where they count for none, what their senders named. */
export function topTeams(scope: Scope, top: number): Promise<Record<'team', List>> {
  const { sql, orgId } = scope;
  const rows = sql`
    select coalesce(t.slug, k.value[2]) as slug, t.name, s.*
    from ${summed(scope, 'team')} left join teams t on t.org_id = ${orgId} and t.id::text = k.value[1]
  `;
  return rank(scope, rows, { team: { label: sql`slug`, name: sql`max(name)` } }, top);
}

/** People with most receipts, how many have receipts, how many commits that count, and how many both; no bots. */
export async function people(scope: Scope, top: number) {
  const { sql } = scope;
  const rows = sql`
    select coalesce(k.value[1], k.value[2]) as person, s.* from ${summed(scope, 'person', ['receipts', 'commits'])}
    where not k.is_bot
  `;
  const lists = await rank(scope, rows, { person: { label: sql`person` } }, top);
  const { active, committers, both } = lists.person;
  return { top: lists.person, adoption: { active_people: active, committers, active_committers: both } };
}

/**
 * Sums `s` by the numbers of a dimension and what these stand for, `k`; commits without those of bots. Counts are added as float8, which
 * is exact to 2^53 and several times as fast as the numeric that sums of bigint are.
 */
function summed(scope: Scope, dimension: Dimension, streams: ('receipts' | 'commits')[] = ['receipts']): Fragment {
  const { sql, orgId } = scope;
  const measures: Measure[] = ['receipts', 'cost', 'commits', 'commits_by_bots'];
  return sql`
    (
      select ${sql(dimension)} as key, sum(receipts::float8) as receipts, sum(cost) as cost,
        sum((coalesce(commits, 0) - coalesce(commits_by_bots, 0))::float8) as commits
      from (${source(scope, streams, [dimension], measures)}) as u
      group by 1
    ) as s
    join rollup_keys k on k.org_id = ${orgId} and k.dimension = ${dimension} and k.id = s.key
  `;
}

/**
 * For each subject the values with most receipts, and all others as one; null is "not known" and stands in the list like any
 * other. One statement for all of them.
 */
async function rank<Name extends string>(
  { sql }: Scope,
  rows: Fragment,
  subjects: Record<Name, Subject>,
  top: number,
): Promise<Record<Name, List>> {
  const names = Object.keys(subjects) as Name[];
  const ranked = names.map((subject) => {
    const { label, name } = subjects[subject];
    return sql`select * from (
      with grouped as materialized (
        select ${label} as label, ${name ?? sql`null::text`} as name, coalesce(sum(receipts), 0) as receipts,
          coalesce(sum(cost), 0) as cost, coalesce(sum(commits), 0) as commits
        from rows group by 1
      ), listed as materialized (
        select * from grouped where receipts > 0 order by receipts desc, cost desc, label limit ${top}
      )
      select ${subject}::text as subject,
        (
          select coalesce(json_agg(json_build_object('label', label, 'name', name, 'receipts', receipts::float8, 'cost', cost::float8)), '[]')
          from listed
        ) as list,
        json_build_object(
          'values', count(*) filter (where receipts > 0) - (select count(*) from listed),
          'receipts', (coalesce(sum(receipts), 0) - (select coalesce(sum(receipts), 0) from listed))::float8,
          'cost', (coalesce(sum(cost) filter (where receipts > 0), 0) - (select coalesce(sum(cost), 0) from listed))::float8
        ) as other,
        (count(*) filter (where label is not null and receipts > 0))::float8 as active,
        (count(*) filter (where label is not null and commits > 0))::float8 as committers,
        (count(*) filter (where label is not null and receipts > 0 and commits > 0))::float8 as "both"
      from grouped
    ) as s`;
  });
  const found = await sql<({ subject: Name } & List)[]>`
    with rows as materialized (${rows}) ${ranked.reduce((all, one) => sql`${all} union all ${one}`)}
  `;
  return Object.fromEntries(found.map(({ subject, ...list }) => [subject, list])) as Record<Name, List>;
}

/** Receipts and cost by the first days of buckets; a bucket without receipts is left out. The cover of the scope has no months. */
export async function trend(scope: Scope, bucket: 'day' | 'week' | 'month', timeZone: string) {
  const { sql } = scope;
  return sql<{ date: string; receipts: number; cost: number }[]>`
    select to_char(date_trunc(${bucket}, at at time zone ${timeZone}), 'YYYY-MM-DD') as date, sum(receipts)::float8 as receipts,
      coalesce(sum(cost), 0)::float8 as cost
    from (
      select at, sum(receipts) as receipts, sum(cost) as cost
      from (${source(scope, ['receipts'], [], ['receipts', 'cost'])}) as u
      group by at
    ) as s
    group by 1
    having sum(receipts) > 0
    order by 1
  `;
}
