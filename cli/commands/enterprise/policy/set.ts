import { Args, Flags } from '@oclif/core';
import type { PolicyInput } from '../../../../shared/api/policies.js';
import { createPolicy, type PolicyItem, updatePolicy } from '../../../../shared/api/policy-endpoints.js';
import { PERS } from '../../../../shared/policy/windows.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { CliError } from '../../../errors.js';
import { findPolicy } from '../../../policy/find-policy.js';
import { formatPolicy } from '../../../policy/format-policy.js';
import { parseRule } from '../../../policy/parse-rule.js';

export default class PolicySet extends BaseCommand {
  static override summary = 'Make a policy, or change what is named of one';
  static override description = 'Exemptions are written in a policy file: enterprise policy apply.';
  static override examples = [
    '<%= config.bin %> enterprise policy set budget --rule max_cost_per_day=50 --per person --action block',
    "<%= config.bin %> enterprise policy set models --rule 'blocked_models=gpt-4*,deepseek/*' --team backend",
    "<%= config.bin %> enterprise policy set weekends --rule 'when=receipt.timestamp.getDayOfWeek() in [0, 6]'",
  ];
  static override args = { name: Args.string({ description: 'its name', required: true }) };
  static override flags = {
    rule: Flags.string({ description: 'rule=value; a list has commas' }),
    per: Flags.string({ description: 'whose cost is summed', options: [...PERS], dependsOn: ['rule'] }),
    action: Flags.string({ description: 'what happens when it is broken (warn)', options: ['warn', 'block'] }),
    description: Flags.string({ description: 'why, and what to do' }),
    team: Flags.string({ description: 'holds for this team; may be given several times; empty: all', multiple: true }),
    repo: Flags.string({
      description: 'holds for repositories of this pattern; may be given several times; empty: all',
      multiple: true,
    }),
    'valid-from': Flags.string({ description: 'day or timestamp from which on it holds' }),
    'valid-until': Flags.string({ description: 'day or timestamp from which on it does not hold any more' }),
    'on-error': Flags.string({
      description: 'closed: what cannot be evaluated is a violation, too',
      options: ['open', 'closed'],
    }),
    disabled: Flags.boolean({ description: 'make it switched off' }),
    ...clientFlags,
  };

  async run(): Promise<PolicyItem> {
    const { args, flags } = await this.parse(PolicySet);
    const changes = changesOf(flags);
    const access = await this.access(await this.settings(flags.directory, { 'api-url': flags['api-url'] }));
    const policy = await this.withServer(access, async (client) => {
      const found = await findPolicy(client, args.name);
      if (found) {
        const scope = { ...found.scope, ...changes.scope };
        const body = { ...changes, ...(changes.scope && { scope }), version: found.version };
        return client.call(updatePolicy, { params: { id: found.id }, body });
      }
      if (!changes.rule)
        throw new CliError(
          'no_rule',
          `There is no policy "${args.name}" yet. Say its rule: --rule max_cost_per_day=50`,
        );
      return client.call(createPolicy, { body: { ...DEFAULTS, ...changes, rule: changes.rule, name: args.name } });
    });
    this.print(formatPolicy(policy));
    return policy;
  }
}

const DEFAULTS = { action: 'warn', enabled: true } as const;

interface SetFlags {
  rule: string | undefined;
  per: string | undefined;
  action: string | undefined;
  description: string | undefined;
  team: string[] | undefined;
  repo: string[] | undefined;
  'valid-from': string | undefined;
  'valid-until': string | undefined;
  'on-error': string | undefined;
  disabled: boolean;
}

function changesOf(flags: SetFlags): Partial<PolicyInput> {
  const { rule, per, action, description, team, repo, disabled } = flags;
  const lists = { ...(team && { teams: team.filter(isSaid) }), ...(repo && { repos: repo.filter(isSaid) }) };
  const changes = {
    rule: rule === undefined ? undefined : parseRule(rule, per),
    action,
    description,
    scope: team || repo ? lists : undefined,
    valid_from: timeOf(flags['valid-from']),
    valid_until: timeOf(flags['valid-until']),
    on_error: flags['on-error'],
    enabled: disabled ? false : undefined,
  };
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<PolicyInput>;
}

const isSaid = (text: string) => text !== '';

/** A day is its beginning in UTC; nothing removes the bound. */
function timeOf(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined;
  if (text === '') return null;
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
}
