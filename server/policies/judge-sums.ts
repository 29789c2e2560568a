import type { EvaluatedCommit, Policy, PolicyState, Violation } from '../../shared/api/policies.js';
import { groupBy } from '../../shared/group-by.js';
import { type CompiledPolicies, evaluate, policiesInForce } from '../../shared/policy/evaluate.js';
import type { Change } from '../../shared/policy/input.js';
import { costLimit, spendKeys } from '../../shared/policy/windows.js';
import type { Sql } from '../db.js';
import { compileStored } from './compile.js';
import { repoCoverage, repoLines, unique } from './facts.js';
import type { StoredBatch } from './judge-batch.js';
import { spendOf } from './spending.js';

/**
 * Judges a batch by limits on sums. The lock makes batches of an org do so one after the other, each with its receipts stored
 * already: whoever comes later sees those of everybody before, so two batches never fit under a limit that only one of them does.
 * What is summed is read by statements that begin after the lock is held. Everything of this transaction that others may wait for is locked
 * before it, but for violations, which are recorded after.
 */
export async function judgeSums(sql: Sql, policies: readonly Policy[], batch: StoredBatch): Promise<Violation[]> {
  const compiled = compileStored(policies);
  const costs = compiled.filter(({ policy }) => costLimit(policy.rule) !== undefined);
  const lines = compiled.filter(({ policy }) => 'max_ai_percentage' in policy.rule);
  const coverage = compiled.filter(({ policy }) => 'require_receipts' in policy.rule);
  const hasCosts = costs.length > 0 && batch.receipts.some(({ cost_usd }) => cost_usd);
  const counting = batch.commits.filter(({ counts }) => counts);
  const hasCommits = lines.length + coverage.length > 0 && counting.length > 0;
  if (!hasCosts && !hasCommits) return [];
  await lockSums(sql, batch.orgId);
  return [
    ...(hasCosts ? await judgeCosts(sql, costs, batch) : []),
    ...(hasCommits && lines.length > 0 ? await judgeLines(sql, lines, batch, counting) : []),
    ...(hasCommits && coverage.length > 0 ? await judgeCoverage(sql, coverage, batch) : []),
  ];
}

async function lockSums(sql: Sql, orgId: string): Promise<void> {
  await sql`insert into org_settings (org_id) values (${orgId}) on conflict (org_id) do nothing`;
  await sql`select from org_settings where org_id = ${orgId} for update`;
}

/** A receipt costs in the repository that reported it first, whichever reports it again. */
async function judgeCosts(sql: Sql, costs: CompiledPolicies, batch: StoredBatch): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const receipts of groupBy(batch.receipts, ({ repo_id, team }) => `${repo_id} ${team}`).values()) {
    const { repo, repo_id, team } = receipts[0]!;
    const teams = unique([...(batch.teams.get(repo_id) ?? []), team]);
    const change: Change = { repo, teams, now: batch.now, receipts, commits: [] };
    const inForce = new Set(policiesInForce(costs, change));
    for (const cost of costs.filter(({ policy }) => inForce.has(policy))) {
      const keys = spendKeys(cost.policy, change);
      const ids = receipts.map(({ id }) => id);
      const spend = await spendOf(sql, batch.orgId, cost.policy, keys, ids);
      found.push(...evaluate([cost], { ...change, state: stateWith({ spend }) }).violations);
    }
  }
  return found;
}

/** The share of the whole repository, told of the commit with most AI lines in this batch. */
async function judgeLines(
  sql: Sql,
  policies: CompiledPolicies,
  batch: StoredBatch,
  counting: readonly EvaluatedCommit[],
): Promise<Violation[]> {
  const { added, ai } = await repoLines(sql, batch.orgId, batch.repoId);
  const largest = counting.reduce((most, commit) => (commit.lines!.ai > most.lines!.ai ? commit : most));
  const whole = { ...largest, lines: { added, ai, deleted: 0, human: 0, unknown: added - ai } };
  return evaluate(policies, ofRepo(batch, [whole], { lines: { added: 0, ai: 0 } })).violations;
}

/** All commits of the repository that AI took part in; of those that have receipts it matters only how many there are. */
async function judgeCoverage(sql: Sql, policies: CompiledPolicies, batch: StoredBatch): Promise<Violation[]> {
  const { covered, missing, first } = await repoCoverage(sql, batch.orgId, batch.repoId);
  const anonymous = { commit: '', has_receipts: false, ai_involved: true };
  const commits: EvaluatedCommit[] = [
    ...first,
    ...new Array<EvaluatedCommit>(missing - first.length).fill(anonymous),
    ...new Array<EvaluatedCommit>(covered).fill({ ...anonymous, has_receipts: true }),
  ];
  return evaluate(policies, ofRepo(batch, commits)).violations;
}

const ofRepo = (batch: StoredBatch, commits: EvaluatedCommit[], state: Partial<PolicyState> = {}): Change => ({
  repo: batch.repo,
  teams: batch.teams.get(batch.repoId) ?? [],
  now: batch.now,
  receipts: [],
  commits,
  state: stateWith(state),
});

const stateWith = (known: Partial<PolicyState>): PolicyState => ({
  as_of: new Date().toISOString(),
  spend: [],
  lines: null,
  ...known,
});
