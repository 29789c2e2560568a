import type { Fragment, Sql } from '../db.js';
import type { StoredReceipt } from './content.js';
import { recordset } from './recordset.js';

const RECORD = 'receipt_id uuid, commit_oid text, files jsonb, hash text';

export interface AttributionOutcome {
  inserted: number;
  duplicates: number;
  amended: number;
  /** Receipts of which some commit's attributions changed. */
  amendedReceipts: Set<string>;
  /** Receipts that a commit was attributed to for the first time. */
  extendedReceipts: Set<string>;
}

/**
 * Stores the attributions of receipts, each id at most once in the list. They add up: a commit that another clone
 * reported stays. For one commit other lines replace the earlier ones, which stay readable and are recognised later.
 */
export async function upsertAttributions(
  sql: Sql,
  { orgId, repoId }: { orgId: string; repoId: string },
  receipts: StoredReceipt[],
): Promise<AttributionOutcome> {
  const list = receipts.flatMap(({ id, attributions }) =>
    attributions.map(({ commit, files, hash }) => ({ receipt_id: id, commit_oid: commit, files, hash })),
  );
  if (list.length === 0)
    return { inserted: 0, duplicates: 0, amended: 0, amendedReceipts: new Set(), extendedReceipts: new Set() };
  const rows = recordset(sql, list);
  const inserted = await sql<{ receipt_id: string }[]>`
    insert into attributions (org_id, receipt_id, repo_id, commit_oid, files, content_hash)
    select ${orgId}, receipt_id, ${repoId}, commit_oid, files, decode(hash, 'hex')
    from ${rows} as i (${sql.unsafe(RECORD)})
    order by receipt_id, commit_oid
    on conflict (org_id, receipt_id, repo_id, commit_oid) do nothing
    returning receipt_id
  `;
  const amended = inserted.count === list.length ? [] : await amend(sql, orgId, repoId, rows);
  return {
    inserted: inserted.count,
    amended: amended.length,
    duplicates: list.length - inserted.count - amended.length,
    amendedReceipts: new Set(amended.map(({ receipt_id }) => receipt_id)),
    extendedReceipts: new Set(inserted.map(({ receipt_id }) => receipt_id)),
  };
}

async function amend(sql: Sql, orgId: string, repoId: string, rows: Fragment): Promise<{ receipt_id: string }[]> {
  const changed = await sql`
    select a.receipt_id
    from ${rows} as i (${sql.unsafe(RECORD)})
    join attributions a
      on a.org_id = ${orgId} and a.repo_id = ${repoId} and a.receipt_id = i.receipt_id and a.commit_oid = i.commit_oid
    where a.content_hash <> decode(i.hash, 'hex')
    order by a.receipt_id, a.commit_oid
    for update of a
  `;
  if (changed.length === 0) return [];
  return sql<{ receipt_id: string }[]>`
    with incoming as (
      select i.receipt_id, i.commit_oid, i.files, decode(i.hash, 'hex') as content_hash,
        ${repoId} || ':' || i.commit_oid as part
      from ${rows} as i (${sql.unsafe(RECORD)})
      join attributions a
        on a.org_id = ${orgId} and a.repo_id = ${repoId} and a.receipt_id = i.receipt_id and a.commit_oid = i.commit_oid
      where a.content_hash <> decode(i.hash, 'hex')
        and not exists (
          select from receipt_revisions v
          where v.org_id = ${orgId} and v.receipt_id = i.receipt_id
            and v.part = ${repoId} || ':' || i.commit_oid and v.content_hash = decode(i.hash, 'hex')
        )
    ), superseded as (
      insert into receipt_revisions (org_id, receipt_id, part, content_hash, content)
      select ${orgId}, a.receipt_id, i.part, a.content_hash, a.files
      from incoming i
      join attributions a
        on a.org_id = ${orgId} and a.repo_id = ${repoId} and a.receipt_id = i.receipt_id and a.commit_oid = i.commit_oid
    )
    update attributions a set files = i.files, content_hash = i.content_hash
    from incoming i
    where a.org_id = ${orgId} and a.repo_id = ${repoId} and a.receipt_id = i.receipt_id and a.commit_oid = i.commit_oid
    returning a.receipt_id
  `;
}
