import type { PolicyInput } from '../api/policies.js';
import type { PolicyFault } from './errors.js';
import { compileExpression, summaryOf } from './expression.js';
import { patternFaults } from './pattern-faults.js';
import { utc } from './windows.js';

/**
 * What a policy gets wrong that its JSON Schema cannot say: an expression that does not parse, does not fit the types or has
 * no bound; patterns that mean nothing; a validity that ends before it begins. Without faults `compilePolicies` takes it.
 */
export function checkPolicy(policy: PolicyInput): PolicyFault[] {
  const faults = [...expressionFaults(policy.rule), ...patternFaults(policy)];
  const { valid_from: from, valid_until: until } = policy;
  if (from != null && until != null && utc(from) >= utc(until)) {
    faults.push({ pointer: '/valid_until', message: 'must be after valid_from' });
  }
  return faults;
}

function expressionFaults(rule: PolicyInput['rule']): PolicyFault[] {
  if (!('when' in rule)) return [];
  try {
    compileExpression(rule.when);
    return [];
  } catch (error) {
    return [{ pointer: '/rule/when', message: summaryOf(error) }];
  }
}
