import { createRequire } from 'node:module';
import type { Policy } from '../../api/policies.js';
import type { CompiledRule } from '../finding.js';
import { costLimit } from '../windows.js';
import { cut } from '../words.js';
import { costRule } from './cost.js';
import { percentageRule, receiptsRule, reviewRule } from './lines.js';
import { allowedRule, blockedRule } from './names.js';
import { pathsRule } from './paths.js';

/** The rule of a policy, ready to be asked. Throws a PolicyError for an expression that cannot be used. */
export function compileRule(policy: Policy): CompiledRule {
  const { rule } = policy;
  const limit = costLimit(rule);
  if (limit) return costRule(limit, policy);
  if ('allowed_models' in rule) return allowedRule('model', rule.allowed_models);
  if ('blocked_models' in rule) return blockedRule('model', rule.blocked_models);
  if ('allowed_providers' in rule) return allowedRule('provider', rule.allowed_providers);
  if ('blocked_providers' in rule) return blockedRule('provider', rule.blocked_providers);
  if ('require_review_above' in rule) return reviewRule(rule.require_review_above);
  if ('max_ai_percentage' in rule) return percentageRule(rule.max_ai_percentage);
  if ('require_receipts' in rule) return receiptsRule(rule.require_receipts);
  if ('forbidden_paths' in rule) return pathsRule(rule.forbidden_paths);
  if ('when' in rule) return expressions().expressionRule(rule.when, policy);
  return unknownRule(rule);
}

// Loading CEL takes as long as starting node. Hooks run at every commit, and few policies have an expression.
const require = createRequire(import.meta.url);
const expressions = () => require('./expression.js') as typeof import('./expression.js');

/** A rule of a later version, from a server that is newer than this hook. */
const unknownRule = (rule: object): CompiledRule => ({
  limit: null,
  advice: 'Install a newer version.',
  judge: () => ({ findings: [], gaps: [`this version knows no rule ${cut(Object.keys(rule).join(', '))}`] }),
});
