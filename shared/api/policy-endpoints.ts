import Type, { type Static } from '../schema.js';
import {
  EvaluatedCommit,
  EvaluatedReceipt,
  MAX_POLICIES,
  type PolicyInput,
  policyFields,
  RULE_NAMES,
  Verdict,
  Violation,
} from './policies.js';
import { MAX_BATCH_ITEMS } from './receipts.js';
import { Count, endpoint, Maybe, Nullable, RepoName, Strict, Timestamp, Uuid } from './types.js';

const Input = Type.Unsafe<PolicyInput>(Strict(policyFields));

/** Any of the fields; without defaults, which would overwrite what was not named. */
const changes = Object.fromEntries(
  Object.entries(policyFields).map(([name, { default: _, ...schema }]: [string, object & { default?: unknown }]) => [
    name,
    Type.Optional(schema),
  ]),
);

export const PolicyItem = Type.Object({
  id: Uuid,
  version: Type.Integer({ minimum: 1 }),
  ...policyFields,
  created_at: Timestamp,
  updated_at: Timestamp,
  deleted_at: Nullable(Timestamp),
});
export type PolicyItem = PolicyInput &
  Pick<Static<typeof PolicyItem>, 'id' | 'version' | 'created_at' | 'updated_at' | 'deleted_at'>;
const Item = Type.Unsafe<PolicyItem>(PolicyItem);

export const PolicyVersion = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  content: Type.Unsafe<PolicyInput | null>({ type: ['object', 'null'], description: 'null: this version deleted it' }),
  changed_by: Type.Object({ key_id: Uuid, key_name: Type.String() }),
  created_at: Timestamp,
});
export type PolicyVersion = Static<typeof PolicyVersion>;

export const listPolicies = endpoint({
  id: 'listPolicies',
  method: 'get',
  path: '/api/v1/policies',
  summary: 'The policies of the org, by name',
  scope: 'policies:read',
  query: Strict({ enabled: Type.Optional(Type.Boolean()), rule: Type.Optional(Type.Enum([...RULE_NAMES])) }),
  reply: Type.Object({ policies: Type.Array(Item) }),
});

export const createPolicy = endpoint({
  id: 'createPolicy',
  method: 'post',
  path: '/api/v1/policies',
  summary: 'Make a policy',
  scope: 'policies:write',
  body: Input,
  reply: Item,
  status: 201,
  once: true,
});

export const getBundle = endpoint({
  id: 'getPolicyBundle',
  method: 'get',
  path: '/api/v1/policies/bundle',
  summary: 'What hooks judge with while no server is asked: the policies of a repository and what was spent, signed',
  scope: 'policies:read',
  tagged: true,
  query: Strict({ repo: RepoName, person: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })) }),
  reply: Type.Object({
    payload: Type.String({ description: 'JSON of a bundle; what the signature is over' }),
    signature: Type.String({ description: 'Ed25519, base64' }),
    key_id: Type.String(),
    public_key: Type.String({ description: 'DER (SPKI), base64' }),
  }),
});

export const getPolicy = endpoint({
  id: 'getPolicy',
  method: 'get',
  path: '/api/v1/policies/:id',
  summary: 'One policy with all its versions, newest first, also when it is deleted',
  scope: 'policies:read',
  reply: Type.Unsafe<PolicyItem & { versions: PolicyVersion[] }>(
    Type.Object({ ...PolicyItem.properties, versions: Type.Array(PolicyVersion) }),
  ),
});

export const updatePolicy = endpoint({
  id: 'updatePolicy',
  method: 'patch',
  path: '/api/v1/policies/:id',
  summary: 'Change fields of a policy; null removes one',
  scope: 'policies:write',
  body: Type.Unsafe<Partial<PolicyInput> & { version?: number }>(
    Strict({
      ...changes,
      version: Type.Optional(
        Type.Integer({
          minimum: 1,
          description: 'the version that is changed; 409 when it is no longer the current one',
        }),
      ),
    }),
  ),
  reply: Item,
});

export const deletePolicy = endpoint({
  id: 'deletePolicy',
  method: 'delete',
  path: '/api/v1/policies/:id',
  summary: 'Delete a policy; its versions and violations stay readable',
  scope: 'policies:write',
  reply: Item,
});

export const evaluatePolicies = endpoint({
  id: 'evaluatePolicies',
  method: 'post',
  path: '/api/v1/policies/evaluate',
  summary:
    'The verdict on receipts and commits that are not stored yet, with what the server knows was spent and written',
  scope: 'policies:read',
  body: Strict({
    repo: RepoName,
    person: Maybe(Type.String({ minLength: 1, maxLength: 320, description: 'e-mail: whose teams count' })),
    receipts: Maybe(Type.Array(EvaluatedReceipt, { maxItems: MAX_BATCH_ITEMS })),
    commits: Maybe(Type.Array(EvaluatedCommit, { maxItems: MAX_BATCH_ITEMS })),
    policies: Type.Optional(
      Type.Array(Input, { maxItems: MAX_POLICIES, description: "to try: judge by these instead of the org's own" }),
    ),
  }),
  reply: Verdict,
});

const days = Type.Integer({ minimum: 1, maximum: 400, description: 'how far back' });
const cursor = Type.Optional(
  Type.String({ minLength: 1, maxLength: 300, description: 'next_cursor of the part before' }),
);

/** One part of a simulation. Counts are of this part: those who go on with next_cursor add them up. */
export const Simulation = Type.Object({
  from: Timestamp,
  to: Timestamp,
  receipts: Count,
  commits: Count,
  violations: Type.Object({
    warn: Count,
    block: Count,
    items: Type.Array(Violation),
    truncated: Type.Boolean({ description: 'items holds the first ones only' }),
  }),
  exempted: Count,
  by_repo: Type.Array(Type.Object({ repo: Nullable(Type.String()), violations: Count })),
  by_person: Type.Array(Type.Object({ person: Nullable(Type.String()), violations: Count })),
  not_evaluated: Verdict.properties.not_evaluated,
  next_cursor: Nullable(Type.String()),
});
export type Simulation = Static<typeof Simulation>;

export const simulatePolicy = endpoint({
  id: 'simulatePolicy',
  method: 'post',
  path: '/api/v1/policies/:id/simulate',
  summary: 'What a policy, switched on or not, would have found in the last days',
  scope: 'policies:read',
  body: Strict({ days, cursor }),
  reply: Simulation,
});

export const simulateCandidate = endpoint({
  id: 'simulateCandidate',
  method: 'post',
  path: '/api/v1/policies/simulate',
  summary: 'What a policy that is not saved would have found in the last days',
  scope: 'policies:read',
  body: Strict({ policy: Input, days, cursor }),
  reply: Simulation,
});
