import type { Policy, Verdict, Violation } from '../api/policies.js';
import { compareText } from '../text.js';
import { PolicyError } from './errors.js';
import { Facts } from './facts.js';
import { type CompiledRule, changePlaces, type Finding, type Telling, TOO_MUCH } from './finding.js';
import type { Change } from './input.js';
import { patternFaults } from './pattern-faults.js';
import { compileRule } from './rules/index.js';
import {
  type CompiledExemption,
  compileExemption,
  compileScope,
  exemptionFor,
  exemptionsInForce,
  type Holds,
} from './scope.js';

/** Violations that one policy lists, and all of them together; nobody reads more, and a verdict has to be sent and kept. */
export const MAX_VIOLATIONS = 1_000;
export const MAX_LISTED = 10_000;

interface CompiledPolicy {
  policy: Policy;
  ruleName: Violation['rule'];
  holds: Holds;
  rule: CompiledRule;
  exemptions: CompiledExemption[];
}

/** Policies made ready for many changes. */
export type CompiledPolicies = readonly CompiledPolicy[];

/** Makes policies ready. Throws a PolicyError that names policy and field where a pattern or an expression cannot be used. */
export function compilePolicies(policies: readonly Policy[]): CompiledPolicies {
  return [...policies]
    .sort((a, b) => compareText(a.name, b.name) || compareText(a.id ?? '', b.id ?? ''))
    .map(compilePolicy);
}

function compilePolicy(policy: Policy): CompiledPolicy {
  const faults = patternFaults(policy);
  if (faults.length > 0) throw new PolicyError(policy.name, faults);
  return {
    policy,
    ruleName: ruleName(policy.rule),
    holds: compileScope(policy),
    rule: compileRule(policy),
    exemptions: (policy.exemptions ?? []).map(compileExemption),
  };
}

/** The name of the rule: every rule has one property of its own, and `per` beside it at most. */
export const ruleName = (rule: Policy['rule']): Violation['rule'] =>
  Object.keys(rule).find((key) => key !== 'per') as Violation['rule'];

/** The policies that speak of the change: enabled, in force now, and of its teams and repository. */
export function policiesInForce(policies: CompiledPolicies, change: Change): Policy[] {
  const facts = new Facts(change);
  return policies.filter(({ holds }) => holds(facts) !== false).map(({ policy }) => policy);
}

/**
 * Judges a change by policies. Pure: the same input gives the same verdict on a server, in a hook and in CI, in whatever
 * order receipts and policies come. Violations stand in the order of policy names, then of time or commits.
 */
export function evaluate(policies: CompiledPolicies, change: Change): Verdict {
  const facts = new Facts(change);
  const verdict: Verdict = { verdict: 'pass', violations: [], exempted: [], not_evaluated: [] };
  for (const compiled of policies) {
    const holds = compiled.holds(facts);
    if (holds === true) judge(compiled, facts, verdict);
    else if (holds === undefined) tellGap(compiled, TOO_MUCH, facts, verdict);
  }
  const { violations } = verdict;
  if (violations.length > 0) verdict.verdict = violations.some(({ action }) => action === 'block') ? 'block' : 'warn';
  return verdict;
}

function judge(compiled: CompiledPolicy, facts: Facts, verdict: Verdict): void {
  const { findings, gaps } = compiled.rule.judge(facts);
  tell(compiled, findings, facts, verdict);
  for (const gap of gaps) tellGap(compiled, gap, facts, verdict);
}

/** Findings become violations, but for those that an exemption excuses. */
function tell(compiled: CompiledPolicy, findings: readonly Finding[], facts: Facts, verdict: Verdict): void {
  if (findings.length === 0) return;
  const exemptions = exemptionsInForce(compiled.exemptions, facts);
  // Each policy lists one at least: a verdict must not turn milder because others found more.
  const room = (listed: unknown[]) => Math.max(1, Math.min(MAX_VIOLATIONS, MAX_LISTED - listed.length));
  const rooms = { told: room(verdict.violations), excused: room(verdict.exempted) };
  let untold = 0;
  for (const finding of findings) {
    const exemption = exemptionFor(finding, exemptions, facts.budget);
    if (exemption && rooms.excused-- > 0) {
      verdict.exempted.push({ violation: toViolation(compiled, finding, facts), exemption });
    } else if (!exemption && rooms.told-- > 0) {
      verdict.violations.push(toViolation(compiled, finding, facts));
    } else {
      untold++;
    }
  }
  if (untold > 0) {
    const reason = `${untold} more violations are not listed`;
    verdict.not_evaluated.push({ policy: compiled.policy.name, rule: compiled.ruleName, reason });
  }
}

/** What could not be evaluated; a violation, too, where the policy fails closed. */
function tellGap(compiled: CompiledPolicy, reason: string, facts: Facts, verdict: Verdict): void {
  const { policy, ruleName: rule } = compiled;
  verdict.not_evaluated.push({ policy: policy.name, rule, reason });
  if (policy.on_error !== 'closed') return;
  const telling: Telling = {
    value: null,
    message: `${rule} could not be evaluated: ${reason}`,
    advice: 'Synchronise with the server, or ask for an exemption: this policy lets nothing pass that it cannot judge.',
  };
  tell(compiled, [{ tell: () => telling, places: () => changePlaces(facts.change) }], facts, verdict);
}

function toViolation({ policy, ruleName, rule }: CompiledPolicy, finding: Finding, { change }: Facts): Violation {
  return {
    policy: policy.name,
    policy_id: policy.id,
    rule: ruleName,
    action: policy.action,
    limit: rule.limit,
    repo: change.repo,
    commit: null,
    path: null,
    lines: null,
    receipt_id: null,
    subject: null,
    window: null,
    advice: rule.advice,
    ...finding.tell(),
  };
}
