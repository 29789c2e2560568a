import type { EvaluatedCommit, Policy, PolicyState, Verdict } from '../../shared/api/policies.js';
import { groupBy } from '../../shared/group-by.js';
import { type CompiledPolicies, evaluate, policiesInForce } from '../../shared/policy/evaluate.js';
import type { Change } from '../../shared/policy/input.js';
import { costLimit, spendKeys } from '../../shared/policy/windows.js';
import type { Sql } from '../db.js';
import { compileStored } from './compile.js';
import { repoCoverage, repoLines } from './facts.js';
import type { StoredBatch } from './judge-batch.js';
import { spendOf } from './spending.js';
import { unique } from './teams-of.js';

/**
 * Judges a batch by limits on sums. The lock makes batches of an org do so one after the other, each with its receipts stored
 * already: whoever comes later sees those of everybody before, so two batches never fit under a limit that only one of them does.
 * What is summed is read by statements that begin after the lock is held. Everything of this transaction that others may wait for is locked
 * before it, but for violations, which are recorded after.
 */
export async function judgeSums(sql: Sql, policies: readonly Policy[], batch: StoredBatch): Promise<Verdict[]> {
  const costs = policies.filter(({ rule }) => costLimit(rule) !== undefined);
  const ofRepos = policies.filter((policy) => !costs.includes(policy));
  const hasCosts = costs.length > 0 && batch.receipts.some(({ cost_usd }) => cost_usd);
  const hasCommits = ofRepos.length > 0 && batch.commits.some(({ counts }) => counts);
  if (!hasCosts && !hasCommits) return [];
  await lockSums(sql, batch.orgId);
  return [
    ...(hasCosts ? await judgeCosts(sql, compileStored(costs), batch) : []),
    ...(hasCommits ? await judgeRepo(sql, compileStored(ofRepos), batch) : []),
  ];
}

async function lockSums(sql: Sql, orgId: string): Promise<void> {
  await sql`insert into org_settings (org_id) values (${orgId}) on conflict (org_id) do nothing`;
  await sql`select from org_settings where org_id = ${orgId} for update`;
}

/** A receipt costs in the repository that reported it first, whichever reports it again. */
async function judgeCosts(sql: Sql, costs: CompiledPolicies, batch: StoredBatch): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const receipts of groupBy(batch.receipts, ({ repo_id, team }) => `${repo_id} ${team}`).values()) {
    const { repo, repo_id, team } = receipts[0]!;
    const teams = unique([...(batch.teams.get(repo_id) ?? []), team]);
    const change: Change = { repo, teams, now: batch.now, receipts, commits: [] };
    const inForce = new Set(policiesInForce(costs, change));
    for (const cost of costs.filter(({ policy }) => inForce.has(policy))) {
      const keys = spendKeys(cost.policy, change);
      const ids = receipts.map(({ id }) => id);
      const spend = await spendOf(sql, batch.orgId, cost.policy, keys, ids);
      verdicts.push(evaluate([cost], { ...change, state: stateWith({ spend }) }));
    }
  }
  return verdicts;
}

/** Judges the repository of a batch, some of whose commits count, as a whole: what the batch added to it is in there. */
export async function judgeRepo(sql: Sql, policies: CompiledPolicies, batch: StoredBatch): Promise<Verdict[]> {
  const lines = policies.filter(({ policy }) => 'max_ai_percentage' in policy.rule);
  const coverage = policies.filter(({ policy }) => 'require_receipts' in policy.rule);
  const ofRepo = { repo: batch.repo, teams: batch.teams.get(batch.repoId) ?? [], now: batch.now, receipts: [] };
  const verdicts: Verdict[] = [];
  if (lines.length > 0) {
    const state = stateWith({ lines: { added: 0, ai: 0 } });
    verdicts.push(evaluate(lines, { ...ofRepo, commits: [await wholeOf(sql, batch)], state }));
  }
  if (coverage.length > 0)
    verdicts.push(evaluate(coverage, { ...ofRepo, commits: await involvedCommits(sql, batch), state: stateWith({}) }));
  return verdicts;
}

/** The lines of the whole repository, as if the commit with most AI lines in this batch had written them. */
async function wholeOf(sql: Sql, { orgId, repoId, commits }: StoredBatch): Promise<EvaluatedCommit> {
  const { added, ai } = await repoLines(sql, orgId, repoId);
  const largest = commits
    .filter(({ counts }) => counts)
    .reduce((most, commit) => (commit.lines!.ai > most.lines!.ai ? commit : most));
  return { ...largest, lines: { added, ai, deleted: 0, human: 0, unknown: added - ai } };
}

/** All commits of the repository that AI took part in. Of those that have receipts it matters only how many there are. */
async function involvedCommits(sql: Sql, { orgId, repoId }: StoredBatch): Promise<EvaluatedCommit[]> {
  const { covered, missing, first } = await repoCoverage(sql, orgId, repoId);
  const anonymous = { commit: '', has_receipts: false, ai_involved: true };
  return [
    ...first,
    ...new Array<EvaluatedCommit>(Math.max(0, missing - first.length)).fill(anonymous),
    ...new Array<EvaluatedCommit>(covered).fill({ ...anonymous, has_receipts: true }),
  ];
}

const stateWith = (known: Partial<PolicyState>): PolicyState => ({
  as_of: new Date().toISOString(),
  spend: [],
  lines: null,
  ...known,
});
