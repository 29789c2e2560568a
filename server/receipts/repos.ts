import type { Sql } from '../db.js';

/** The id of a repository by its normalised name; makes it if the org has none of that name. */
export async function upsertRepo(sql: Sql, orgId: string, name: string, defaultBranch: string | null): Promise<string> {
  const find = () => sql<{ id: string; default_branch: string | null }[]>`
    select id, default_branch from repos where org_id = ${orgId} and name = ${name}
  `;
  let [repo] = await find();
  if (!repo) {
    await sql`
      insert into repos (org_id, id, name, default_branch) values (${orgId}, ${crypto.randomUUID()}, ${name}, ${defaultBranch})
      on conflict (org_id, name) do nothing
    `;
    [repo] = await find();
  }
  if (defaultBranch !== null && repo!.default_branch !== defaultBranch) {
    await sql`update repos set default_branch = ${defaultBranch} where org_id = ${orgId} and id = ${repo!.id}`;
  }
  return repo!.id;
}
