import { MAX_TEAM_REPOS, type Team } from '../../shared/api/teams.js';
import type { Sql } from '../db.js';
import { conflict, notFound } from '../errors.js';
import { repoIdOf } from '../receipts/filters.js';
import { upsertRepo } from '../receipts/repos.js';
import { reattribute } from './attribute.js';

/** Assigns a repository (its normalised name) to a team. Answers how many receipts count for another team now. */
export async function assignRepo(sql: Sql, orgId: string, team: Team, name: string): Promise<number> {
  const { repoId } = await upsertRepo(sql, orgId, { name });
  const { count } = await sql`
    insert into team_repos (org_id, team_id, repo_id) values (${orgId}, ${team.id}, ${repoId})
    on conflict (org_id, team_id, repo_id) do nothing
  `;
  if (count === 0) return 0;
  if (team.repo_count >= MAX_TEAM_REPOS)
    throw conflict('too_many_repos', `A team has ${MAX_TEAM_REPOS} repositories at most.`);
  return reattribute(sql, orgId, sql`r.repo_id = ${repoId}`);
}

/** Takes a repository (any spelling) from a team; throws 404 when it has none of that name. */
export async function unassignRepo(sql: Sql, orgId: string, team: Team, repo: string): Promise<number> {
  const [gone] = await sql<{ repo_id: string }[]>`
    delete from team_repos
    where org_id = ${orgId} and team_id = ${team.id} and repo_id = ${repoIdOf(sql, orgId, repo)}
    returning repo_id
  `;
  if (!gone) throw notFound('repository of this team');
  return reattribute(sql, orgId, sql`r.repo_id = ${gone.repo_id}`);
}
