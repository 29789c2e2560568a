import Type from '../schema.js';
import { CloneSettings } from './settings.js';
import { endpoint, Nullable, Timestamp, Uuid } from './types.js';

export const whoami = endpoint({
  id: 'whoami',
  method: 'get',
  path: '/api/v1/whoami',
  summary: 'The org, the key that asks, and the settings that clones keep to',
  scope: null,
  reply: Type.Object({
    org: Type.Object({ id: Uuid, slug: Type.String(), name: Type.String() }),
    key: Type.Object({
      id: Uuid,
      name: Type.String(),
      scopes: Type.Array(Type.String()),
      expires_at: Nullable(Timestamp),
    }),
    policy_key: Type.Unsafe<{ key_id: string; public_key: string } | null>({
      ...Type.Object({ key_id: Type.String(), public_key: Type.String() }),
      type: ['object', 'null'],
      description: 'the key that policy bundles are signed with, as in SignedBundle; null where the server has none',
    }),
    settings: CloneSettings,
  }),
});
