import type { Policy } from '../../shared/api/policies.js';
import { groupBy } from '../../shared/group-by.js';
import { evaluate } from '../../shared/policy/evaluate.js';
import { costLimit, windowOf } from '../../shared/policy/windows.js';
import type { Sql } from '../db.js';
import type { Position } from '../http/cursor.js';
import type { CommitAttribution } from '../receipts/content.js';
import { instant, utc } from '../time.js';
import { compileStored } from './compile.js';
import {
  authoredCommits,
  commitColumns,
  findReceipts,
  flatAttributions,
  receiptColumns,
  type StoredCommit,
  type StoredReceipt,
  teamsOfRepos,
  unique,
} from './facts.js';
import type { StoredBatch } from './judge-batch.js';
import { judgeItems } from './judge-items.js';
import { judgeRepo } from './judge-sums.js';
import type { Page, Range, ReadPage } from './simulate.js';
import { sumSpending, windowBounds } from './spending.js';

const PAGE = 500;
const REPO_PAGE = 50;
const WINDOW_PAGE = 31;

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

/** Repositories that something was committed to, by their ids; each as a whole. */
export const readRepos: ReadPage = async (sql, orgId, policy, range, after) => {
  const rows = await sql<(StoredCommit & Repo)[]>`
    select p.id as repo_id, p.name as repo, largest.*
    from repos p
    cross join lateral (
      select ${commitColumns(sql, orgId)}
      from (
        ${authoredCommits(sql, orgId)} and c.repo_id = p.id and ${counting(sql, range)}
        order by c.ai desc, c.oid
        limit 1
      ) as r
    ) as largest
    where p.org_id = ${orgId} ${after ? sql`and p.id > ${after.id}::uuid` : sql``}
    order by p.id
    limit ${REPO_PAGE}
  `;
  const compiled = compileStored([policy]);
  const judged: Page['judged'] = [];
  for (const batch of await batchesOf(sql, orgId, rows, (commits) => ({ commits })))
    judged.push({ batch, verdicts: await judgeRepo(sql, compiled, batch) });
  const last = rows.length === REPO_PAGE ? rows.at(-1)! : undefined;
  const next = last ? { timestamp: `${range.from.slice(0, 19)}.000000Z`, id: last.repo_id } : null;
  return { judged, receipts: 0, commits: rows.length, next };
};

/** Sums of days or months, oldest first. One receipt stands for a sum, the others for what was spent before it. */
export const readSums: ReadPage = async (sql, orgId, policy, range, after) => {
  const { usd: limit, window } = costLimit(policy.rule)!;
  const windows = windowsOf(window, { ...range, from: after?.timestamp ?? range.from });
  const page = windows.slice(0, WINDOW_PAGE);
  const sums = await sumSpending(sql, orgId, policy, page);
  const over = new Map(sums.filter(({ usd }) => usd > limit).map((sum) => [sum.receipt_id, sum]));
  const receipts = await findReceipts(sql, orgId, [...over.keys()]);
  const batches = await batchesOf(
    sql,
    orgId,
    receipts.map((receipt) => ({ repo_id: receipt.repo_id, repo: receipt.repo, receipt })),
    (part) => ({ receipts: part.map(({ receipt }) => receipt) }),
  );
  const compiled = compileStored([policy]);
  const judged = batches.map((batch) => ({
    batch,
    verdicts: batch.receipts.map((receipt) => {
      const { usd, per, window } = over.get(receipt.id)!;
      const spend = [{ policy: policy.name, window, per, usd: Math.max(0, usd - receipt.cost_usd!) }];
      const teams = unique([...(batch.teams.get(batch.repoId) ?? []), receipt.team]);
      const state = { as_of: batch.now, spend, lines: null };
      return evaluate(compiled, { repo: batch.repo, teams, now: batch.now, receipts: [receipt], commits: [], state });
    }),
  }));
  const rest = windows[WINDOW_PAGE];
  const next = rest === undefined ? null : { timestamp: `${windowBounds(rest).from.slice(0, 19)}.000000Z`, id: NO_ID };
  return { judged, receipts: sums.reduce((sum, { receipts }) => sum + receipts, 0), commits: 0, next };
};

const NO_ID = '00000000-0000-0000-0000-000000000000';

interface Repo {
  repo_id: string;
  repo: string;
}

/** Items as the batches in which their repositories might have sent them. */
async function batchesOf<T extends Repo>(
  sql: Sql,
  orgId: string,
  items: readonly T[],
  content: (items: T[]) => Partial<Pick<StoredBatch, 'receipts' | 'commits'>>,
): Promise<StoredBatch[]> {
  const byRepo = groupBy(items, ({ repo_id }) => repo_id);
  const teams = await teamsOfRepos(sql, orgId, [...byRepo.keys()]);
  const about = { orgId, now: new Date().toISOString(), teams, receipts: [], commits: [] };
  return [...byRepo].map(([repoId, part]) => ({ ...about, repoId, repo: part[0]!.repo, ...content(part) }));
}

async function judgeEach(policy: Policy, batches: readonly StoredBatch[]): Promise<Pick<Page, 'judged'>> {
  const judged: Page['judged'] = [];
  for (const batch of batches) judged.push({ batch, verdicts: await judgeItems([policy], batch) });
  return { judged };
}

const within = (sql: Sql, column: string, { from, to }: Range) =>
  sql`${sql(column)} >= ${instant(sql, from)} and ${sql(column)} < ${instant(sql, to)}`;

const counting = (sql: Sql, range: Range) =>
  sql`c.on_default_branch and not c.is_merge and c.added is not null and ${within(sql, 'c.committed_at', range)}`;

/** The position of the last row of a full page. */
const lastOf = (rows: readonly Position[], size: number): Position | null => {
  const { timestamp, id } = rows.at(-1) ?? {};
  return rows.length === size && timestamp !== undefined && id !== undefined ? { timestamp, id } : null;
};

/** The days or months that a range touches. */
function windowsOf(window: 'day' | 'month', { from, to }: Range): string[] {
  const windows: string[] = [];
  for (let at = from; at < to; at = windowBounds(windows.at(-1)!).to) windows.push(windowOf(window, at));
  return windows;
}
