import test from 'ava';
import { CONFORMANCE } from './conformance.js';
import { compilePolicies, evaluate } from './evaluate.js';

for (const { name, policies, change, expected } of CONFORMANCE) {
  test(name, (t) => {
    const verdict = evaluate(compilePolicies(policies), change);
    const { violations = [], exempted = [], not_evaluated = [] } = expected;
    t.like(verdict, {
      verdict: expected.verdict,
      violations,
      exempted: exempted.map((violation) => ({ violation })),
      not_evaluated: not_evaluated.map((policy) => ({ policy })),
    });
    t.is(verdict.violations.length, violations.length, JSON.stringify(verdict));
    t.is(verdict.exempted.length, exempted.length, JSON.stringify(verdict));
    t.is(verdict.not_evaluated.length, not_evaluated.length, JSON.stringify(verdict));
  });
}
