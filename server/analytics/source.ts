import type { Filters } from '../../shared/api/receipts.js';
import type { Fragment, Sql } from '../db.js';
import { commitConditions, receiptConditions, repoIdOf } from '../receipts/filters.js';
import { cubeFor, type Dimension, type Grain } from '../rollups/cubes.js';
import { numbered } from '../rollups/keys.js';
import { commitFacts, each, partFacts, receiptFacts } from '../rollups/measures.js';
import { instant } from '../time.js';
import type { Cover, Range } from './period.js';

/** What is asked for. */
export interface Scope {
  sql: Sql;
  orgId: string;
  /** Without `from` and `to`, which `cover` holds. */
  filters: Filters;
  cover: Cover;
  /** The filters as numbers of rollup_keys; undefined: no such filter. */
  keys: Partial<Record<Dimension, number[]>>;
}

/** Receipts; the lines of commits, whoever wrote them; AI lines by who wrote them. */
export type Stream = 'receipts' | 'commits' | 'parts';

/**
 * Sums as rows (at, repo, person, team, kind, measures), numbers of rollup_keys where `needed` names the dimension: from the
 * smallest cubes that know it and the filters, and what they do not have whole from the facts.
 */
export function source(scope: Scope, stream: Stream, needed: Dimension[]): Fragment {
  const { sql, orgId, cover } = scope;
  // Tools, providers and models choose AI lines, and no commits.
  const keys = Object.entries(scope.keys).filter(([name]) => stream !== 'commits' || name !== 'kind') as [
    Dimension,
    number[],
  ][];
  const dimensions = [...needed, ...keys.map(([name]) => name)];
  const parts: Fragment[] = [];
  for (const grain of ['month', 'day', 'quarter'] as Grain[]) {
    const cube = cubeFor(grain, dimensions);
    for (const range of cover[grain]) {
      if (!cube) {
        parts.push(ofFacts(scope, stream, range));
        continue;
      }
      parts.push(sql`
        select bucket as at, repo, person, team, kind, ${each(sql, '$')}
        from rollups
        where org_id = ${orgId} and cube = ${cube.id} and ${within(sql, 'bucket', range)}
          ${keys.reduce((list, [name, ids]) => sql`${list} and ${sql(name)} = any(${ids}::int[])`, sql``)}
      `);
    }
  }
  for (const range of cover.facts) parts.push(ofFacts(scope, stream, range));
  return parts.reduce((all, part) => sql`${all} union all ${part}`, ofNothing(sql));
}

const ofNothing = (sql: Sql) =>
  sql`select null::timestamptz as at, 0 as repo, 0 as person, 0 as team, 0 as kind, ${each(sql, 'null::numeric as $')} where false`;

function ofFacts({ sql, orgId, filters }: Scope, stream: Stream, range: Range): Fragment {
  const receipts = sql`(
    select * from receipts r where ${receiptConditions(sql, orgId, filters)} and ${within(sql, 'r.timestamp', range)}
  ) r`;
  if (stream === 'receipts') return numbered(sql, orgId, receiptFacts(sql, receipts));
  const commits = sql`(
    select * from commits c where ${commitConditions(sql, orgId, filters)} and ${within(sql, 'c.committed_at', range)}
  ) c`;
  if (stream === 'commits') return numbered(sql, orgId, commitFacts(sql, commits));
  const { model, provider, tool } = filters;
  return sql`
    select * from (${numbered(sql, orgId, partFacts(sql, commits))}) as f
    where exists (
      select from rollup_keys k
      where k.org_id = ${orgId} and k.id = f.kind
        ${[provider, model, tool].reduce((all, value, nr) => (value === undefined ? all : sql`${all} and k.value[${nr + 1}::int] = ${value}`), sql``)}
    )
  `;
}

const within = (sql: Sql, column: string, [from, to]: Range) =>
  sql`${sql(column)} >= ${instant(sql, from)} and ${sql(column)} < ${instant(sql, to)}`;

/** The filters as numbers, in one query. What nothing is known of has none, and chooses nothing. */
export async function findKeys(sql: Sql, orgId: string, filters: Filters): Promise<Scope['keys']> {
  const { repo, user, team, model, provider, tool } = filters;
  const conditions: Partial<Record<Dimension, Fragment>> = {
    ...(repo !== undefined && { repo: sql`value[1] = ${repoIdOf(sql, orgId, repo)}::text` }),
    ...(user !== undefined && {
      person: user.includes('@') ? sql`value[1] = lower(${user})` : sql`lower(value[2]) = lower(${user})`,
    }),
    ...(team !== undefined && {
      team: sql`(
        value[1] = (select id::text from teams where org_id = ${orgId} and slug = ${team})
        or (value[1] is null and value[2] = ${team})
      )`,
    }),
    ...((model ?? provider ?? tool) !== undefined && {
      kind: [provider, model, tool].reduce(
        (all, value, nr) => (value === undefined ? all : sql`${all} and value[${nr + 1}::int] = ${value}`),
        sql`true`,
      ),
    }),
  };
  const names = Object.keys(conditions) as Dimension[];
  if (names.length === 0) return {};
  const rows = await sql<{ id: number; dimension: Dimension }[]>`
    select id, dimension from rollup_keys
    where org_id = ${orgId} and (
      false ${names.reduce((all, name) => sql`${all} or (dimension = ${name} and ${conditions[name]!})`, sql``)}
    )
  `;
  return Object.fromEntries(
    names.map((name) => [name, rows.filter(({ dimension }) => dimension === name).map(({ id }) => id)]),
  );
}
