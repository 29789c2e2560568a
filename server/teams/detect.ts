import type { detectTeam } from '../../shared/api/teams.js';
import type { ReplyOf } from '../../shared/api/types.js';
import type { Sql } from '../db.js';
import { repoIdOf } from '../receipts/filters.js';
import { instant } from '../time.js';
import { ofAuthor, ofRepo } from './attribute.js';

/** The team that a receipt of a person (in lower case) in a repository (any spelling) at a time would count for, and why. */
export async function detect(
  sql: Sql,
  orgId: string,
  { repo, email, at }: { repo: string; email: string; at: string },
): Promise<ReplyOf<typeof detectTeam>> {
  const [found] = await sql<{ id: string; slug: string; name: string; is_member: boolean; has_repo: boolean }[]>`
    with found as (
      select r.repo_id, ${ofAuthor(sql, orgId)} as of_author, ${ofRepo(sql, orgId)} as of_repo
      from (
        select ${email} as author, ${repoIdOf(sql, orgId, repo)} as repo_id, ${instant(sql, at)} as "timestamp"
      ) as r
    )
    select t.id, t.slug, t.name, of_author is not null as is_member,
      exists (
        select from team_repos a where a.org_id = ${orgId} and a.team_id = t.id and a.repo_id = found.repo_id
      ) as has_repo
    from found
    join teams t on t.org_id = ${orgId} and t.id = coalesce(of_author, of_repo)
  `;
  if (!found) return { team: null, reason: 'none' };
  const { is_member, has_repo, ...team } = found;
  if (!is_member) return { team, reason: 'only_team_of_repo' };
  return { team, reason: has_repo ? 'member_of_repo_team' : 'longest_membership' };
}
