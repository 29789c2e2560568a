import type { EvaluatedReceipt, Policy, RuleName, Violation } from '../../shared/api/policies.js';
import type { FoundViolations } from '../../shared/api/receipts.js';
import { ruleName } from '../../shared/policy/evaluate.js';
import type { Sql } from '../db.js';
import type { CommitAttribution } from '../receipts/content.js';
import { findCommits, findReceipts, type StoredCommit, type StoredReceipt, teamsOfRepos } from './facts.js';
import { judgeItems } from './judge-items.js';
import { judgeSums } from './judge-sums.js';
import { enabledPolicies } from './queries.js';
import { type Found, isOfSpending, recordViolations } from './record.js';
import { windowBounds } from './spending.js';

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
  receipts: (StoredReceipt & Pick<EvaluatedReceipt, 'attributions'>)[];
  commits: StoredCommit[];
  /** Slugs of a repository's teams, by its id. */
  teams: Map<string, string[]>;
}

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
 * refused: receipts are evidence. Where there are no policies this is one query.
 */
export async function judgeBatch(
  sql: Sql,
  scope: { orgId: string; repoId: string; repo: string },
  changed: Changed,
): Promise<FoundViolations> {
  if (changed.receipts.size + changed.commits.size === 0) return { warn: 0, block: 0, items: [] };
  const policies = await enabledPolicies(sql, scope.orgId);
  if (policies.length === 0) return { warn: 0, block: 0, items: [] };
  const batch = await readBatch(sql, scope, changed);
  const isOfSums = (policy: Policy) => SUMS.has(ruleName(policy.rule));
  const items = await judgeItems(
    policies.filter((policy) => !isOfSums(policy)),
    batch,
  );
  const sums = await judgeSums(sql, policies.filter(isOfSums), batch);
  const found = [...items, ...sums].map((violation) => describe(violation, policies, batch));
  await recordViolations(sql, scope.orgId, found);
  return summarize(found.map(({ violation }) => violation));
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
      attributions: (changed.receipts.get(receipt.id) ?? []).flatMap(({ commit, files }) =>
        (files.length > 0 ? files : [{ path: null, lines: null }]).map((file) => ({ commit: commit || null, ...file })),
      ),
    })),
    teams: await teamsOfRepos(sql, orgId, repoIds),
  };
}

/** A violation with what it is looked up by: of whom, of which team, when. */
function describe(violation: Violation, policies: readonly Policy[], batch: StoredBatch): Found {
  const policy = policies.find(({ id }) => id === violation.policy_id)!;
  const about = { policy_version: policy.version };
  if (isOfSpending(violation)) {
    const { subject, window } = violation;
    const per = 'per' in policy.rule ? policy.rule.per : 'scope';
    return {
      ...about,
      // Which receipts crossed the limit is a matter of the order they came in; the sum is not.
      violation: {
        ...violation,
        policy_id: policy.id!,
        receipt_id: null,
        repo: per === 'repo' ? violation.repo : null,
      },
      repo_id: per === 'repo' ? (batch.receipts.find(({ repo }) => repo === subject)?.repo_id ?? null) : null,
      person: per === 'person' ? subject : null,
      team: per === 'team' ? subject : null,
      occurred_at: window === null ? batch.now : windowBounds(window).from,
    };
  }
  const receipt = batch.receipts.find(({ id }) => id === violation.receipt_id);
  const commit = batch.commits.find(({ commit }) => commit === violation.commit);
  return {
    ...about,
    violation: { ...violation, policy_id: policy.id! },
    repo_id: batch.repoId,
    person:
      (
        receipt?.user_email ??
        receipt?.user_name ??
        commit?.author_email ??
        commit?.author_name ??
        null
      )?.toLowerCase() ?? null,
    team: receipt?.team ?? commit?.team ?? null,
    occurred_at: receipt?.timestamp ?? commit?.committed_at ?? batch.now,
  };
}

function summarize(violations: Violation[]): FoundViolations {
  const blocking = violations.filter(({ action }) => action === 'block');
  const warning = violations.filter(({ action }) => action === 'warn');
  return {
    warn: warning.length,
    block: blocking.length,
    items: [...blocking, ...warning].slice(0, MAX_ITEMS),
  };
}
