import type { Agent } from 'undici';
import type { Database } from '../db.js';
import type { JobContext, JobKind } from '../jobs/kinds.js';
import type { SigningKey } from '../signing-key.js';
import { guardedAgent } from './guard.js';
import { findActive, type StoredWebhook } from './queries.js';
import { secretOf, signedHeaders } from './secret.js';
import { type Outcome, send, TIMEOUT_MS } from './send.js';
import { settle } from './settle.js';

/** Messages that one job sends; the next look of the dispatcher makes another job. */
const MAX_MESSAGES = 200;
/** A message that a process took is left alone for so long, in seconds, should the process die. */
const TAKEN_SECONDS = 60;

export interface Taken {
  id: string;
  body: string;
  /** From 1. */
  attempt: number;
}

/** Sends the due messages of one webhook, one after the other, until one fails while others failed before. */
export const deliver: JobKind = {
  kind: 'webhooks.deliver',
  maxAttempts: 3,
  leaseSeconds: 120,
  async run({ orgId, payload }, context) {
    const { db, config, signal } = context;
    const id = String(payload.webhook);
    const agent = guardedAgent(config.webhookAllow, TIMEOUT_MS);
    let sent = 0;
    try {
      for (; sent < MAX_MESSAGES; sent++) {
        signal.throwIfAborted();
        const webhook = await db.withTenant(orgId, (sql) => findActive(sql, orgId, id));
        const message = webhook && (await take(db, orgId, id));
        if (!message) break;
        await attempt(agent, webhook, message, orgId, context);
      }
    } finally {
      await agent.destroy();
    }
    return { sent };
  },
};

async function attempt(agent: Agent, webhook: StoredWebhook, message: Taken, orgId: string, context: JobContext) {
  const { db, signal, signingKey } = context;
  const secrets = secretsOf(signingKey, orgId, webhook);
  const outcome: Outcome = secrets
    ? await send(agent, webhook.url, headersOf(secrets, message), message.body, { signal })
    : {
        status: null,
        body: null,
        retryAfter: null,
        error: 'The signing key of the server is another one. Rotate the secret.',
      };
  if (signal.aborted && outcome.status === null) throw signal.reason; // it says nothing of the receiver
  await db.withTenant(orgId, (sql) => settle(sql, orgId, webhook, message, outcome));
}

/** The message that is due longest. It counts as attempted from here on, so that none is sent for ever by processes that die of it. */
async function take(db: Database, orgId: string, webhookId: string): Promise<Taken | undefined> {
  const [message] = await db.withTenant(
    orgId,
    (sql) => sql<Taken[]>`
      update webhook_deliveries set attempts = attempts + 1, last_attempt_at = now(),
        next_attempt_at = now() + ${TAKEN_SECONDS}::int * interval '1 second'
      where org_id = ${orgId} and id = (
        select id from webhook_deliveries
        where org_id = ${orgId} and webhook_id = ${webhookId} and status = 'waiting' and next_attempt_at <= now()
        order by next_attempt_at, created_at, id
        limit 1
        for update skip locked
      )
      returning id, body, attempts as attempt
    `,
  );
  return message;
}

/** The secret, and during a rotation the one before. Undefined: they cannot be made, as the signing key was changed. */
function secretsOf(key: SigningKey | undefined, orgId: string, webhook: StoredWebhook): Buffer[] | undefined {
  if (key?.id !== webhook.secret_key_id) return undefined;
  const numbers = [webhook.secret_number, ...(webhook.previous ? [webhook.secret_number - 1] : [])];
  return numbers.map((number) => secretOf(key, orgId, webhook.id, number));
}

const headersOf = (secrets: Buffer[], { id, body }: Taken) =>
  signedHeaders(secrets, { id, body, timestamp: Math.floor(Date.now() / 1000) });
