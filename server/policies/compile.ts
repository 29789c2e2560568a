import type { Policy } from '../../shared/api/policies.js';
import { PolicyError } from '../../shared/policy/errors.js';
import { type CompiledPolicies, compilePolicies } from '../../shared/policy/evaluate.js';

/**
 * Stored policies made ready. One that cannot be used any more, because another version of the server took its expression, is
 * left out: receipts must land, and the other policies hold.
 */
export function compileStored(policies: readonly Policy[]): CompiledPolicies {
  return policies.flatMap((policy) => {
    try {
      return compilePolicies([policy]);
    } catch (error) {
      if (error instanceof PolicyError) return [];
      throw error;
    }
  });
}
