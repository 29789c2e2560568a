import { createHash, randomBytes } from 'node:crypto';

/** Who did something: an API key, the operator at the server's command line, or the server by itself. */
export interface Actor {
  type: 'key' | 'operator' | 'server';
  /** The key's id, `operator` or `server`. */
  id: string;
  name: string | null;
  request_id: string | null;
  ip: string | null;
}

/** What happened, as `noun.verb` in the past: `team.created`. */
export interface Deed {
  action: string;
  target: { type: string; id: string };
  before?: unknown;
  after?: unknown;
}

/** One event as it is stored. `event` is what the tree holds; `detail` may be erased. */
export interface StoredEvent {
  id: string;
  recorded_at: string;
  /** JSON: v, id, org, recorded_at, action, actor {type, id}, request_id, target {type, id}, detail_hash. */
  event: string;
  salt: string;
  /** JSON: actor_name, ip, before, after. */
  detail: string;
}

/** Puts what can name a person into the detail, of which the event holds a salted hash (compliance.md, "Erasure and the tree"). */
export function composeEvent(
  org: string,
  { id, recorded_at }: { id: string; recorded_at: string },
  actor: Actor,
  deed: Deed,
): StoredEvent {
  const { action, target, before = null, after = null } = deed;
  const detail = JSON.stringify({ actor_name: actor.name, ip: actor.ip, before, after });
  const salt = randomBytes(16).toString('hex');
  const event = JSON.stringify({
    v: 1,
    id,
    org,
    recorded_at,
    action,
    actor: { type: actor.type, id: actor.id },
    request_id: actor.request_id,
    target,
    detail_hash: hashDetail(salt, detail),
  });
  return { id, recorded_at, event, salt, detail };
}

/** Without the salt nobody can guess a short detail from its hash. */
export function hashDetail(salt: string, detail: string): string {
  return createHash('sha256').update(salt).update('\n').update(detail).digest('hex');
}
