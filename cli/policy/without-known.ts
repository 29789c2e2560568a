import type { Policy, PolicyState } from '../../shared/api/policies.js';
import type { Change } from '../../shared/policy/input.js';
import { costLimit, payerOf, utc, windowOf } from '../../shared/policy/windows.js';

/**
 * What was spent without the receipts of the change, which is what evaluating it asks for. The server has seen those from before
 * the state was taken: hooks sync after each commit. One that it had not seen after all counts too little here, and is found by
 * the server itself.
 */
export function withoutKnown(state: PolicyState, policies: readonly Policy[], change: Change): PolicyState {
  const asOf = utc(state.as_of);
  const known = change.receipts.filter(({ timestamp, cost_usd }) => cost_usd && utc(timestamp) <= asOf);
  const limits = new Map(policies.map(({ name, rule }) => [name, costLimit(rule)]));
  const spend = state.spend.map((sum) => {
    const limit = limits.get(sum.policy);
    if (!limit) return sum;
    const counted = known.filter(
      (receipt) =>
        windowOf(limit.window, receipt.timestamp) === sum.window && payerOf(limit.per, receipt, change) === sum.per,
    );
    const usd = counted.reduce((rest, { cost_usd }) => rest - cost_usd!, sum.usd);
    return { ...sum, usd: Math.max(0, usd) };
  });
  return { ...state, spend };
}
