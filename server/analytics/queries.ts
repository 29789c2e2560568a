import type { Filters } from '../../shared/api/receipts.js';
import { BOT_EMAIL, BOT_NAME } from '../../shared/bots.js';
import { timeBound } from '../../shared/validate.js';
import type { Sql } from '../db.js';
import { receiptConditions, repoIdOf } from '../receipts/filters.js';
import { instant } from '../time.js';

const TOP = 10;

/** A metric is a function, its SQL stands in it. All of them see receipts through the same conditions. */
export interface Scope {
  sql: Sql;
  orgId: string;
  filters: Filters;
}

const conditions = ({ sql, orgId, filters }: Scope) => receiptConditions(sql, orgId, filters);

export async function totals(scope: Scope) {
  const { sql } = scope;
  const [row] = await sql`
    select count(*)::float8 as receipts, coalesce(sum(r.cost_usd), 0)::float8 as cost,
      coalesce(sum(r.input_tokens), 0)::float8 as input, coalesce(sum(r.output_tokens), 0)::float8 as output,
      coalesce(sum(r.cache_read_tokens), 0)::float8 as cache_read,
      coalesce(sum(r.cache_creation_tokens), 0)::float8 as cache_creation
    from receipts r
    where ${conditions(scope)}
  `;
  return row as {
    receipts: number;
    cost: number;
    input: number;
    output: number;
    cache_read: number;
    cache_creation: number;
  };
}

export async function costBasis(scope: Scope) {
  const { sql } = scope;
  return sql<{ cost_basis: string; receipts: number; cost: number; suspect: number; suspect_cost: number }[]>`
    select r.cost_basis, count(*)::float8 as receipts, coalesce(sum(r.cost_usd), 0)::float8 as cost,
      count(*) filter (where r.tokens_suspect)::float8 as suspect,
      coalesce(sum(r.cost_usd) filter (where r.tokens_suspect), 0)::float8 as suspect_cost
    from receipts r
    where ${conditions(scope)}
    group by r.cost_basis
  `;
}

export type Dimension = 'model' | 'tool' | 'user_email';

/**
 * The values of one column with most receipts; null is "not known" and stands in the list like any other. Bots are no
 * users.
 */
export async function topBy(scope: Scope, column: Dimension) {
  const { sql } = scope;
  return sql<{ label: string | null; receipts: number; cost: number }[]>`
    select ${column === 'user_email' ? sql`coalesce(r.author, r.user_name)` : sql(`r.${column}`)} as label,
      count(*)::float8 as receipts, coalesce(sum(r.cost_usd), 0)::float8 as cost
    from receipts r
    where ${conditions(scope)} ${column === 'user_email' ? sql`and not ${byBot(sql)}` : sql``}
    group by 1
    order by receipts desc, cost desc, label
    limit ${TOP}
  `;
}

/** Receipts `r` of programs. */
export function byBot(sql: Sql) {
  return sql`(
    coalesce(lower(r.user_name) ~ ${BOT_NAME.source}, false) or coalesce(r.author ~ ${BOT_EMAIL.source}, false)
  )`;
}

/** By the team that receipts count for; where they count for none, by what their senders named. */
export async function topTeams(scope: Scope) {
  const { sql, orgId } = scope;
  return sql<{ team: string | null; name: string | null; receipts: number; cost: number }[]>`
    select coalesce(t.slug, r.team) as team, max(t.name) as name, count(*)::float8 as receipts,
      coalesce(sum(r.cost_usd), 0)::float8 as cost
    from receipts r
    left join teams t on t.org_id = ${orgId} and t.id = r.team_id
    where ${conditions(scope)}
    group by 1
    order by receipts desc, cost desc, team
    limit ${TOP}
  `;
}

export async function topRepos(scope: Scope) {
  const { sql, orgId } = scope;
  return sql<{ repo: string; receipts: number; cost: number }[]>`
    select p.name as repo, count(*)::float8 as receipts, coalesce(sum(r.cost_usd), 0)::float8 as cost
    from receipts r
    join repos p on p.org_id = ${orgId} and p.id = r.repo_id
    where ${conditions(scope)}
    group by p.name
    order by receipts desc, cost desc, repo
    limit ${TOP}
  `;
}

export async function dailyTrend(scope: Scope) {
  const { sql } = scope;
  return sql<{ date: string; receipts: number; cost: number }[]>`
    select to_char(r."timestamp" at time zone 'UTC', 'YYYY-MM-DD') as date, count(*)::float8 as receipts,
      coalesce(sum(r.cost_usd), 0)::float8 as cost
    from receipts r
    where ${conditions(scope)}
    group by 1
    order by 1
  `;
}

/**
 * Lines of non-merge commits on default branches (formats.md, section 4). Who wrote the commit, where and when filter the
 * commits; tool, provider and model filter the AI lines in them. Filters that only a receipt has (team, q) do not
 * reach commits: they choose those that a matching receipt speaks of, by their own name or by that of a commit they were
 * rewritten from.
 */
export async function lineTotals({ sql, orgId, filters }: Scope) {
  const { repo, user, model, provider, tool, team, from, to, q } = filters;
  const byAuthor = model !== undefined || provider !== undefined || tool !== undefined;
  const ai = byAuthor
    ? sql`(
        select coalesce(sum((part ->> 'lines')::int), 0)
        from jsonb_array_elements(c.ai_by) as part
        where ${model === undefined ? sql`true` : sql`part ->> 'model' = ${model}`}
          and ${provider === undefined ? sql`true` : sql`part ->> 'provider' = ${provider}`}
          and ${tool === undefined ? sql`true` : sql`part ->> 'tool' = ${tool}`}
      )`
    : sql`c.ai`;
  const receiptOnly = { ...(team !== undefined && { team }), ...(q !== undefined && { q }) };
  const [row] = await sql`
    select coalesce(sum(c.added), 0)::float8 as added, coalesce(sum(c.deleted), 0)::float8 as deleted,
      coalesce(sum(${ai}), 0)::float8 as ai, coalesce(sum(c.human), 0)::float8 as human,
      coalesce(sum(c.unknown), 0)::float8 as unknown, count(*)::float8 as commits,
      count(*) filter (where c.has_receipts)::float8 as commits_with_receipts,
      count(*) filter (where not c.has_receipts and c.ai_involved <> '[]')::float8 as commits_with_ai_trailers,
      count(*) filter (where c.author_is_bot)::float8 as commits_by_bots,
      coalesce(sum(c.added) filter (where c.author_is_bot), 0)::float8 as added_by_bots
    from commits c
    where c.org_id = ${orgId} and c.on_default_branch and not c.is_merge and c.added is not null
      ${repo === undefined ? sql`` : sql`and c.repo_id = ${repoIdOf(sql, orgId, repo)}`}
      ${user === undefined ? sql`` : user.includes('@') ? sql`and lower(c.author_email) = lower(${user})` : sql`and lower(c.author_name) = lower(${user})`}
      ${from === undefined ? sql`` : sql`and c.committed_at >= ${instant(sql, timeBound(from, 'from')!)}`}
      ${to === undefined ? sql`` : sql`and c.committed_at < ${instant(sql, timeBound(to, 'to')!)}`}
      ${
        Object.keys(receiptOnly).length === 0
          ? sql``
          : sql`and exists (
              select from attributions a
              join receipts r on r.org_id = ${orgId} and r.id = a.receipt_id
              where a.org_id = ${orgId} and a.repo_id = c.repo_id
                and a.commit_oid in (
                  select c.oid
                  union all
                  select x.oid from commits x
                  where x.org_id = ${orgId} and x.repo_id = c.repo_id and x.rewritten_to = c.oid and not x.on_default_branch
                )
                and ${receiptConditions(sql, orgId, receiptOnly)}
            )`
      }
  `;
  return row as Record<
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
}
