import Type, { type Static } from '../schema.js';
import { RULE_NAMES, Violation } from './policies.js';
import { filters } from './receipts.js';
import { endpoint, Name, Nullable, RepoName, Strict, Timestamp, Uuid } from './types.js';

export const ViolationItem = Type.Object({
  id: Uuid,
  ...Violation.properties,
  policy_version: Type.Integer({ minimum: 1 }),
  person: Nullable(Type.String({ description: 'e-mail in lower case, else name' })),
  team: Nullable(Type.String()),
  occurred_at: { ...Timestamp, description: "the receipt's or commit's time, or the beginning of the day or month" },
  found_at: Timestamp,
  updated_at: Timestamp,
  acknowledged_at: Nullable(Timestamp),
  acknowledged_by: Nullable(Type.String({ description: 'name of the key' })),
  note: Nullable(Type.String()),
});
export type ViolationItem = Static<typeof ViolationItem>;

export const listViolations = endpoint({
  id: 'listViolations',
  method: 'get',
  path: '/api/v1/violations',
  summary: 'What policies found in what was stored, newest first',
  scope: 'violations:read',
  query: Strict({
    policy: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'id or name' })),
    rule: Type.Optional(Type.Enum([...RULE_NAMES])),
    action: Type.Optional(Type.Enum(['warn', 'block'])),
    repo: Type.Optional(RepoName),
    team: Type.Optional(Name),
    person: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
    from: filters.from,
    to: filters.to,
    acknowledged: Type.Optional(Type.Boolean()),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: 'next_cursor of the page before' })),
  }),
  reply: Type.Object({ violations: Type.Array(ViolationItem), next_cursor: Nullable(Type.String()) }),
});

export const acknowledgeViolation = endpoint({
  id: 'acknowledgeViolation',
  method: 'patch',
  path: '/api/v1/violations/:id',
  summary: 'Acknowledge a violation with a note, or take that back',
  scope: 'violations:write',
  body: Strict({
    acknowledged: Type.Boolean(),
    note: Type.Optional(Nullable(Type.String({ maxLength: 2000 }))),
  }),
  reply: ViolationItem,
});
