import { randomUUID } from 'node:crypto';
import { MAX_TEAMS, type Team, type TeamDetail } from '../../shared/api/teams.js';
import { isSlug, isUuid } from '../../shared/slug.js';
import type { Sql } from '../db.js';
import { conflict, notFound } from '../errors.js';
import { instant, utc } from '../time.js';
import { reattribute } from './attribute.js';

export async function listTeams(sql: Sql, orgId: string, archived: boolean): Promise<Team[]> {
  return selectTeams(sql, orgId, archived ? sql`true` : sql`t.archived_at is null`);
}

/** A team by its id or slug; throws 404. */
export async function findTeam(sql: Sql, orgId: string, idOrSlug: string): Promise<Team> {
  if (!isUuid(idOrSlug) && !isSlug(idOrSlug)) throw notFound('team');
  const [team] = await selectTeams(sql, orgId, isUuid(idOrSlug) ? sql`t.id = ${idOrSlug}` : sql`t.slug = ${idOrSlug}`);
  if (!team) throw notFound('team');
  return team;
}

async function selectTeams(sql: Sql, orgId: string, condition: ReturnType<typeof utc>): Promise<Team[]> {
  return sql<Team[]>`
    select t.id, t.slug, t.name, ${utc(sql, 't.created_at')} as created_at, ${utc(sql, 't.archived_at')} as archived_at,
      (select count(*)::float8 from team_members m where m.org_id = ${orgId} and m.team_id = t.id and m.until is null) as member_count,
      (select count(*)::float8 from team_repos a where a.org_id = ${orgId} and a.team_id = t.id) as repo_count
    from teams t
    where t.org_id = ${orgId} and ${condition}
    order by t.slug
  `;
}

/** A team's memberships, the ended ones at the end if asked for, and its repositories. */
export async function describeTeam(sql: Sql, orgId: string, team: Team, history: boolean): Promise<TeamDetail> {
  const members = await sql<TeamDetail['members']>`
    select m.email, m.role, ${utc(sql, 'm.since')} as since, ${utc(sql, 'm.until')} as until
    from team_members m
    where m.org_id = ${orgId} and m.team_id = ${team.id} ${history ? sql`` : sql`and m.until is null`}
    order by m.until is not null, m.email, m.since
  `;
  const repos = await sql<TeamDetail['repos']>`
    select p.name, ${utc(sql, 'a.added_at')} as added_at
    from team_repos a
    join repos p on p.org_id = ${orgId} and p.id = a.repo_id
    where a.org_id = ${orgId} and a.team_id = ${team.id}
    order by p.name
  `;
  return { ...team, members: [...members], repos: [...repos] };
}

/** Makes a team. Receipts whose senders named it before it was there count for it from now on. */
export async function insertTeam(
  sql: Sql,
  orgId: string,
  { slug, name }: { slug: string; name: string },
): Promise<{ team: Team; reattributed: number }> {
  const [{ count } = { count: 0 }] = await sql<{ count: number }[]>`
    select count(*)::int as count from teams where org_id = ${orgId}
  `;
  if (count >= MAX_TEAMS) throw conflict('too_many_teams', `An org has ${MAX_TEAMS} teams at most.`);
  const inserted = await sql`
    insert into teams (org_id, id, slug, name) values (${orgId}, ${randomUUID()}, ${slug}, ${name})
    on conflict (org_id, slug) do nothing
  `;
  if (inserted.count === 0)
    throw conflict('slug_taken', `There is a team ${slug} already, perhaps an archived one. Choose another slug.`);
  const reattributed = await reattribute(sql, orgId, sql`r.team_id is null and r.team = ${slug}`);
  return { team: await findTeam(sql, orgId, slug), reattributed };
}

export async function renameTeam(sql: Sql, orgId: string, id: string, name: string): Promise<void> {
  await sql`update teams set name = ${name} where org_id = ${orgId} and id = ${id}`;
}

/** Archives a team as of a time, or takes it back (null). Answers how many receipts count for another team now. */
export async function archiveTeam(sql: Sql, orgId: string, team: Team, at: string | null): Promise<number> {
  if ((at === null) === (team.archived_at === null)) return 0;
  await sql`
    update teams set archived_at = ${at === null ? null : instant(sql, at)}
    where org_id = ${orgId} and id = ${team.id}
  `;
  return reattribute(
    sql,
    orgId,
    sql`r."timestamp" >= ${instant(sql, at ?? team.archived_at!)} and (
      r.team_id = ${team.id} or r.team = ${team.slug}
      or r.author in (select email from team_members where org_id = ${orgId} and team_id = ${team.id})
      or r.repo_id in (select repo_id from team_repos where org_id = ${orgId} and team_id = ${team.id})
    )`,
  );
}
