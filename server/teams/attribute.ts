import type { Fragment, Sql } from '../db.js';
import { commitDeltas, receiptDeltas } from '../rollups/deltas.js';

/**
 * The team that a receipt counts for, as one value over the columns author, repo_id, team (what the sender's configuration
 * names) and "timestamp" of `r`. In this order:
 *
 * 1. of the teams that the author was a member of at that time, one that the repository is assigned to, then the one with
 *    the longest-standing membership, then the first by slug: a person counts for one team in a repository;
 * 2. the team that the repository is assigned to, if it is only one;
 * 3. the team that the sender's configuration names.
 *
 * Viewers are no members here, and a team that was archived by then is none.
 */
export function teamOf(sql: Sql, orgId: string) {
  return sql`coalesce(${ofAuthor(sql, orgId)}, ${ofRepo(sql, orgId)}, ${declared(sql, orgId)})`;
}

export const ofAuthor = (sql: Sql, orgId: string) => sql`(
  select t.id
  from team_members m
  join teams t on t.org_id = ${orgId} and t.id = m.team_id
  left join team_repos a on a.org_id = ${orgId} and a.team_id = m.team_id and a.repo_id = r.repo_id
  where m.org_id = ${orgId} and m.email = r.author and m.role <> 'viewer'
    and m.since <= r."timestamp" and (m.until is null or m.until > r."timestamp") and ${inForce(sql)}
  order by a.repo_id is null, m.since, t.slug
  limit 1
)`;

export const ofRepo = (sql: Sql, orgId: string) => sql`(
  select (array_agg(t.id))[1]
  from team_repos a
  join teams t on t.org_id = ${orgId} and t.id = a.team_id
  where a.org_id = ${orgId} and a.repo_id = r.repo_id and ${inForce(sql)}
  having count(*) = 1
)`;

const declared = (sql: Sql, orgId: string) =>
  sql`(select t.id from teams t where t.org_id = ${orgId} and t.slug = r.team and ${inForce(sql)})`;

const inForce = (sql: Sql) => sql`(t.archived_at is null or t.archived_at > r."timestamp")`;

/**
 * Works out anew which team receipts and commits count for, and answers how many receipts changed. `affected` is a condition on
 * `r`, which has what they have in common (author, repo_id, team, team_id, "timestamp"): all that the change in hand can concern.
 * Needs lockOrg.
 */
export async function reattribute(sql: Sql, orgId: string, affected: Fragment): Promise<number> {
  await reattributeCommits(sql, orgId, affected);
  return reattributeReceipts(sql, orgId, affected);
}

/** As `reattribute`, for receipts alone. Needs lockOrg, or the receipts' own locks. */
export async function reattributeReceipts(sql: Sql, orgId: string, affected: Fragment): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    with found as materialized (
      select r.*, ${teamOf(sql, orgId)} as team_now
      from receipts r
      where r.org_id = ${orgId} and ${affected}
    ), moved as materialized (
      select * from found where team_id is distinct from team_now
    ), gone as (
      ${receiptDeltas(sql, orgId, -1, sql`moved r`)}
    ), changed as (
      update receipts r set team_id = moved.team_now
      from moved
      where r.org_id = ${orgId} and r.id = moved.id
      returning r.*
    ), come as (
      ${receiptDeltas(sql, orgId, 1, sql`changed r`)}
    )
    select count(*)::float8 as count from changed
  `;
  return row!.count;
}

/** As `reattribute`, for commits alone. Needs lockOrg, or the commits' own locks. */
export async function reattributeCommits(sql: Sql, orgId: string, affected: Fragment): Promise<void> {
  await sql`
    with found as materialized (
      select r.*, ${teamOf(sql, orgId)} as team_now
      from (select *, committed_at as "timestamp" from commits where org_id = ${orgId}) as r
      where ${affected}
    ), moved as materialized (
      select * from found where team_id is distinct from team_now
    ), gone as (
      ${commitDeltas(sql, orgId, -1, sql`moved c`)}
    ), changed as (
      update commits c set team_id = moved.team_now
      from moved
      where c.org_id = ${orgId} and c.repo_id = moved.repo_id and c.oid = moved.oid
      returning c.*
    )
    ${commitDeltas(sql, orgId, 1, sql`changed c`)}
  `;
}
