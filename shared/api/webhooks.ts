import Type, { type Static } from '../schema.js';
import { Count, endpoint, Maybe, Nullable, Strict, Timestamp, Uuid } from './types.js';

/** Webhooks of one org, at most. */
export const MAX_WEBHOOKS = 20;

/** What a webhook can ask for. `audit.event` is every event of the audit log. */
export const EVENT_TYPES = [
  'violation.created',
  'policy.changed',
  'key.changed',
  'team.changed',
  'report.ready',
  'audit.event',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const Url = Type.String({
  minLength: 1,
  maxLength: 2000,
  description: 'https; no private address unless the server allows it',
});
const Events = Type.Array(Type.Enum([...EVENT_TYPES]), { minItems: 1, maxItems: 20, uniqueItems: true });
const Description = Type.String({ maxLength: 500 });

export const Webhook = Type.Object({
  id: Uuid,
  url: Type.String(),
  description: Nullable(Type.String()),
  events: Type.Array(Type.String()),
  enabled: Type.Boolean(),
  disabled_reason: Nullable(Type.String({ description: 'why the server switched it off' })),
  failures: Type.Integer({ minimum: 0, description: 'attempts that failed since one succeeded' }),
  succeeded_at: Nullable(Timestamp),
  previous_until: Nullable(
    Type.String({ format: 'timestamp', description: 'messages are signed with the secret before, too, until then' }),
  ),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Webhook = Static<typeof Webhook>;

const WithSecret = Type.Object({
  webhook: Webhook,
  secret: Type.String({ description: 'whsec_…: shown this once' }),
});

export const Delivery = Type.Object({
  id: Type.String({ description: 'the webhook-id of the message' }),
  type: Type.String(),
  status: Type.Enum(['waiting', 'delivered', 'failed']),
  attempts: Count,
  url: Type.String({ description: 'of the last attempt, else of the next one' }),
  created_at: Timestamp,
  last_attempt_at: Nullable(Timestamp),
  next_attempt_at: Nullable(Timestamp),
  response_status: Nullable(Type.Integer()),
  response_body: Nullable(Type.String({ description: 'its first 1024 bytes' })),
  error: Nullable(Type.String()),
});
export type Delivery = Static<typeof Delivery>;

export const listWebhooks = endpoint({
  id: 'listWebhooks',
  method: 'get',
  path: '/api/v1/webhooks',
  summary: 'Webhooks of the org',
  scope: 'webhooks:read',
  reply: Type.Object({ webhooks: Type.Array(Webhook) }),
});

export const createWebhook = endpoint({
  id: 'createWebhook',
  method: 'post',
  path: '/api/v1/webhooks',
  summary: 'Send events to an address, signed as Standard Webhooks says; the key needs the right to read what is sent',
  scope: 'webhooks:write',
  body: Strict({ url: Url, events: Events, description: Maybe(Description) }),
  reply: WithSecret,
  status: 201,
  once: true,
});

export const updateWebhook = endpoint({
  id: 'updateWebhook',
  method: 'patch',
  path: '/api/v1/webhooks/:id',
  summary: 'Change a webhook, or switch it on again: it then gets what happens from now on',
  scope: 'webhooks:write',
  body: Strict({
    url: Type.Optional(Url),
    events: Type.Optional(Events),
    description: Maybe(Description),
    enabled: Type.Optional(Type.Boolean()),
  }),
  reply: Type.Object({ webhook: Webhook }),
});

export const deleteWebhook = endpoint({
  id: 'deleteWebhook',
  method: 'delete',
  path: '/api/v1/webhooks/:id',
  summary: 'Delete a webhook and what waits to be sent to it',
  scope: 'webhooks:write',
  reply: Type.Object({ webhook: Webhook }),
});

export const rotateWebhookSecret = endpoint({
  id: 'rotateWebhookSecret',
  method: 'post',
  path: '/api/v1/webhooks/:id/rotate',
  summary: 'Make a new secret; for a while messages are signed with both',
  scope: 'webhooks:write',
  body: Strict({ grace_hours: Type.Optional(Type.Integer({ minimum: 0, maximum: 720, default: 24 })) }),
  reply: WithSecret,
  status: 201,
  once: true,
});

export const testWebhook = endpoint({
  id: 'testWebhook',
  method: 'post',
  path: '/api/v1/webhooks/:id/test',
  summary: 'Send a message of the type webhook.test; its delivery tells what came of it',
  scope: 'webhooks:write',
  reply: Type.Object({ delivery: Delivery }),
  status: 201,
  once: true,
});

export const listDeliveries = endpoint({
  id: 'listDeliveries',
  method: 'get',
  path: '/api/v1/webhooks/:id/deliveries',
  summary: 'Messages of a webhook, newest first, for some weeks',
  scope: 'webhooks:read',
  query: Strict({
    status: Type.Optional(Type.Enum(['waiting', 'delivered', 'failed'])),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: 'next_cursor of the page before' })),
  }),
  reply: Type.Object({ deliveries: Type.Array(Delivery), next_cursor: Nullable(Type.String()) }),
});
