import { Args } from '@oclif/core';
import { deletePolicy, type PolicyItem } from '../../../../shared/api/policy-endpoints.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { getPolicy } from '../../../policy/find-policy.js';
import { printable } from '../../../terminal.js';

export default class PolicyDelete extends BaseCommand {
  static override summary = 'Delete a policy; its versions and what it found stay readable';
  static override args = { policy: Args.string({ description: 'name or id', required: true }) };
  static override flags = { ...clientFlags };

  async run(): Promise<PolicyItem> {
    const { args, flags } = await this.parse(PolicyDelete);
    const access = await this.access(await this.settings(flags.directory, flags));
    const policy = await this.withServer(access, async (client) => {
      const { id } = await getPolicy(client, args.policy);
      return client.call(deletePolicy, { params: { id } });
    });
    this.print(`Deleted ${printable(policy.name)}. It stays readable: enterprise policy show ${policy.id}`);
    return policy;
  }
}
