import { Args } from '@oclif/core';
import { type PolicyItem, updatePolicy } from '../../../../shared/api/policy-endpoints.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { getPolicy } from '../../../policy/find-policy.js';
import { formatPolicy } from '../../../policy/format-policy.js';

export default class PolicyDisable extends BaseCommand {
  static override summary = 'Switch a policy off; what it found stays';
  static override args = { policy: Args.string({ description: 'name or id', required: true }) };
  static override flags = { ...clientFlags };

  async run(): Promise<PolicyItem> {
    const { args, flags } = await this.parse(PolicyDisable);
    const access = await this.access(await this.settings(flags.directory, flags));
    const policy = await this.withServer(access, async (client) => {
      const { id } = await getPolicy(client, args.policy);
      return client.call(updatePolicy, { params: { id }, body: { enabled: false } });
    });
    this.print(formatPolicy(policy));
    return policy;
  }
}
