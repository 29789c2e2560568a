import Type, { type Static } from '../schema.js';
import { endpoint, Name, Nullable, Strict, Timestamp, Uuid } from './types.js';

const Seq = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Hash = Type.String({ description: 'base64 of 32 bytes' });

/** An event in its place in the log. `event` is JSON text, byte for byte what the tree holds. */
export const LogEntry = Type.Object({
  seq: Seq,
  event: Type.String(),
  salt: Nullable(Type.String({ description: 'null: the detail was erased' })),
  detail: Nullable(Type.String()),
});

export const AuditItem = Type.Object({
  id: Uuid,
  seq: Nullable(Seq),
  recorded_at: Timestamp,
  action: Type.String(),
  actor: Type.Object({ type: Type.String(), id: Type.String(), name: Nullable(Type.String()) }),
  request_id: Nullable(Type.String()),
  ip: Nullable(Type.String()),
  target: Type.Object({ type: Type.String(), id: Type.String() }),
  before: Type.Unknown(),
  after: Type.Unknown(),
});
export type AuditItem = Static<typeof AuditItem>;

export const listAudit = endpoint({
  id: 'listAudit',
  method: 'get',
  path: '/api/v1/audit',
  summary: 'Audit events, newest first',
  scope: 'audit:read',
  query: Strict({
    action: Type.Optional(Name),
    actor: Type.Optional(Name),
    target: Type.Optional(Name),
    from: Type.Optional(Type.String({ format: 'time-bound', maxLength: 40 })),
    to: Type.Optional(Type.String({ format: 'time-bound', maxLength: 40 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: 'next_cursor of the page before' })),
  }),
  reply: Type.Object({ events: Type.Array(AuditItem), next_cursor: Nullable(Type.String()) }),
});

export const readAuditLog = endpoint({
  id: 'readAuditLog',
  method: 'get',
  path: '/api/v1/audit/log',
  summary: 'The log itself, by number: what an export holds and a verifier reads',
  scope: 'audit:read',
  query: Strict({
    start: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 1000 })),
  }),
  reply: Type.Object({ entries: Type.Array(LogEntry) }),
});

export const getCheckpoint = endpoint({
  id: 'getCheckpoint',
  method: 'get',
  path: '/api/v1/audit/checkpoint',
  summary: 'The newest signed checkpoint: keep it elsewhere, and nobody can change what it covers unnoticed',
  scope: 'audit:read',
  reply: Type.Object({
    size: Seq,
    checkpoint: Nullable(Type.String({ description: 'text as in C2SP tlog-checkpoint; null: no event yet' })),
    public_key: Nullable(Type.String({ description: 'base64 of the DER (SPKI) of the key that signs now' })),
    public_keys: Type.Array(Type.Object({ public_key: Type.String(), since: Timestamp }), {
      description: 'every key that signed checkpoints of this log, the newest first',
    }),
  }),
});

export const getProof = endpoint({
  id: 'getProof',
  method: 'get',
  path: '/api/v1/audit/proof',
  summary: 'Inclusion of an event in the newest checkpoint, or its consistency with an older one',
  scope: 'audit:read',
  query: Strict({
    event: Type.Optional(Uuid),
    from: Type.Optional(
      Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'size of the older checkpoint' }),
    ),
  }),
  reply: Type.Object({
    size: Seq,
    checkpoint: Type.String(),
    root: Hash,
    /** Of the event, when one was asked for. */
    entry: Nullable(LogEntry),
    hashes: Type.Array(Hash),
  }),
});
