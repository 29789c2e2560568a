import type { PolicyInput } from '../api/policies.js';
import type { PolicyFault } from './errors.js';
import { compileExpression, summaryOf } from './expression.js';
import { utc } from './windows.js';

/**
 * What a policy gets wrong that its JSON Schema cannot say: expressions that do not parse or have no bound, patterns that mean
 * nothing, a validity that ends before it begins. No faults: `compilePolicies` takes it.
 */
export function checkPolicy(policy: PolicyInput): PolicyFault[] {
  const faults = [...checkRule(policy.rule), ...globFaults('/scope/repos', policy.scope?.repos)];
  const { valid_from: from, valid_until: until } = policy;
  if (from != null && until != null && utc(from) >= utc(until)) {
    faults.push({ pointer: '/valid_until', message: 'must be after valid_from' });
  }
  policy.exemptions?.forEach((exemption, n) => {
    faults.push(...globFaults(`/exemptions/${n}/repos`, exemption.repos));
    faults.push(...pathFaults(`/exemptions/${n}/paths`, exemption.paths));
  });
  return faults;
}

function checkRule(rule: PolicyInput['rule']): PolicyFault[] {
  if ('when' in rule) {
    try {
      compileExpression(rule.when);
      return [];
    } catch (error) {
      return [{ pointer: '/rule/when', message: summaryOf(error) }];
    }
  }
  if ('forbidden_paths' in rule) return pathFaults('/rule/forbidden_paths', rule.forbidden_paths);
  for (const name of ['allowed_models', 'blocked_models', 'allowed_providers', 'blocked_providers'] as const) {
    if (name in rule) return globFaults(`/rule/${name}`, (rule as Record<string, string[]>)[name]);
  }
  return [];
}

const globFaults = (pointer: string, patterns: readonly string[] = []): PolicyFault[] =>
  patterns.flatMap((pattern, n) =>
    pattern.trim() === '' ? [{ pointer: `${pointer}/${n}`, message: 'is empty' }] : [],
  );

function pathFaults(pointer: string, patterns: readonly string[] = []): PolicyFault[] {
  return patterns.flatMap((pattern, n) => {
    const message = pathFault(pattern);
    return message === undefined ? [] : [{ pointer: `${pointer}/${n}`, message }];
  });
}

function pathFault(pattern: string): string | undefined {
  if (pattern.startsWith('!'))
    return 'cannot take back another pattern with !: name what is meant, or write an exemption';
  if (pattern.replaceAll('/', '').trim() === '') return 'names no file';
  if (pattern.split('/').some((part) => part === '.' || part === '..'))
    return 'must be a path from the root, without . and ..';
  return undefined;
}
