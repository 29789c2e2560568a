import type { PolicyInput, Verdict } from '../../shared/api/policies.js';
import type { PolicyItem, PolicyVersion } from '../../shared/api/policy-endpoints.js';
import { formatDay, printable, table } from '../terminal.js';
import { ruleText } from './parse-rule.js';
import type { Plan } from './plan-apply.js';

export function formatPolicies(policies: readonly PolicyItem[]): string {
  if (policies.length === 0)
    return 'No policies. Make one: blameprompt enterprise policy set <name> --rule max_cost_per_day=50';
  const rows = policies.map((policy) => [
    policy.name,
    policy.enabled ? policy.action : 'off',
    ruleText(policy.rule),
    scopeText(policy),
    policy.version,
  ]);
  return table([['policy', 'action', 'rule', 'holds for', 'version'], ...rows], '');
}

export function formatPolicy(policy: PolicyItem & { versions?: PolicyVersion[] }): string {
  const { exemptions = [], versions = [] } = policy;
  const lines = [
    ['policy', policy.name],
    ['id', policy.id],
    ['rule', ruleText(policy.rule)],
    [
      'action',
      `${policy.action}${policy.enabled ? '' : ', switched off'}${policy.on_error === 'closed' ? ', fails closed' : ''}`,
    ],
    ['holds for', scopeText(policy)],
    [
      'valid',
      `${formatDay(policy.valid_from ?? null) ?? 'always'} – ${formatDay(policy.valid_until ?? null) ?? 'open'}`,
    ],
    ['description', policy.description ?? '–'],
    ...exemptions.map(({ reason, approver, expires_at }) => [
      'exemption',
      `${reason} (${approver}, until ${formatDay(expires_at)})`,
    ]),
    ...versions.map(({ version, changed_by, created_at, content }) => [
      `version ${version}`,
      `${created_at.slice(0, 16).replace('T', ' ')} by ${changed_by.key_name}${content === null ? ', deleted' : ''}`,
    ]),
  ];
  return lines.map(([name = '', text = '']) => `${name.padEnd(13)}${printable(text)}`).join('\n');
}

function scopeText({ scope }: PolicyInput): string {
  const teams = (scope?.teams ?? []).map((team) => `team ${team}`);
  return [...teams, ...(scope?.repos ?? [])].join(', ') || 'all';
}

/** What an application of a policy file changes, a line a policy. */
export function formatPlan({ create, update, remove, unchanged }: Plan): string {
  const lines = [
    ...create.map((policy) => `+ ${policy.name}: ${policy.action}, ${ruleText(policy.rule)}`),
    ...update.flatMap(({ policy, changes }) => [
      `~ ${policy.name}`,
      ...Object.entries(changes).map(
        ([field, value]) =>
          `    ${field}: ${valueText(field, policy[field as keyof PolicyInput])} → ${valueText(field, value)}`,
      ),
    ]),
    ...remove.map((policy) => `- ${policy.name}`),
    `${create.length} to make, ${update.length} to change, ${remove.length} to delete, ${unchanged.length} as they are`,
  ];
  return lines.map(printable).join('\n');
}

function valueText(field: string, value: unknown): string {
  if (value == null) return '–';
  if (field === 'rule') return ruleText(value as PolicyInput['rule']);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A verdict and what it rests on. */
export function formatVerdict({ verdict, violations, exempted, not_evaluated }: Verdict): string {
  const lines = [
    ...violations.flatMap(({ action, policy, message, advice }) => [
      `${action.padEnd(5)}  ${policy}: ${message}`,
      `       ${advice}`,
    ]),
    ...exempted.map(
      ({ violation, exemption }) => `exempt ${violation.policy}: ${violation.message} (${exemption.reason})`,
    ),
    ...not_evaluated.map(({ policy, reason }) => `not evaluated: ${policy}: ${reason}`),
    `Verdict: ${verdict}`,
  ];
  return lines.map(printable).join('\n');
}
