import { parse, TomlDate, TomlError } from 'smol-toml';
import { MAX_POLICIES, type PolicyInput, policyFields, RULE_NAMES, RULES, type RuleName } from '../api/policies.js';
import { Strict } from '../api/types.js';
import Type from '../schema.js';
import { type Check, compileBody } from '../validate.js';
import { checkPolicy } from './check.js';
import { PolicyError, type PolicyFault } from './errors.js';

/** Characters of a policy file. */
const MAX_FILE = 2_000_000;

/** The rule is checked by its name, so that a fault speaks of that rule and not of all of them. */
const checkFields = compileBody(Strict({ ...policyFields, rule: Type.Record(Type.String(), Type.Unknown()) }));

/** Compiled when a policy first has the rule: all of them take as long as starting node. */
const ruleChecks = new Map<RuleName, Check<unknown>>();
function ruleCheck(name: RuleName): Check<unknown> {
  const check = ruleChecks.get(name) ?? compileBody(RULES[name]);
  ruleChecks.set(name, check);
  return check;
}

/**
 * Reads a policy file: TOML with `[[policies]]`, each with `name`, `[policies.rule]` and what else a policy has; `action` is warn and
 * `enabled` true where nothing is said. Throws a PolicyError that names policy and field.
 */
export function parsePolicyFile(text: string): PolicyInput[] {
  const file = parseToml(text);
  const unknown = Object.keys(file).find((key) => key !== 'policies');
  if (unknown !== undefined) throw fileError(`${unknown} is not a known table; a policy file has [[policies]]`);
  const policies = file.policies;
  if (!Array.isArray(policies)) throw fileError('has no [[policies]]');
  if (policies.length > MAX_POLICIES) throw fileError(`has more than ${MAX_POLICIES} policies`);
  const seen = new Set<string>();
  return policies.map((item, n) => {
    const policy = readPolicy(item, n);
    if (seen.has(policy.name)) throw new PolicyError(policy.name, [{ pointer: '/name', message: 'is there twice' }]);
    seen.add(policy.name);
    return policy;
  });
}

function parseToml(text: string): Record<string, unknown> {
  if (text.length > MAX_FILE) throw fileError(`is longer than ${MAX_FILE} characters`);
  try {
    return withoutDates(parse(text)) as Record<string, unknown>;
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const [reason] = cause.message.split('\n');
    throw fileError(`line ${cause.line}, column ${cause.column}: ${reason}`, { cause });
  }
}

const fileError = (message: string, options?: ErrorOptions) =>
  new PolicyError('(file)', [{ pointer: '', message }], options);

/** TOML has dates of its own; a day is its beginning in UTC. */
function withoutDates(value: unknown): unknown {
  if (value instanceof TomlDate) return value.isDate() ? `${value.toISOString()}T00:00:00Z` : value.toISOString();
  if (Array.isArray(value)) return value.map(withoutDates);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withoutDates(child)]));
}

function readPolicy(item: unknown, n: number): PolicyInput {
  const name =
    typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string'
      ? item.name
      : `(number ${n + 1})`;
  const faults = policyFaults(item);
  if (faults.length === 0) faults.push(...checkPolicy(item as PolicyInput));
  if (faults.length > 0) throw new PolicyError(name, faults);
  return item as PolicyInput;
}

function policyFaults(item: unknown): PolicyFault[] {
  const checked = checkFields(item);
  if (checked.faults) return checked.faults;
  const rule = (item as { rule: Record<string, unknown> }).rule;
  const name = RULE_NAMES.find((key) => Object.hasOwn(rule, key));
  if (name === undefined) return [{ pointer: '/rule', message: `must have one of ${RULE_NAMES.join(', ')}` }];
  const { faults = [] } = ruleCheck(name)(rule);
  return faults.map(({ pointer, message }) => ({ pointer: `/rule${pointer}`, message }));
}
