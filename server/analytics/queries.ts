import type { Fragment } from '../db.js';
import type { Dimension } from '../rollups/cubes.js';
import { type Scope, type Stream, source } from './source.js';

/** A metric is a function, its SQL stands in it. All of them read sums through `source`. */

export async function totals(scope: Scope) {
  const { sql } = scope;
  const sum = (measure: string) => sql.unsafe(`coalesce(sum(${measure}), 0)::float8 as ${measure}`);
  const [row] = await sql`
    select ${sum('receipts')}, ${sum('cost')}, ${sum('input')}, ${sum('output')}, ${sum('cache_read')},
      ${sum('cache_creation')}, ${sum('accepted')}, ${sum('overridden')}
    from (${source(scope, 'receipts', [])}) as s
  `;
  return row as Record<
    'receipts' | 'cost' | 'input' | 'output' | 'cache_read' | 'cache_creation' | 'accepted' | 'overridden',
    number
  >;
}

/**
 * Lines of non-merge commits on default branches (docs/counting.md). Who wrote the commit, where, when and for which team filter
 * the commits; tool, provider and model filter the AI lines in them.
 */
export async function lineTotals(scope: Scope) {
  const { sql } = scope;
  const sum = (measure: string) => sql.unsafe(`coalesce(sum(${measure}), 0)::float8 as ${measure}`);
  const [row] = await sql`
    select ${sum('added')}, ${sum('deleted')}, ${sum('ai')}, ${sum('human')}, ${sum('unknown')}, ${sum('commits')},
      ${sum('commits_with_receipts')}, ${sum('commits_with_ai_trailers')}, ${sum('commits_by_bots')}, ${sum('added_by_bots')}
    from (${source(scope, 'commits', [])}) as s
  `;
  const lines = row as Record<
    | 'added'
    | 'deleted'
    | 'ai'
    | 'human'
    | 'unknown'
    | 'added_by_bots'
    | 'commits'
    | 'commits_with_receipts'
    | 'commits_with_ai_trailers'
    | 'commits_by_bots',
    number
  >;
  if (!scope.keys.kind) return lines;
  const [parts] = await sql<{ ai: number }[]>`
    select coalesce(sum(ai_of_kind), 0)::float8 as ai from (${source(scope, 'parts', [])}) as s
  `;
  return { ...lines, ai: parts!.ai };
}

/** What costs rest on, and what is suspect of it. */
export async function costBasis(scope: Scope) {
  const { sql, orgId } = scope;
  return sql<{ cost_basis: string; receipts: number; cost: number; suspect: number; suspect_cost: number }[]>`
    select k.value[4] as cost_basis, sum(receipts)::float8 as receipts, coalesce(sum(cost), 0)::float8 as cost,
      coalesce(sum(receipts) filter (where k.value[5] = 'true'), 0)::float8 as suspect,
      coalesce(sum(cost) filter (where k.value[5] = 'true'), 0)::float8 as suspect_cost
    from (${sumBy(scope, 'receipts', 'kind')}) as s
    join rollup_keys k on k.org_id = ${orgId} and k.id = s.key
    group by 1
  `;
}

export interface Top {
  label: string | null;
  name: string | null;
  receipts: number;
  cost: number;
}

export interface Other {
  values: number;
  receipts: number;
  cost: number;
}

/** Of what a list may be. */
export type Subject = 'model' | 'tool' | 'repo' | 'person' | 'team';

/**
 * The values with most receipts, and all others as one; null is "not known" and stands in the list like any other. Bots are no
 * people. Teams are those that receipts count for; where they count for none, what their senders named.
 */
export async function topBy(scope: Scope, subject: Subject, top: number): Promise<{ list: Top[]; other: Other }> {
  const { sql, orgId } = scope;
  const { dimension, label, name, join, where } = subjects(scope)[subject];
  const rows = await sql<(Top & { nr: number; values: number })[]>`
    with labelled as (
      select ${label} as label, ${name ?? sql`null::text`} as name, sum(s.receipts) as receipts, coalesce(sum(s.cost), 0) as cost
      from (${sumBy(scope, 'receipts', dimension)}) as s
      join rollup_keys k on k.org_id = ${orgId} and k.id = s.key
      ${join ?? sql``}
      ${where ?? sql``}
      group by 1
      having sum(s.receipts) > 0
    ), ranked as (
      select *, least(row_number() over (order by receipts desc, cost desc, label), ${top + 1}::int) as nr from labelled
    )
    select nr, count(*)::float8 as values, case when nr <= ${top}::int then min(label) end as label,
      case when nr <= ${top}::int then min(name) end as name, sum(receipts)::float8 as receipts, sum(cost)::float8 as cost
    from ranked
    group by nr
    order by nr
  `;
  const rest = rows[top];
  return {
    list: rows.slice(0, top).map(({ label, name, receipts, cost }) => ({ label, name, receipts, cost })),
    other: { values: rest?.values ?? 0, receipts: rest?.receipts ?? 0, cost: rest?.cost ?? 0 },
  };
}

function subjects({
  sql,
  orgId,
}: Scope): Record<
  Subject,
  { dimension: Dimension; label: Fragment; name?: Fragment; join?: Fragment; where?: Fragment }
> {
  return {
    model: { dimension: 'kind', label: sql`k.value[2]` },
    tool: { dimension: 'kind', label: sql`k.value[3]` },
    repo: {
      dimension: 'repo',
      label: sql`p.name`,
      join: sql`join repos p on p.org_id = ${orgId} and p.id = k.value[1]::uuid`,
    },
    person: { dimension: 'person', label: sql`coalesce(k.value[1], k.value[2])`, where: sql`where not k.is_bot` },
    team: {
      dimension: 'team',
      label: sql`coalesce(t.slug, k.value[2])`,
      name: sql`max(t.name)`,
      join: sql`left join teams t on t.org_id = ${orgId} and t.id = k.value[1]::uuid`,
    },
  };
}

/** Receipts and cost by the first days of buckets; a bucket without receipts is left out. `cover` of the scope has no months. */
export async function trend(scope: Scope, bucket: 'day' | 'week' | 'month', timeZone: string) {
  const { sql } = scope;
  return sql<{ date: string; receipts: number; cost: number }[]>`
    select to_char(date_trunc(${bucket}, at at time zone ${timeZone}), 'YYYY-MM-DD') as date, sum(receipts)::float8 as receipts,
      coalesce(sum(cost), 0)::float8 as cost
    from (${source(scope, 'receipts', [])}) as s
    group by 1
    having sum(receipts) > 0
    order by 1
  `;
}

/** People with receipts, people with commits that count, and those who are both; no bots. */
export async function adoption(scope: Scope) {
  const { sql, orgId } = scope;
  const [row] = await sql<{ active_people: number; committers: number; active_committers: number }[]>`
    with people as (
      select coalesce(k.value[1], k.value[2]) as label, sum(receipts) > 0 as active, sum(commits) > 0 as committed
      from (
        select key, receipts, null::numeric as commits from (${sumBy(scope, 'receipts', 'person')}) as r
        union all
        select key, null, commits from (${sumBy(scope, 'commits', 'person')}) as c
      ) as s
      join rollup_keys k on k.org_id = ${orgId} and k.id = s.key
      where not k.is_bot and coalesce(k.value[1], k.value[2]) is not null
      group by 1
    )
    select count(*) filter (where active)::float8 as active_people, count(*) filter (where committed)::float8 as committers,
      count(*) filter (where active and committed)::float8 as active_committers
    from people
  `;
  return row!;
}

/** By number of a dimension: receipts and cost, or the commits that are not by bots. */
function sumBy(scope: Scope, stream: Stream, dimension: Dimension): Fragment {
  const { sql } = scope;
  const sums =
    stream === 'receipts'
      ? sql`sum(receipts) as receipts, sum(cost) as cost`
      : sql`sum(coalesce(commits, 0) - coalesce(commits_by_bots, 0)) as commits`;
  return sql`
    select ${sql(dimension)} as key, ${sums}
    from (${source(scope, stream, [dimension])}) as s
    where ${sql(stream)} <> 0
    group by 1
  `;
}
