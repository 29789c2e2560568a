import { listPolicies, type PolicyItem } from '../../shared/api/policy-endpoints.js';
import type { ApiClient } from '../api-client.js';
import { CliError, Exit } from '../errors.js';

/** The policy of a name or id; undefined when the org has none. */
export async function findPolicy(client: ApiClient, nameOrId: string): Promise<PolicyItem | undefined> {
  const { policies } = await client.call(listPolicies);
  return policies.find(({ name }) => name === nameOrId) ?? policies.find(({ id }) => id === nameOrId.toLowerCase());
}

/** The same, and an error when there is none. */
export async function getPolicy(client: ApiClient, nameOrId: string): Promise<PolicyItem> {
  const policy = await findPolicy(client, nameOrId);
  if (policy) return policy;
  const hint = 'blameprompt enterprise policy list shows them all.';
  throw new CliError('no_policy', `There is no policy "${nameOrId}". ${hint}`, { exitCode: Exit.failed });
}
