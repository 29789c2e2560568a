import type { Filters, ReceiptItem } from '../../shared/api/receipts.js';
import { parseLines } from '../../shared/line-set.js';
import type { Fragment, Sql } from '../db.js';
import type { Position } from '../http/cursor.js';
import { utc } from '../time.js';
import { repoIdOf } from './filters.js';
import { searchReceipts } from './search.js';

/** A list shows this many attributions of a receipt; sessions with more say so in attribution_count. */
const ATTRIBUTIONS_IN_LIST = 100;
const ATTRIBUTIONS_OF_ONE = 10_000;

/** A page of receipts, newest first, from behind `after`, and the place to go on from; undefined: there are no more. */
export async function listReceipts(
  sql: Sql,
  orgId: string,
  filters: Filters,
  limit: number,
  after: Position | undefined,
): Promise<{ receipts: ReceiptItem[]; next: Position | undefined }> {
  const { ids, next } = await searchReceipts(sql, orgId, filters, limit, after);
  const page = sql`select * from receipts where org_id = ${orgId} and id = any(${ids}::uuid[])`;
  return { receipts: ids.length === 0 ? [] : await selectItems(sql, orgId, page, ATTRIBUTIONS_IN_LIST), next };
}

/** One receipt in its current revision, with all its attributions. */
export async function findReceipt(sql: Sql, orgId: string, id: string): Promise<ReceiptItem | undefined> {
  const one = sql`select * from receipts where org_id = ${orgId} and id = ${id}`;
  const [item] = await selectItems(sql, orgId, one, ATTRIBUTIONS_OF_ONE);
  return item;
}

export interface Revision {
  part: string;
  content: unknown;
  superseded_at: string;
}

/** What amendments replaced, newest first. */
export async function listRevisions(sql: Sql, orgId: string, id: string): Promise<Revision[]> {
  return sql<Revision[]>`
    select part, content, ${utc(sql, 'superseded_at')} as superseded_at
    from receipt_revisions
    where org_id = ${orgId} and receipt_id = ${id}
    order by receipt_revisions.superseded_at desc, part
    limit 1000
  `;
}

/**
 * Receipts of `page` as clients see them, with the first of their attributions: by commit in the order in which they came, by path
 * within it, as they are stored. What is left out is not made first: sessions may touch thousands of files. `offset 0` has the page
 * read by itself: where little is known of repos, the planner began with them and read all receipts of each.
 */
async function selectItems(sql: Sql, orgId: string, page: Fragment, attributions: number) {
  const rows = await sql<ReceiptItem[]>`
    select r.id, p.name as repo, r.source, r.tool, r.provider, r.model, r.session_id, coalesce(t.slug, r.team) as team, r.user_name, r.user_email,
      r.prompt_summary, r.prompt_hash, r.message_count::float8, r.cost_usd::float8, r.cost_basis, r.price_version, r.tokens_suspect, r.input_tokens::float8,
      r.output_tokens::float8, r.cache_read_tokens::float8, r.cache_creation_tokens::float8,
      r.session_duration_secs::float8, r.total_additions::float8, r.total_deletions::float8, r.accepted_lines::float8,
      r.overridden_lines::float8, ${utc(sql, 'r.timestamp')} as "timestamp", r.timestamp_basis, r.revision,
      ${utc(sql, 'r.synced_at')} as synced_at, a.attributions, n.attribution_count::float8
    from (${page} offset 0) as r
    join repos p on p.org_id = ${orgId} and p.id = r.repo_id
    left join teams t on t.org_id = ${orgId} and t.id = r.team_id
    cross join lateral (
      select coalesce(json_agg(
          json_build_object('repo', ap.name, 'commit', nullif(s.commit_oid, ''), 'now_at', c.rewritten_to,
            'path', s.file ->> 'path', 'lines', s.file ->> 'lines')
          order by s.received_at, s.commit_oid, s.repo_id, s.nr
        ), '[]') as attributions
      from (
        select a.repo_id, a.commit_oid, a.received_at, f.file, f.nr
        from (
          select repo_id, commit_oid, received_at, jsonb_path_query_array(files, ${`$[0 to ${attributions - 1}]`}::text::jsonpath) as files
          from attributions
          where org_id = ${orgId} and receipt_id = r.id
          order by received_at, commit_oid, repo_id
          limit ${attributions}
        ) as a
        left join lateral jsonb_array_elements(a.files) with ordinality as f (file, nr) on true
        order by a.received_at, a.commit_oid, a.repo_id, f.nr
        limit ${attributions}
      ) as s
      join repos ap on ap.org_id = ${orgId} and ap.id = s.repo_id
      left join commits c
        on c.org_id = ${orgId} and c.repo_id = s.repo_id and c.oid = s.commit_oid and not c.on_default_branch
    ) as a
    cross join lateral (
      select coalesce(sum(greatest(jsonb_array_length(files), 1)), 0) as attribution_count
      from attributions
      where org_id = ${orgId} and receipt_id = r.id
    ) as n
    order by r."timestamp" desc, r.id desc
  `;
  return rows.map(flattenFirst);
}

/** Beside all attributions an item shows the first one flat, for tables and simple clients. */
function flattenFirst(row: ReceiptItem): ReceiptItem {
  const [first] = row.attributions;
  const lines = first?.lines == null ? undefined : parseLines(first.lines);
  return {
    ...row,
    commit_hash: first?.commit ?? null,
    file_path: first?.path ?? null,
    line_start: lines?.[0]?.[0] ?? null,
    line_end: lines?.at(-1)?.[1] ?? null,
  };
}

/** Commits of a repository that count on its default branch, by oid, from behind `after`. Merges are not counted. */
export async function listCountedCommits(
  sql: Sql,
  orgId: string,
  { repo, after, limit }: { repo: string; after: string; limit: number },
) {
  return sql<{ commit: string; committed_at: string }[]>`
    select oid as commit, ${utc(sql, 'committed_at')} as committed_at
    from commits
    where org_id = ${orgId} and repo_id = ${repoIdOf(sql, orgId, repo)} and on_default_branch and not is_merge and oid > ${after}
    order by oid
    limit ${limit}
  `;
}

/** The repository's normalised name, and when the newest tip that anybody sent from was committed. */
export async function findTip(sql: Sql, orgId: string, repo: string) {
  const [row] = await sql<{ repo: string; tip_committed_at: string | null }[]>`
    select name as repo, ${utc(sql, 'tip_committed_at')} as tip_committed_at
    from repos where org_id = ${orgId} and id = ${repoIdOf(sql, orgId, repo)}
  `;
  return row ?? { repo: null, tip_committed_at: null };
}
