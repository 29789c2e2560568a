import { evaluate } from '../../shared/policy/evaluate.js';
import { costLimit, windowOf } from '../../shared/policy/windows.js';
import { batchesOf, counting, type Repo } from './batches-of.js';
import { compileStored } from './compile.js';
import { authoredCommits, commitColumns, findReceipts, type StoredCommit } from './facts.js';
import { judgeRepo } from './judge-sums.js';
import type { Page, Range, ReadPage } from './simulate.js';
import { sumSpending, windowBounds } from './spending.js';
import { unique } from './teams-of.js';

const REPO_PAGE = 50;
const WINDOW_PAGE = 31;

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

/** The days or months that a range touches. */
function windowsOf(window: 'day' | 'month', { from, to }: Range): string[] {
  const windows: string[] = [];
  for (let at = from; at < to; at = windowBounds(windows.at(-1)!).to) windows.push(windowOf(window, at));
  return windows;
}
