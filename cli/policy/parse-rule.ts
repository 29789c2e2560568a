import { RULE_NAMES, type Rule, type RuleName } from '../../shared/api/policies.js';
import { PERS } from '../../shared/policy/windows.js';
import { CliError } from '../errors.js';

const LISTS: readonly RuleName[] = [
  'allowed_models',
  'blocked_models',
  'allowed_providers',
  'blocked_providers',
  'forbidden_paths',
];

/**
 * A rule as it is written on the command line: `max_cost_per_day=50`, `blocked_models=gpt-4*,deepseek/*`, `when=<expression>`.
 * Whether its value is one is for the server to say, which has the schema.
 */
export function parseRule(text: string, per: string | undefined): Rule {
  const [name = '', value = ''] = splitOnce(text);
  if (!RULE_NAMES.includes(name as RuleName) || value === '') {
    throw new CliError(
      'invalid_rule',
      `"${text}" is no rule. Write one as max_cost_per_day=50 or blocked_models=gpt-4*,deepseek/*. Rules: ${RULE_NAMES.join(', ')}.`,
    );
  }
  if (per !== undefined && !name.startsWith('max_cost'))
    throw new CliError(
      'invalid_rule',
      `--per ${PERS.join(', ')} goes with max_cost_per_day and max_cost_per_month only.`,
    );
  return { [name]: readValue(name as RuleName, value), ...(per !== undefined && { per }) } as Rule;
}

function readValue(name: RuleName, value: string): unknown {
  if (name === 'when') return value;
  if (LISTS.includes(name)) return value.split(',').map((pattern) => pattern.trim());
  const number = Number(value);
  if (Number.isNaN(number)) throw new CliError('invalid_rule', `${name} takes a number, not "${value}".`);
  return number;
}

function splitOnce(text: string): string[] {
  const at = text.indexOf('=');
  return at < 0 ? [text] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** A rule as parseRule takes it, for people. */
export function ruleText({ per, ...rule }: Rule & { per?: string }): string {
  const [[name, value] = []] = Object.entries(rule);
  return `${name}=${Array.isArray(value) ? value.join(',') : value}${per === undefined || per === 'scope' ? '' : ` per ${per}`}`;
}
