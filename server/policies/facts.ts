import type { EvaluatedCommit, EvaluatedReceipt, PolicyState } from '../../shared/api/policies.js';
import type { Attribution } from '../../shared/api/types.js';
import type { Sql } from '../db.js';
import type { CommitAttribution } from '../receipts/content.js';
import { teamOf } from '../teams/attribute.js';
import { utc } from '../time.js';

/** A stored receipt as the evaluator reads it, with its own repository: the one that reported it first. */
export interface StoredReceipt extends EvaluatedReceipt {
  repo_id: string;
  repo: string;
  user_email: string | null;
  user_name: string | null;
  team: string | null;
}

/** The receipts of these ids as they are now; attributions are the caller's. */
export async function findReceipts(sql: Sql, orgId: string, ids: readonly string[]): Promise<StoredReceipt[]> {
  return sql<StoredReceipt[]>`
    select ${receiptColumns(sql)}
    from receipts r
    join repos p on p.org_id = ${orgId} and p.id = r.repo_id
    left join teams t on t.org_id = ${orgId} and t.id = r.team_id
    where r.org_id = ${orgId} and r.id = any(${ids}::uuid[])
    order by r.id
  `;
}

/** Attributions as they are stored, by commit, as receipts show them: one for each file. */
export const flatAttributions = (stored: readonly Pick<CommitAttribution, 'commit' | 'files'>[]): Attribution[] =>
  stored.flatMap(({ commit, files }) =>
    (files.length > 0 ? files : [{ path: null, lines: null }]).map((file) => ({ commit: commit || null, ...file })),
  );

/** What of `receipts r`, its repository `p` and its team `t` the evaluator reads. */
export const receiptColumns = (sql: Sql) => sql`
  r.id, ${utc(sql, 'r.timestamp')} as "timestamp", r.tool, r.provider, r.model, r.user_name, r.user_email,
  r.cost_usd::float8, coalesce(t.slug, r.team) as team, r.repo_id, p.name as repo
`;

/** A stored commit as the evaluator reads it, and what else tells whether it counts and when it was made. */
export interface StoredCommit extends EvaluatedCommit {
  author_name: string | null;
  author_email: string | null;
  committed_at: string;
  team: string | null;
  /** On the default branch, no merge, its lines counted. */
  counts: boolean;
}

/** The commits of these oids in one repository. */
export async function findCommits(
  sql: Sql,
  orgId: string,
  repoId: string,
  oids: readonly string[],
): Promise<StoredCommit[]> {
  return sql<StoredCommit[]>`
    select ${commitColumns(sql, orgId)}
    from (${authoredCommits(sql, orgId)} and c.repo_id = ${repoId} and c.oid = any(${oids}::text[])) as r
    order by r.oid
  `;
}

/** Commits as rows whose team `teamOf` can tell; further conditions are on `commits c`. */
export const authoredCommits = (sql: Sql, orgId: string) => sql`
  select c.repo_id, c.oid, c.committed_at, c.author_name, c.author_email, c.author, c.is_merge, c.has_receipts, c.ai_involved,
    c.on_default_branch, c.added, c.deleted, c.ai, c.human, c.unknown, c.committed_at as "timestamp", null::text as team
  from commits c
  where c.org_id = ${orgId}
`;

export const commitColumns = (sql: Sql, orgId: string) => sql`
  r.oid as commit, ${utc(sql, 'r.committed_at')} as committed_at, r.author_name, r.author_email, r.is_merge, r.has_receipts,
  r.ai_involved <> '[]' as ai_involved, r.on_default_branch and not r.is_merge and r.added is not null as counts,
  case when r.added is not null then json_build_object(
    'added', r.added, 'deleted', r.deleted, 'ai', r.ai, 'human', r.human, 'unknown', r.unknown
  ) end as lines,
  (select slug from teams where org_id = ${orgId} and id = ${teamOf(sql, orgId)}) as team
`;

/** The id of a repository by its normalised name; null: the org has not heard of it. */
export async function findRepoId(sql: Sql, orgId: string, name: string): Promise<string | null> {
  const [row] = await sql<{ id: string }[]>`select id from repos where org_id = ${orgId} and name = ${name}`;
  return row?.id ?? null;
}

/** Lines of the commits of a repository that count (analytics counts the same), without those of `except`. */
export async function repoLines(
  sql: Sql,
  orgId: string,
  repoId: string | null,
  except: readonly string[] = [],
): Promise<NonNullable<PolicyState['lines']>> {
  const [row] = await sql<{ added: number; ai: number }[]>`
    select coalesce(sum(added), 0)::float8 as added, coalesce(sum(ai), 0)::float8 as ai
    from commits
    where org_id = ${orgId} and repo_id = ${repoId} and on_default_branch and not is_merge and oid <> all(${except}::text[])
  `;
  return row!;
}

/** Commits of a repository that count and that AI took part in: how many have receipts, and the first that have none. */
export async function repoCoverage(
  sql: Sql,
  orgId: string,
  repoId: string,
): Promise<{ covered: number; missing: number; first: EvaluatedCommit[] }> {
  const counted = sql`org_id = ${orgId} and repo_id = ${repoId} and on_default_branch and not is_merge`;
  const lacking = sql`not has_receipts and ai_involved <> '[]'`;
  const [row] = await sql<{ covered: number; missing: number }[]>`
    select count(*) filter (where has_receipts)::int as covered, count(*) filter (where ${lacking})::int as missing
    from commits
    where ${counted}
  `;
  const first = await sql<EvaluatedCommit[]>`
    select oid as commit, author_name, author_email, false as has_receipts, true as ai_involved
    from commits
    where ${counted} and ${lacking}
    order by committed_at desc, oid
    limit 1000
  `;
  return { ...row!, first: [...first] };
}
