import type { Policy, RuleName, Violation } from '../../shared/api/policies.js';
import type { FoundViolations } from '../../shared/api/receipts.js';
import { ruleName } from '../../shared/policy/evaluate.js';
import type { Sql } from '../db.js';
import type { CommitAttribution } from '../receipts/content.js';
import { describe } from './describe.js';
import { findCommits, findReceipts, flatAttributions, type StoredCommit, type StoredReceipt } from './facts.js';
import { judgeItems, MAX_FOUND } from './judge-items.js';
import { judgeSums } from './judge-sums.js';
import { enabledPolicies } from './queries.js';
import { recordViolations } from './record.js';
import { teamsOfRepos } from './teams-of.js';

/** What a batch changed, as opposed to what it said again. */
export interface Changed {
  /** Receipts that are new, amended, dated anew or attributed further, each with the attributions that came. */
  receipts: Map<string, CommitAttribution[]>;
  commits: Set<string>;
}

/** A batch as it stands in the database. */
export interface StoredBatch {
  orgId: string;
  repoId: string;
  /** Normalised name. */
  repo: string;
  now: string;
  receipts: StoredReceipt[];
  commits: StoredCommit[];
  /** Slugs of a repository's teams, by its id. */
  teams: Map<string, string[]>;
}

const NONE: FoundViolations = { warn: 0, block: 0, truncated: false, items: [] };

/** PostgreSQL's word for a statement that took longer than it may. */
const QUERY_CANCELED = '57014';

/** Violations that a reply lists. */
const MAX_ITEMS = 100;

/** Rules on sums over more than one batch: those who judge them go one after the other (judge-sums.ts). */
const SUMS: ReadonlySet<RuleName> = new Set<RuleName>([
  'max_cost_per_day',
  'max_cost_per_month',
  'max_ai_percentage',
  'require_receipts',
]);

/**
 * Judges what a batch changed by the org's policies and records the violations, in the transaction that stored it. Nothing is
 * refused: receipts are evidence, and are stored also when judging them takes longer than a statement may; then nothing is
 * recorded, and the reply says that there may be more. Where there are no policies this is one query.
 */
export async function judgeBatch(
  sql: Sql,
  scope: { orgId: string; repoId: string; repo: string },
  changed: Changed,
): Promise<FoundViolations> {
  try {
    return await sql.savepoint((inner) => judge(inner, scope, changed));
  } catch (error) {
    if ((error as { code?: string }).code !== QUERY_CANCELED) throw error;
    return { ...NONE, truncated: true };
  }
}

async function judge(
  sql: Sql,
  scope: { orgId: string; repoId: string; repo: string },
  changed: Changed,
): Promise<FoundViolations> {
  if (changed.receipts.size + changed.commits.size === 0) return NONE;
  const policies = await enabledPolicies(sql, scope.orgId);
  if (policies.length === 0) return NONE;
  const batch = await readBatch(sql, scope, changed);
  const isOfSums = (policy: Policy) => SUMS.has(ruleName(policy.rule));
  const items = await judgeItems(
    policies.filter((policy) => !isOfSums(policy)),
    batch,
  );
  const sums = await judgeSums(sql, policies.filter(isOfSums), batch);
  const found = [...items, ...sums].flatMap((verdict) => describe(verdict.violations, policies, batch));
  const recorded = await recordViolations(sql, scope.orgId, found);
  const isFull = items.reduce((sum, { violations }) => sum + violations.length, 0) >= MAX_FOUND;
  return summarize(recorded, isFull);
}

async function readBatch(
  sql: Sql,
  { orgId, repoId, repo }: { orgId: string; repoId: string; repo: string },
  changed: Changed,
): Promise<StoredBatch> {
  const receipts = await findReceipts(sql, orgId, [...changed.receipts.keys()]);
  const commits = await findCommits(sql, orgId, repoId, [...changed.commits]);
  const repoIds = [...new Set([repoId, ...receipts.map(({ repo_id }) => repo_id)])];
  return {
    ...{ orgId, repoId, repo, commits },
    now: new Date().toISOString(),
    receipts: receipts.map((receipt) => ({
      ...receipt,
      attributions: flatAttributions(changed.receipts.get(receipt.id) ?? []),
    })),
    teams: await teamsOfRepos(sql, orgId, repoIds),
  };
}

function summarize(violations: Violation[], truncated: boolean): FoundViolations {
  const blocking = violations.filter(({ action }) => action === 'block');
  const warning = violations.filter(({ action }) => action === 'warn');
  return {
    warn: warning.length,
    block: blocking.length,
    truncated,
    items: [...blocking, ...warning].slice(0, MAX_ITEMS),
  };
}
