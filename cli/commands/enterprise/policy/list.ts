import { Flags } from '@oclif/core';
import { RULE_NAMES } from '../../../../shared/api/policies.js';
import { listPolicies } from '../../../../shared/api/policy-endpoints.js';
import type { QueryOf, ReplyOf } from '../../../../shared/api/types.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatPolicies } from '../../../policy/format-policy.js';

export default class PolicyList extends BaseCommand {
  static override summary = "List the organisation's policies";
  static override flags = {
    enabled: Flags.boolean({
      description: 'those that are switched on, or with --no-enabled those that are not',
      allowNo: true,
    }),
    rule: Flags.string({ description: 'those of one rule', options: RULE_NAMES }),
    ...clientFlags,
  };

  async run(): Promise<ReplyOf<typeof listPolicies>> {
    const { flags } = await this.parse(PolicyList);
    const { enabled, rule } = flags;
    const query = { ...(enabled !== undefined && { enabled }), ...(rule !== undefined && { rule }) };
    const reply = await this.call(flags, listPolicies, { query: query as QueryOf<typeof listPolicies> });
    this.print(formatPolicies(reply.policies));
    return reply;
  }
}
