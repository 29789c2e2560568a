import type { Filters } from '../../shared/api/receipts.js';
import type { Fragment, Sql } from '../db.js';
import { commitConditions, receiptConditions, repoIdOf } from '../receipts/filters.js';
import { type Cube, cubeFor, type Dimension, type Grain } from '../rollups/cubes.js';
import { numbered } from '../rollups/keys.js';
import { commitFacts, isOf, type Measure, partFacts, receiptFacts, type Stream } from '../rollups/measures.js';
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

/**
 * Sums as rows (repo, person, team, kind: numbers of rollup_keys where `by` names the dimension; at; the measures), of receipts, of
 * commits or of both: from the smallest cubes that know what is asked for, and what those do not have whole from the facts.
 */
export function source(scope: Scope, streams: Stream[], by: Dimension[], measures: Measure[]): Fragment {
  const { sql, cover } = scope;
  // Tools, providers and models choose receipts and AI lines, but no commits.
  if (streams.length > 1 && scope.keys.kind)
    return streams
      .map((stream) => source(scope, [stream], by, measures))
      .reduce((all, one) => sql`${all} union all ${one}`);
  const keys = (Object.entries(scope.keys) as [Dimension, number[]][]).filter(
    ([name]) => name !== 'kind' || !streams.includes('commits'),
  );
  const dimensions = [...by, ...keys.map(([name]) => name)];
  const columns = sql.unsafe(
    measures.map((name) => (streams.some((one) => isOf(one, name)) ? name : `null::numeric as ${name}`)).join(', '),
  );
  const parts: Fragment[] = [];
  for (const grain of ['ever', 'year', 'month', 'day', 'quarter'] as Grain[]) {
    const cube = cubeFor(grain, dimensions);
    for (const range of cover[grain])
      parts.push(cube ? ofCube(scope, cube, keys, range) : ofFacts(scope, streams, range));
  }
  for (const range of cover.facts) parts.push(ofFacts(scope, streams, range));
  return parts
    .map((part) => sql`select at, repo, person, team, kind, ${columns} from (${part}) as p`)
    .reduce((all, part) => sql`${all} union all ${part}`);
}

function ofCube({ sql, orgId }: Scope, { id }: Cube, keys: [Dimension, number[]][], range: Range): Fragment {
  return sql`
    select *, bucket as at from rollups
    where org_id = ${orgId} and cube = ${id} and ${within(sql, 'bucket', range)}
      ${keys.reduce((all, [name, ids]) => sql`${all} and ${sql(name)} = any(${ids}::int[])`, sql``)}
  `;
}

function ofFacts({ sql, orgId, filters }: Scope, streams: Stream[], range: Range): Fragment {
  const receipts = sql`(
    select * from receipts r where ${receiptConditions(sql, orgId, filters)} and ${within(sql, 'r.timestamp', range)}
  ) r`;
  const commits = sql`(
    select * from commits c where ${commitConditions(sql, orgId, filters)} and ${within(sql, 'c.committed_at', range)}
  ) c`;
  const facts = {
    receipts: () => receiptFacts(sql, receipts),
    commits: () => commitFacts(sql, commits),
    parts: () => sql`select * from (${partFacts(sql, commits)}) as f where ${ofKind(sql, 'kind', filters)}`,
  };
  const all = streams.map((stream) => facts[stream]()).reduce((before, one) => sql`${before} union all ${one}`);
  return numbered(sql, orgId, all);
}

/** The kinds (rollup_keys) of these filters. */
function ofKind(sql: Sql, column: string, { provider, model, tool }: Filters): Fragment {
  return [provider, model, tool].reduce(
    (all, value, nr) => (value === undefined ? all : sql`${all} and ${sql(column)}[${nr + 1}::int] = ${value}`),
    sql`true`,
  );
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
      kind: ofKind(sql, 'value', filters),
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
