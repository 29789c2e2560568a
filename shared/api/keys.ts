import Type, { type Static } from '../schema.js';
import { endpoint, Maybe, Name, Nullable, SCOPES, Strict, Timestamp, Uuid } from './types.js';

/** Keys of one org that are in force at one time, at most. */
export const MAX_KEYS = 1_000;

const ExpiresInDays = Type.Integer({ minimum: 1, maximum: 36_500 });

export const KeyItem = Type.Object({
  id: Uuid,
  name: Type.String(),
  last_four: Type.String(),
  scopes: Type.Array(Type.String()),
  state: Type.Enum(['active', 'expired', 'revoked']),
  created_at: Timestamp,
  expires_at: Nullable(Timestamp),
  revoked_at: Nullable(Timestamp),
  rotated_to: Nullable(Type.String({ format: 'uuid', description: 'the key that takes its place' })),
  last_used_at: Nullable(Type.String({ format: 'timestamp', description: 'to the hour' })),
});
export type KeyItem = Static<typeof KeyItem>;

const NewKey = Type.Object({
  key: KeyItem,
  api_key: Type.String({ description: 'the key itself: shown this once, and stored nowhere' }),
});

export const listKeys = endpoint({
  id: 'listKeys',
  method: 'get',
  path: '/api/v1/keys',
  summary: 'API keys of the org, the newest first',
  scope: 'keys:read',
  query: Strict({
    all: Type.Optional(
      Type.Boolean({ description: 'behind them those that expired or were revoked: 2,000 keys in all' }),
    ),
  }),
  reply: Type.Object({ keys: Type.Array(KeyItem) }),
});

export const createKey = endpoint({
  id: 'createKey',
  method: 'post',
  path: '/api/v1/keys',
  summary: 'Make an API key with scopes that the asking key has itself',
  scope: 'keys:write',
  body: Strict({
    name: Name,
    scopes: Type.Array(Type.Enum([...SCOPES, '*']), { minItems: 1, maxItems: 100, uniqueItems: true }),
    expires_in_days: Maybe(ExpiresInDays),
  }),
  reply: NewKey,
  status: 201,
  once: true,
});

export const rotateKey = endpoint({
  id: 'rotateKey',
  method: 'post',
  path: '/api/v1/keys/:id/rotate',
  summary: 'Make a key that takes the place of another, which expires after a grace period',
  scope: 'keys:write',
  body: Strict({
    grace_hours: Type.Optional(Type.Integer({ minimum: 0, maximum: 720, default: 24 })),
  }),
  reply: Type.Object({ ...NewKey.properties, replaced: KeyItem }),
  status: 201,
  once: true,
});

export const revokeKey = endpoint({
  id: 'revokeKey',
  method: 'delete',
  path: '/api/v1/keys/:id',
  summary: 'Revoke an API key; it stops working at once',
  scope: 'keys:write',
  reply: Type.Object({ key: KeyItem }),
});
