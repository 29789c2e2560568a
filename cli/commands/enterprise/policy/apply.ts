import { Flags } from '@oclif/core';
import { createPolicy, deletePolicy, listPolicies, updatePolicy } from '../../../../shared/api/policy-endpoints.js';
import type { ApiClient } from '../../../api-client.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { formatPlan } from '../../../policy/format-policy.js';
import { type Plan, planApply } from '../../../policy/plan-apply.js';
import { parsePolicies } from '../../../policy/policy-file.js';
import { readText } from '../../../read-text.js';

/** The names of policies by what is done with them. */
interface Applied {
  dry_run: boolean;
  created: string[];
  updated: { name: string; fields: string[] }[];
  deleted: string[];
  unchanged: string[];
}

export default class PolicyApply extends BaseCommand {
  static override summary = "Make the organisation's policies what a policy file says";
  static override description =
    'Policies are known by their names. The differences are printed before anything is changed; applying the same file again changes nothing. What was done when it breaks off stays done: apply it again.';
  static override examples = [
    '<%= config.bin %> enterprise policy apply -f policies.toml --dry-run',
    '<%= config.bin %> enterprise policy apply -f policies.toml --prune',
  ];
  static override flags = {
    file: Flags.string({ char: 'f', description: 'the policy file, - for standard input', required: true }),
    'dry-run': Flags.boolean({ description: 'print the differences and change nothing', default: false }),
    prune: Flags.boolean({ description: 'delete policies that the file does not name' }),
    ...clientFlags,
  };

  async run(): Promise<Applied> {
    const { flags } = await this.parse(PolicyApply);
    const wanted = await parsePolicies(await readText(flags.file), flags.file);
    const access = await this.access(await this.settings(flags.directory, flags));
    return this.withServer(access, async (client) => {
      const { policies } = await client.call(listPolicies);
      const plan = planApply(policies, wanted, flags.prune);
      this.print(formatPlan(plan));
      if (!flags['dry-run']) await apply(client, plan);
      return toApplied(plan, flags['dry-run']);
    });
  }
}

/** Deletes first, so that a file never needs more room than it has in the end. Whoever changed a policy meanwhile is not overruled. */
async function apply(client: ApiClient, { create, update, remove }: Plan): Promise<void> {
  for (const { id } of remove) await client.call(deletePolicy, { params: { id } });
  for (const { policy, changes } of update)
    await client.call(updatePolicy, { params: { id: policy.id }, body: { ...changes, version: policy.version } });
  for (const body of create) await client.call(createPolicy, { body });
}

const toApplied = ({ create, update, remove, unchanged }: Plan, dry_run: boolean): Applied => ({
  dry_run,
  created: create.map(({ name }) => name),
  updated: update.map(({ policy, changes }) => ({ name: policy.name, fields: Object.keys(changes) })),
  deleted: remove.map(({ name }) => name),
  unchanged: unchanged.map(({ name }) => name),
});
