import { Args, Flags } from '@oclif/core';
import type { PolicyInput } from '../../../../shared/api/policies.js';
import { type Simulation, simulateCandidate, simulatePolicy } from '../../../../shared/api/policy-endpoints.js';
import type { ApiClient } from '../../../api-client.js';
import { BaseCommand, clientFlags } from '../../../base-command.js';
import { CliError } from '../../../errors.js';
import { getPolicy } from '../../../policy/find-policy.js';
import { parsePolicies } from '../../../policy/policy-file.js';
import { formatSimulation, mergeSimulations } from '../../../policy/simulation.js';
import { readText } from '../../../read-text.js';

export default class PolicySimulate extends BaseCommand {
  static override summary = 'Show what a policy would have found in the last days';
  static override description =
    'For a policy of the organisation, switched on or not, or for one in a file that is not applied yet. Nothing is recorded.';
  static override examples = [
    '<%= config.bin %> enterprise policy simulate budget --days 90',
    '<%= config.bin %> enterprise policy simulate budget -f policies.toml',
  ];
  static override args = { policy: Args.string({ description: 'name or id', required: true }) };
  static override flags = {
    days: Flags.integer({ description: 'how far back', default: 30, min: 1, max: 400 }),
    file: Flags.string({ char: 'f', description: 'take the policy from this file, - for standard input' }),
    ...clientFlags,
  };

  async run(): Promise<Omit<Simulation, 'next_cursor'>> {
    const { args, flags } = await this.parse(PolicySimulate);
    const candidate = flags.file === undefined ? undefined : await fromFile(flags.file, args.policy);
    const access = await this.access(await this.settings(flags.directory, flags));
    const simulation = await this.withServer(access, async (client) => {
      const ask = candidate ? asking(client, candidate) : await askingOf(client, args.policy);
      const parts: Simulation[] = [];
      do parts.push(await ask(flags.days, parts.at(-1)?.next_cursor ?? undefined));
      while (parts.at(-1)!.next_cursor !== null);
      return mergeSimulations(parts);
    });
    this.print(formatSimulation(simulation));
    return simulation;
  }
}

type Ask = (days: number, cursor: string | undefined) => Promise<Simulation>;

const asking =
  (client: ApiClient, policy: PolicyInput): Ask =>
  (days, cursor) =>
    client.call(simulateCandidate, { body: { policy, days, ...(cursor !== undefined && { cursor }) } });

async function askingOf(client: ApiClient, nameOrId: string): Promise<Ask> {
  const { id } = await getPolicy(client, nameOrId);
  return (days, cursor) =>
    client.call(simulatePolicy, { params: { id }, body: { days, ...(cursor !== undefined && { cursor }) } });
}

async function fromFile(file: string, name: string): Promise<PolicyInput> {
  const policy = (await parsePolicies(await readText(file), file)).find((one) => one.name === name);
  if (!policy) throw new CliError('no_policy', `${file} has no policy "${name}".`);
  return policy;
}
