import type { Policy } from '../../shared/api/policies.js';
import { groupBy } from '../../shared/group-by.js';
import type { Position } from '../http/cursor.js';
import type { CommitAttribution } from '../receipts/content.js';
import { instant, utc } from '../time.js';
import { batchesOf, counting, type Repo, within } from './batches-of.js';
import {
  authoredCommits,
  commitColumns,
  flatAttributions,
  receiptColumns,
  type StoredCommit,
  type StoredReceipt,
} from './facts.js';
import type { StoredBatch } from './judge-batch.js';
import { judgeItems } from './judge-items.js';
import type { Page, ReadPage } from './simulate.js';

const PAGE = 500;

/** Receipts, oldest first; each in every repository that it was reported from. */
export const readReceipts: ReadPage = async (sql, orgId, policy, range, after) => {
  const rows = await sql<(StoredReceipt & { attributed: (CommitAttribution & Repo)[] })[]>`
    select ${receiptColumns(sql)}, coalesce((
      select json_agg(json_build_object('repo_id', a.repo_id, 'repo', ap.name, 'commit', a.commit_oid, 'files', a.files))
      from attributions a
      join repos ap on ap.org_id = ${orgId} and ap.id = a.repo_id
      where a.org_id = ${orgId} and a.receipt_id = r.id
    ), '[]') as attributed
    from receipts r
    join repos p on p.org_id = ${orgId} and p.id = r.repo_id
    left join teams t on t.org_id = ${orgId} and t.id = r.team_id
    where r.org_id = ${orgId} and ${within(sql, 'r.timestamp', range)}
      ${after ? sql`and (r."timestamp", r.id) > (${instant(sql, after.timestamp)}, ${after.id}::uuid)` : sql``}
    order by r."timestamp", r.id
    limit ${PAGE}
  `;
  const reports = rows.flatMap(({ attributed, ...receipt }) => {
    const parts = groupBy(attributed, ({ repo_id }) => repo_id);
    if (!parts.has(receipt.repo_id)) parts.set(receipt.repo_id, []);
    return [...parts].map(([repo_id, part]) => ({
      repo_id,
      repo: part[0]?.repo ?? receipt.repo,
      receipt: { ...receipt, attributions: flatAttributions(part) },
    }));
  });
  const batches = await batchesOf(sql, orgId, reports, (part) => ({ receipts: part.map(({ receipt }) => receipt) }));
  return { ...(await judgeEach(policy, batches)), receipts: rows.length, commits: 0, next: lastOf(rows, PAGE) };
};

/** Commits that count, oldest first. */
export const readCommits: ReadPage = async (sql, orgId, policy, range, after) => {
  const place = sql`md5(c.repo_id || c.oid)::uuid`; // one commit may be in several repositories, and an oid is no uuid
  const rows = await sql<(StoredCommit & Repo & Position)[]>`
    select ${commitColumns(sql, orgId)}, r.repo_id, p.name as repo, r.place as id, ${utc(sql, 'r.committed_at')} as "timestamp"
    from (
      select c.*, ${place} as place from (${authoredCommits(sql, orgId)} and ${counting(sql, range)}) as c
      where true ${after ? sql`and (c.committed_at, ${place}) > (${instant(sql, after.timestamp)}, ${after.id}::uuid)` : sql``}
      order by c.committed_at, place
      limit ${PAGE}
    ) as r
    join repos p on p.org_id = ${orgId} and p.id = r.repo_id
    order by r.committed_at, r.place
  `;
  const batches = await batchesOf(sql, orgId, rows, (commits) => ({ commits }));
  return { ...(await judgeEach(policy, batches)), receipts: 0, commits: rows.length, next: lastOf(rows, PAGE) };
};

async function judgeEach(policy: Policy, batches: readonly StoredBatch[]): Promise<Pick<Page, 'judged'>> {
  const judged: Page['judged'] = [];
  for (const batch of batches) judged.push({ batch, verdicts: await judgeItems([policy], batch) });
  return { judged };
}

/** The position of the last row of a full page. */
const lastOf = (rows: readonly Position[], size: number): Position | null => {
  const { timestamp, id } = rows.at(-1) ?? {};
  return rows.length === size && timestamp !== undefined && id !== undefined ? { timestamp, id } : null;
};
