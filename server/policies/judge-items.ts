import { setImmediate } from 'node:timers/promises';
import type { EvaluatedReceipt, Policy, RuleName, Verdict } from '../../shared/api/policies.js';
import { groupBy } from '../../shared/group-by.js';
import { type CompiledPolicies, evaluate, MAX_LISTED, MAX_VIOLATIONS, ruleName } from '../../shared/policy/evaluate.js';
import type { Change } from '../../shared/policy/input.js';
import { compileStored } from './compile.js';
import type { StoredBatch } from './judge-batch.js';
import { unique } from './teams-of.js';

/** Violations of one batch that are found, at most: 500 policies can find something in each of 10,000 receipts. */
export const MAX_FOUND = 20_000;

/** So many policies at once list all they find in a part of MAX_VIOLATIONS items. */
const POLICIES_AT_ONCE = MAX_LISTED / MAX_VIOLATIONS;

/**
 * Judges the receipts and commits of a batch by the rules that look at each by itself, blocking policies first. A batch is no
 * change: it may hold ten years of history. So each commit is judged as a change of its own, and whatever else is in the batch plays no part.
 */
export async function judgeItems(policies: readonly Policy[], batch: StoredBatch): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  let found = 0;
  for (const action of ['block', 'warn']) {
    const compiled = compileStored(policies.filter((policy) => policy.action === action));
    for (const { by, team, part } of questions(compiled, batch)) {
      if (found >= MAX_FOUND) return verdicts;
      const teams = unique([...(batch.teams.get(batch.repoId) ?? []), team]);
      const { repo, now } = batch;
      const verdict = evaluate(by, { repo, teams, now, receipts: [], commits: [], ...part });
      verdicts.push(verdict);
      found += verdict.violations.length;
      await setImmediate(); // a large batch must not keep other requests waiting
    }
  }
  return verdicts;
}

interface Question {
  by: CompiledPolicies;
  team: string | null;
  part: Partial<Pick<Change, 'receipts' | 'commits'>>;
}

/** The parts of a batch that are judged by themselves, and what by: so small that an evaluation lists all it finds. */
function* questions(policies: CompiledPolicies, batch: StoredBatch): Generator<Question> {
  const of = (...rules: RuleName[]) => policies.filter(({ policy }) => rules.includes(ruleName(policy.rule)));
  const kinds = {
    receipts: of('allowed_models', 'blocked_models', 'allowed_providers', 'blocked_providers', 'when'),
    files: of('forbidden_paths'),
    commits: of('when'),
    sizes: of('require_review_above'),
  };
  for (const [team, receipts] of groupBy(batch.receipts, ({ team }) => team)) {
    for (const by of chunks(kinds.receipts, POLICIES_AT_ONCE))
      for (const part of chunks(receipts, MAX_VIOLATIONS)) yield { by, team, part: { receipts: part } };
    for (const by of chunks(kinds.files, POLICIES_AT_ONCE))
      for (const part of chunks(oneByOne(receipts), MAX_VIOLATIONS)) yield { by, team, part: { receipts: part } };
  }
  for (const [team, commits] of groupBy(batch.commits, ({ team }) => team)) {
    for (const by of chunks(kinds.commits, POLICIES_AT_ONCE))
      for (const part of chunks(commits, MAX_VIOLATIONS)) yield { by, team, part: { commits: part } };
    if (kinds.sizes.length > 0)
      for (const commit of commits) yield { by: kinds.sizes, team, part: { commits: [commit] } };
  }
}

/** Each attribution to a file with a copy of its receipt. */
const oneByOne = (receipts: readonly EvaluatedReceipt[]): EvaluatedReceipt[] =>
  receipts.flatMap((receipt) => (receipt.attributions ?? []).map((item) => ({ ...receipt, attributions: [item] })));

function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
