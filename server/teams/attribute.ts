import type { Sql } from '../db.js';

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
 * Works out anew which team receipts count for, and answers how many changed. `affected` is a condition on `receipts r`: all
 * that the change in hand can concern. Needs lockOrg, or the receipts' own locks.
 */
export async function reattribute(sql: Sql, orgId: string, affected: ReturnType<typeof teamOf>): Promise<number> {
  const { count } = await sql`
    with found as materialized (
      select r.id, ${teamOf(sql, orgId)} as team_id
      from receipts r
      where r.org_id = ${orgId} and ${affected}
    )
    update receipts r set team_id = found.team_id
    from found
    where r.org_id = ${orgId} and r.id = found.id and r.team_id is distinct from found.team_id
  `;
  return count;
}
