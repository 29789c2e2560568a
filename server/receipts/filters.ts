import type { Filters } from '../../shared/api/receipts.js';
import { BOT_EMAIL, BOT_NAME } from '../../shared/bots.js';
import { normalizeRepoName } from '../../shared/repo-name.js';
import { timeBound } from '../../shared/validate.js';
import type { Fragment, Sql } from '../db.js';
import { instant } from '../time.js';

/**
 * The filters as conditions on `receipts r` of one org. Every value is a parameter. `ofFew`: the receipts they are asked of are few, so
 * paths are looked up for each of them; else the planner may read the paths of all of the org's.
 */
export function receiptConditions(sql: Sql, orgId: string, filters: Filters, { ofFew = false } = {}) {
  const { repo, user, model, provider, tool, team, from, to, q } = filters;
  return sql`
    r.org_id = ${orgId}
    ${repo === undefined ? sql`` : sql`and r.repo_id = ${repoIdOf(sql, orgId, repo)}`}
    ${user === undefined ? sql`` : user.includes('@') ? sql`and r.author = lower(${user})` : sql`and lower(r.user_name) = lower(${user})`}
    ${model === undefined ? sql`` : sql`and r.model = ${model}`}
    ${provider === undefined ? sql`` : sql`and r.provider = ${provider}`}
    ${tool === undefined ? sql`` : sql`and r.tool = ${tool}`}
    ${team === undefined ? sql`` : sql`and ${countsFor(sql, 'r', orgId, team)}`}
    ${from === undefined ? sql`` : sql`and r."timestamp" >= ${instant(sql, timeBound(from, 'from')!)}`}
    ${to === undefined ? sql`` : sql`and r."timestamp" < ${instant(sql, timeBound(to, 'to')!)}`}
    ${q === undefined ? sql`` : sql`and ${mentions(sql, orgId, q, ofFew)}`}
  `;
}

/**
 * The filters as conditions on `commits c` of one org. Tool, provider and model choose AI lines, not commits. What a receipt
 * alone has (`q`) chooses the commits that a matching receipt speaks of, by their own name or by that of a commit they were
 * rewritten from.
 */
export function commitConditions(sql: Sql, orgId: string, { repo, user, team, from, to, q }: Filters) {
  return sql`
    c.org_id = ${orgId}
    ${repo === undefined ? sql`` : sql`and c.repo_id = ${repoIdOf(sql, orgId, repo)}`}
    ${user === undefined ? sql`` : user.includes('@') ? sql`and c.author = lower(${user})` : sql`and lower(c.author_name) = lower(${user})`}
    ${team === undefined ? sql`` : sql`and ${countsFor(sql, 'c', orgId, team)}`}
    ${from === undefined ? sql`` : sql`and c.committed_at >= ${instant(sql, timeBound(from, 'from')!)}`}
    ${to === undefined ? sql`` : sql`and c.committed_at < ${instant(sql, timeBound(to, 'to')!)}`}
    ${
      q === undefined
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
              and ${receiptConditions(sql, orgId, { q })}
          )`
    }
  `;
}

/** The id of a repository by any spelling of its name; null, and so no row, when the org has none of that name. */
export function repoIdOf(sql: Sql, orgId: string, repo: string) {
  return sql`(select id from repos where org_id = ${orgId} and name = ${normalizeRepoName(repo) ?? ''})`;
}

/** The team a receipt or commit counts for, by its slug; where it counts for none, what its sender named. */
function countsFor(sql: Sql, alias: 'r' | 'c', orgId: string, team: string) {
  const [own, declared] = countings(sql, alias, orgId, team);
  return sql`(${own} or ${declared})`;
}

/** The two ways to count for a team, of which no receipt or commit has both: it was found to be of the team, or its sender named it. */
export function countings(sql: Sql, alias: 'r' | 'c', orgId: string, team: string): [Fragment, Fragment] {
  const fact = sql(alias);
  return [
    sql`${fact}.team_id = (select id from teams where org_id = ${orgId} and slug = ${team})`,
    sql`(${fact}.team_id is null and ${fact}.team = ${team})`,
  ];
}

function mentions(sql: Sql, orgId: string, q: string, ofFew: boolean) {
  const pattern = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
  return sql`(
    r.prompt_summary ilike ${pattern} or r.model ilike ${pattern} or r.session_id ilike ${pattern}
    or r.user_name ilike ${pattern} or r.user_email ilike ${pattern}
    or exists (
      select from attributions a
      where a.org_id = ${orgId} and a.receipt_id = r.id
        and exists (select from jsonb_array_elements(a.files) as f where f ->> 'path' ilike ${pattern})
      ${ofFew ? sql`offset 0` : sql``}
    )
  )`;
}

/** Receipts `r` of programs. */
export function byBot(sql: Sql) {
  return sql`(
    coalesce(lower(r.user_name) ~ ${BOT_NAME.source}, false) or coalesce(r.author ~ ${BOT_EMAIL.source}, false)
  )`;
}
