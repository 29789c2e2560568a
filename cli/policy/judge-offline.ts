import type { Policy, Verdict } from '../../shared/api/policies.js';
import type { Bundle } from '../../shared/policy/bundle.js';
import { type CompiledPolicies, compilePolicies, evaluate, ruleName } from '../../shared/policy/evaluate.js';
import type { Change } from '../../shared/policy/input.js';

export interface OfflineVerdict extends Verdict {
  /** Why policies could not be asked, in a sentence; null when they were. */
  fault: { code: 'expired' | 'unreadable' | 'policy'; text: string } | null;
}

const DAY = 86_400_000;

/**
 * The verdict of the bundle that a clone keeps; no server is asked. Where it has expired, or `unreadable` says why the change
 * cannot be told, only policies that fail closed are broken. So it is with a policy that this version cannot use.
 */
export function judgeOffline(
  bundle: Bundle,
  { receipts, commits }: Pick<Change, 'receipts' | 'commits'>,
  { now = new Date(), unreadable = undefined as string | undefined } = {},
): OfflineVerdict {
  const { repo, teams, state } = bundle;
  const change: Change = { repo, teams, now: now.toISOString(), state, receipts, commits };
  const expired = Date.parse(bundle.not_after) <= now.getTime() ? expiry(bundle, now) : undefined;
  const reason = unreadable ?? expired;
  const { compiled, faults } = compileEach(bundle.policies);
  const verdict = evaluate(
    reason === undefined ? compiled : compiled.map((policy) => unjudged(policy, reason)),
    change,
  );
  if (unreadable !== undefined) return { ...verdict, fault: { code: 'unreadable', text: unreadable } };
  if (expired !== undefined) return { ...verdict, fault: { code: 'expired', text: expired } };
  return { ...verdict, fault: faults[0] === undefined ? null : { code: 'policy', text: faults[0] } };
}

function expiry({ generated_at, not_after }: Bundle, now: Date): string {
  const days = Math.floor((now.getTime() - Date.parse(generated_at)) / DAY);
  const age = days < 1 ? 'less than a day' : days === 1 ? 'a day' : `${days} days`;
  return `the policies in this clone are ${age} old, and held until ${not_after.slice(0, 16).replace('T', ' ')} UTC`;
}

/** One by one, so that a policy which a newer server has and we cannot read does not switch off the others. */
function compileEach(policies: readonly Policy[]): { compiled: CompiledPolicies; faults: string[] } {
  const faults: string[] = [];
  const compiled = policies.flatMap((policy) => {
    try {
      return compilePolicies([policy]);
    } catch (error) {
      const reason = `the policy "${policy.name}" cannot be used here: ${(error as Error).message.replace(/\.$/, '')}`;
      faults.push(reason);
      // The bundle holds only what speaks of this repository: its scope need not be asked.
      const { scope: _, exemptions: __, ...bare } = policy;
      const [standIn] = compilePolicies([{ ...bare, rule: { forbidden_paths: ['-'] } }]);
      return [unjudged({ ...standIn!, ruleName: ruleName(policy.rule) }, reason)];
    }
  });
  return { compiled, faults };
}

const unjudged = (policy: CompiledPolicies[number], reason: string): CompiledPolicies[number] => ({
  ...policy,
  rule: { ...policy.rule, judge: () => ({ findings: [], gaps: [reason] }) },
});
