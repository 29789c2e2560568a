import type { TypedBatch } from '../../shared/api/receipts.js';
import { normalizeTimestamp } from '../../shared/timestamp.js';
import type { Sql } from '../db.js';
import { instant } from '../time.js';

/**
 * Finds a repository by its normalised name, and makes it if the org has none of that name. `knowsPeople`: nobody sent from a
 * newer tip of the default branch, so this sender's `.mailmap` says who people are. A tip from the future counts as of now.
 */
export async function upsertRepo(
  sql: Sql,
  orgId: string,
  { name, default_branch = null, tip_committed_at = null }: TypedBatch['repo'],
): Promise<{ repoId: string; knowsPeople: boolean }> {
  const tip =
    tip_committed_at === null
      ? sql`null::timestamptz`
      : sql`least(${instant(sql, normalizeTimestamp(tip_committed_at)!)}, now())`;
  const find = () => sql<{ id: string; knows_people: boolean; is_known: boolean }[]>`
    select id, coalesce(${tip} >= coalesce(tip_committed_at, '-infinity'), false) as knows_people,
      default_branch is not distinct from coalesce(${default_branch}, default_branch)
        and coalesce(${tip} <= tip_committed_at, ${tip} is null) as is_known
    from repos where org_id = ${orgId} and name = ${name}
  `;
  let [repo] = await find();
  if (!repo) {
    await sql`
      insert into repos (org_id, id, name) values (${orgId}, ${crypto.randomUUID()}, ${name})
      on conflict (org_id, name) do nothing
    `;
    [repo] = await find();
  }
  if (!repo!.is_known) {
    await sql`
      update repos set default_branch = coalesce(${default_branch}, default_branch), tip_committed_at = greatest(tip_committed_at, ${tip})
      where org_id = ${orgId} and id = ${repo!.id}
    `;
  }
  return { repoId: repo!.id, knowsPeople: repo!.knows_people };
}
