import { Args } from '@oclif/core';
import * as api from '../../../../shared/api/policy-endpoints.js';
import type { ReplyOf } from '../../../../shared/api/types.js';
import { isUuid } from '../../../../shared/slug.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { getPolicy } from '../../../policy/find-policy.js';
import { formatPolicy } from '../../../policy/format-policy.js';

export default class PolicyShow extends BaseCommand {
  static override summary = 'Show a policy with all its versions';
  static override args = {
    policy: Args.string({ description: 'name, or id (also of a deleted one)', required: true }),
  };
  static override flags = { ...clientFlags };

  async run(): Promise<ReplyOf<typeof api.getPolicy>> {
    const { args, flags } = await this.parse(PolicyShow);
    const access = await this.access(await this.settings(flags.directory, flags));
    const policy = await this.withServer(access, async (client) => {
      const id = isUuid(args.policy) ? args.policy : (await getPolicy(client, args.policy)).id;
      return client.call(api.getPolicy, { params: { id } });
    });
    this.print(formatPolicy(policy));
    return policy;
  }
}
