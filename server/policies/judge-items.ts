import { setImmediate } from 'node:timers/promises';
import type { EvaluatedCommit, EvaluatedReceipt, Policy, RuleName, Verdict } from '../../shared/api/policies.js';
import { groupBy } from '../../shared/group-by.js';
import { type CompiledPolicies, evaluate, MAX_VIOLATIONS, ruleName } from '../../shared/policy/evaluate.js';
import { compileStored } from './compile.js';
import { unique } from './facts.js';
import type { StoredBatch } from './judge-batch.js';

/**
 * Judges the receipts and commits of a batch by the rules that look at each by itself. A batch is no change: it may hold ten years of
 * history. So each commit is judged as a change of its own, and whatever else is in the batch plays no part.
 */
export async function judgeItems(policies: readonly Policy[], batch: StoredBatch): Promise<Verdict[]> {
  const only = (...rules: RuleName[]) => compileStored(policies.filter(({ rule }) => rules.includes(ruleName(rule))));
  const names = only('allowed_models', 'blocked_models', 'allowed_providers', 'blocked_providers', 'when');
  const paths = only('forbidden_paths');
  const commits = only('when');
  const review = only('require_review_above');
  const verdicts: Verdict[] = [];
  const judge = async (compiled: CompiledPolicies, team: string | null, part: Part) => {
    if (compiled.length === 0) return;
    const { repo, repoId, now } = batch;
    const teams = unique([...(batch.teams.get(repoId) ?? []), team]);
    verdicts.push(evaluate(compiled, { repo, teams, now, receipts: [], commits: [], ...part }));
    await setImmediate(); // a large batch must not keep other requests waiting
  };
  for (const [team, receipts] of groupBy(batch.receipts, ({ team }) => team)) {
    // An evaluation lists so many violations of a policy and no more: parts of that size lose none.
    for (const part of chunks(receipts, MAX_VIOLATIONS)) await judge(names, team, { receipts: part });
    if (paths.length === 0) continue;
    for (const part of chunks(oneByOne(receipts), MAX_VIOLATIONS)) await judge(paths, team, { receipts: part });
  }
  for (const [team, list] of groupBy(batch.commits, ({ team }) => team)) {
    for (const part of chunks(list, MAX_VIOLATIONS)) await judge(commits, team, { commits: part });
    if (review.length === 0) continue;
    for (const commit of list) await judge(review, team, { commits: [commit] });
  }
  return verdicts;
}

interface Part {
  receipts?: EvaluatedReceipt[];
  commits?: EvaluatedCommit[];
}

/** Each attribution to a file with a copy of its receipt. */
const oneByOne = (receipts: readonly EvaluatedReceipt[]): EvaluatedReceipt[] =>
  receipts.flatMap((receipt) => (receipt.attributions ?? []).map((item) => ({ ...receipt, attributions: [item] })));

function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
