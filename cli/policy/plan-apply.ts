import { isDeepStrictEqual } from 'node:util';
import { type PolicyInput, policyFields } from '../../shared/api/policies.js';
import type { PolicyItem } from '../../shared/api/policy-endpoints.js';

/** What a policy file changes at the server. */
export interface Plan {
  create: PolicyInput[];
  update: { policy: PolicyItem; changes: Partial<PolicyInput> }[];
  remove: PolicyItem[];
  unchanged: PolicyItem[];
}

const FIELDS = Object.keys(policyFields) as (keyof PolicyInput)[];

/** Compares policies by name. What the file does not name is removed only with `prune`. */
export function planApply(current: readonly PolicyItem[], wanted: readonly PolicyInput[], prune: boolean): Plan {
  const byName = new Map(current.map((policy) => [policy.name, policy]));
  const plan: Plan = { create: [], update: [], remove: [], unchanged: [] };
  for (const input of wanted) {
    const policy = byName.get(input.name);
    byName.delete(input.name);
    const changes = policy && changesTo(policy, input);
    if (!changes) plan.create.push(input);
    else if (Object.keys(changes).length === 0) plan.unchanged.push(policy);
    else plan.update.push({ policy, changes });
  }
  if (prune) plan.remove.push(...byName.values());
  return plan;
}

/** The fields that differ in what they mean, with the values of `wanted`. */
function changesTo(policy: PolicyItem, wanted: PolicyInput): Partial<PolicyInput> {
  const differing = FIELDS.filter((field) => !isDeepStrictEqual(meaning(policy)[field], meaning(wanted)[field]));
  return Object.fromEntries(differing.map((field) => [field, wanted[field] ?? NOTHING[field] ?? null]));
}

/** What stands for nothing said, where that is not null. */
const NOTHING: Partial<PolicyInput> = { scope: {}, on_error: 'open', exemptions: [] };

/** A policy in which what means the same is the same. Ids of exemptions are the server's. */
function meaning({ description, scope = {}, exemptions = [], rule, ...rest }: PolicyInput): PolicyInput {
  const { per = 'scope', ...asked } = rule as { per?: string };
  return {
    on_error: 'open',
    ...rest,
    valid_from: rest.valid_from ?? null,
    valid_until: rest.valid_until ?? null,
    description: description ?? null,
    scope,
    rule: { per, ...asked } as PolicyInput['rule'],
    exemptions: exemptions.map(({ id, ...said }) => said),
  };
}
