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
}

/** A column of `summed`: what stands in the list, its name and its rows. */
interface Subject {
  label: Fragment;
  name?: Fragment;
  /** Length of the list, where it is not the one that is asked for. */
  top?: number;
}

/** Models, tools, cost bases, and what is suspect ('true'). */
export function topKinds(scope: Scope, top: number): Promise<Record<'model' | 'tool' | 'basis' | 'suspect', List>> {
  const { sql } = scope;
  const subjects = {
    model: { label: sql`value[2]` },
    tool: { label: sql`value[3]` },
    basis: { label: sql`value[4]`, top: 10 },
    suspect: { label: sql`value[5]`, top: 10 },
  };
  return rank(scope, sql`select k.value, s.* from ${summed(scope, 'kind')}`, subjects, top);
}

export function topRepos(scope: Scope, top: number): Promise<Record<'repo', List>> {
  const { sql, orgId } = scope;
  const rows = sql`
    select p.name, s.* from ${summed(scope, 'repo')} join repos p on p.org_id = ${orgId} and p.id = k.value[1]::uuid
  `;
  return rank(scope, rows, { repo: { label: sql`name` } }, top);
}

/** Teams that receipts count for; where they count for none, what their senders named. */
export function topTeams(scope: Scope, top: number): Promise<Record<'team', List>> {
  const { sql, orgId } = scope;
  const rows = sql`
    select coalesce(t.slug, k.value[2]) as slug, t.name, s.*
    from ${summed(scope, 'team')} left join teams t on t.org_id = ${orgId} and t.id = k.value[1]::uuid
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
  const extra = sql`
    union all
    select 'active', null, null, null, count(*), 0, 0 from (
      select from rows where person is not null group by person having sum(receipts) > 0
    ) as a
    union all
    select 'committers', null, null, null, count(*), 0, 0 from (
      select from rows where person is not null group by person having sum(commits) > 0
    ) as c
    union all
    select 'both', null, null, null, count(*), 0, 0 from (
      select from rows where person is not null group by person having sum(receipts) > 0 and sum(commits) > 0
    ) as b
  `;
  const lists = await rank(scope, rows, { person: { label: sql`person` } }, top, extra);
  const count = (name: string) => (lists as Record<string, List>)[name]?.other.values ?? 0;
  return {
    top: lists.person,
    adoption: {
      active_people: count('active'),
      committers: count('committers'),
      active_committers: count('both'),
    },
  };
}

/** Sums `s` by the numbers of a dimension and what these stand for, `k`; commits without those of bots. */
function summed(scope: Scope, dimension: Dimension, streams: ('receipts' | 'commits')[] = ['receipts']): Fragment {
  const { sql, orgId } = scope;
  const measures: Measure[] = ['receipts', 'cost', 'commits', 'commits_by_bots'];
  return sql`
    (
      select ${sql(dimension)} as key, sum(receipts) as receipts, sum(cost) as cost,
        sum(coalesce(commits, 0) - coalesce(commits_by_bots, 0)) as commits
      from (${source(scope, streams, [dimension], measures)}) as u
      group by 1
    ) as s
    join rollup_keys k on k.org_id = ${orgId} and k.id = s.key
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
  length: number,
  extra: Fragment = sql``,
): Promise<Record<Name, List>> {
  const names = Object.keys(subjects) as Name[];
  const ranked = names.map((subject) => {
    const { label, name, top = length } = subjects[subject];
    return sql`
      select ${subject}::text as subject, least(nr, ${top + 1}::int) as nr, case when nr <= ${top}::int then label end as label,
        max(name) as name, count(*) as values, sum(receipts) as receipts, sum(cost) as cost
      from (
        select *, row_number() over (order by receipts desc, cost desc, label) as nr
        from (
          select ${label} as label, ${name ?? sql`null::text`} as name, sum(receipts) as receipts, coalesce(sum(cost), 0) as cost
          from rows group by 1 having sum(receipts) > 0
        ) as l
      ) as r
      group by 1, 2, 3
    `;
  });
  const found = await sql<(Top & { subject: string; nr: number | null; values: number })[]>`
    with rows as materialized (${rows})
    select subject, nr::int, label, name, values::float8, receipts::float8, cost::float8
    from (${ranked.reduce((all, one) => sql`${all} union all ${one}`)} ${extra}) as a
    order by nr
  `;
  const lists: Record<string, List> = {};
  for (const name of names) lists[name] = { list: [], other: { values: 0, receipts: 0, cost: 0 } };
  for (const { subject, nr, values, ...one } of found) {
    lists[subject] ??= { list: [], other: { values: 0, receipts: 0, cost: 0 } };
    if (nr !== null && nr <= (subjects[subject as Name]?.top ?? length)) lists[subject].list.push(one);
    else lists[subject].other = { values, receipts: one.receipts, cost: one.cost };
  }
  return lists as Record<Name, List>;
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
