import type { EvaluatedReceipt, Policy, Verdict } from '../../shared/api/policies.js';
import type { Change } from '../../shared/policy/input.js';
import type { ApiClient } from '../api-client.js';

export type Judge = (change: Change) => Promise<Verdict> | Verdict;

/** Judges here, by policies alone: what was spent before and the repository's share are not known. */
export async function judgeByPolicies(policies: readonly Policy[]): Promise<Judge> {
  const { compilePolicies, evaluate } = await import('../../shared/policy/evaluate.js');
  const compiled = compilePolicies(policies);
  return (change) => evaluate(compiled, change);
}

/** Has the server judge, by the org's policies and what it knows. It is told what a policy may ask about, no prompts. */
export async function askServer(client: ApiClient, { repo, receipts, commits }: Change): Promise<Verdict> {
  const { evaluatePolicies } = await import('../../shared/api/policy-endpoints.js');
  const author = commits.findLast(({ is_merge }) => !is_merge);
  return client.call(evaluatePolicies, {
    body: { repo, person: author?.author_email ?? null, receipts: receipts.map(evaluated), commits: [...commits] },
  });
}

const evaluated = ({ id, timestamp, tool, provider, model, user_name, user_email, ...rest }: EvaluatedReceipt) => {
  const { cost_usd, attributions } = rest;
  return { id, timestamp, tool, provider, model, user_name, user_email, cost_usd, attributions };
};
