import type { Sql } from '../db.js';
import { teamOf } from '../teams/attribute.js';

/** Slugs of the teams that each repository is assigned to. */
export async function teamsOfRepos(
  sql: Sql,
  orgId: string,
  repoIds: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await sql<{ repo_id: string; slugs: string[] }[]>`
    select a.repo_id, array_agg(t.slug order by t.slug) as slugs
    from team_repos a
    join teams t on t.org_id = ${orgId} and t.id = a.team_id and t.archived_at is null
    where a.org_id = ${orgId} and a.repo_id = any(${repoIds}::uuid[])
    group by a.repo_id
  `;
  return new Map(rows.map(({ repo_id, slugs }) => [repo_id, slugs]));
}

/**
 * The team that each author counts for in a repository (null: one the org has not heard of) at a time (now), the declared
 * one where nothing else tells; null: none. In the order of the list.
 */
export async function findTeams(
  sql: Sql,
  orgId: string,
  repoId: string | null,
  authors: readonly { author: string | null; timestamp?: string; team?: string | null }[],
): Promise<(string | null)[]> {
  if (authors.length === 0) return [];
  const list = authors.map((item, nr) => ({ nr, ...item, author: item.author?.toLowerCase() ?? null }));
  const rows = await sql<{ team: string | null }[]>`
    select (select slug from teams where org_id = ${orgId} and id = ${teamOf(sql, orgId)}) as team
    from (
      select nr, author, ${repoId}::uuid as repo_id, coalesce("timestamp", now()) as "timestamp", team
      from jsonb_to_recordset(${sql.json(list as never)}) as i (nr integer, author text, "timestamp" timestamptz, team text)
    ) as r
    order by nr
  `;
  return rows.map(({ team }) => team);
}

/** Names without what is unknown or twice, in order. */
export const unique = (texts: readonly (string | null | undefined)[]): string[] =>
  [...new Set(texts.filter((text) => text != null))].sort() as string[];
