import type { Delivery, Webhook } from '../../shared/api/webhooks.js';
import type { Sql } from '../db.js';
import { notFound } from '../errors.js';
import type { Position } from '../http/cursor.js';
import { instant, utc } from '../time.js';

/** A webhook with what its secrets are derived from. */
export interface StoredWebhook extends Webhook {
  secret_number: number;
  secret_key_id: string;
  /** Messages are signed with the secret before this one, too. */
  previous: boolean;
}

export async function listWebhooks(sql: Sql, orgId: string): Promise<Webhook[]> {
  return sql<Webhook[]>`select ${columns(sql)} from webhooks where org_id = ${orgId} order by created_at, id`;
}

/** Keeps others from changing it until the transaction ends. Throws 404. */
export async function lockWebhook(sql: Sql, orgId: string, id: string): Promise<StoredWebhook> {
  const [webhook] = await sql<StoredWebhook[]>`
    select ${columns(sql)}, ${secretColumns(sql)} from webhooks where org_id = ${orgId} and id = ${id} for update
  `;
  if (!webhook) throw notFound('webhook');
  return webhook;
}

/** Undefined: it is gone, or switched off, or rests after failures. */
export async function findActive(sql: Sql, orgId: string, id: string): Promise<StoredWebhook | undefined> {
  const [webhook] = await sql<StoredWebhook[]>`
    select ${columns(sql)}, ${secretColumns(sql)} from webhooks
    where org_id = ${orgId} and id = ${id} and enabled and coalesce(paused_until <= now(), true)
  `;
  return webhook;
}

/** Throws 404. */
export async function findWebhook(sql: Sql, orgId: string, id: string): Promise<Webhook> {
  const [webhook] = await sql<Webhook[]>`select ${columns(sql)} from webhooks where org_id = ${orgId} and id = ${id}`;
  if (!webhook) throw notFound('webhook');
  return webhook;
}

/** Where the feeds of an org end: a webhook gets what comes after. */
export interface FeedEnds {
  audit: number;
  violations: number;
}

export async function insertWebhook(
  sql: Sql,
  orgId: string,
  webhook: { id: string; url: string; description: string | null; events: string[]; keyId: string },
  ends: FeedEnds,
): Promise<void> {
  const { id, url, description, events, keyId } = webhook;
  await sql`
    insert into webhooks (org_id, id, url, description, events, secret_key_id, audit_seq, violation_seq)
    values (${orgId}, ${id}, ${url}, ${description}, ${events}::text[], ${keyId}, ${ends.audit}, ${ends.violations})
  `;
}

/** With `ends` it is switched on anew: nothing of what happened meanwhile is sent, and what went wrong is forgotten. */
export async function saveWebhook(
  sql: Sql,
  orgId: string,
  { id, url, description, events, enabled }: Webhook,
  ends: FeedEnds | undefined,
): Promise<void> {
  await sql`
    update webhooks set url = ${url}, description = ${description}, events = ${events}::text[], enabled = ${enabled},
      updated_at = now()
      ${ends ? sql`, audit_seq = ${ends.audit}, violation_seq = ${ends.violations}, failures = 0, paused_until = null, disabled_reason = null` : sql``}
    where org_id = ${orgId} and id = ${id}
  `;
}

/** Names the next secret. `keepHours` null: the one before cannot be made any more, as the signing key is another one. */
export async function nextSecret(
  sql: Sql,
  orgId: string,
  id: string,
  { keyId, keepHours }: { keyId: string; keepHours: number | null },
): Promise<void> {
  await sql`
    update webhooks set secret_number = secret_number + 1, secret_key_id = ${keyId}, updated_at = now(),
      previous_until = now() + ${keepHours}::int * interval '1 hour'
    where org_id = ${orgId} and id = ${id}
  `;
}

export async function listDeliveries(
  sql: Sql,
  orgId: string,
  webhookId: string,
  status: string | undefined,
  limit: number,
  after: Position | undefined,
): Promise<Delivery[]> {
  return sql<Delivery[]>`
    select ${deliveryColumns(sql)}
    from webhook_deliveries d
    join webhooks w on w.org_id = ${orgId} and w.id = d.webhook_id
    where d.org_id = ${orgId} and d.webhook_id = ${webhookId}
      ${status === undefined ? sql`` : sql`and d.status = ${status}`}
      ${after ? sql`and (d.created_at, d.id) < (${instant(sql, after.timestamp)}, ${after.id}::uuid)` : sql``}
    order by d.created_at desc, d.id desc
    limit ${limit}
  `;
}

/** Throws 404. */
export async function findDelivery(sql: Sql, orgId: string, id: string): Promise<Delivery> {
  const [delivery] = await sql<Delivery[]>`
    select ${deliveryColumns(sql)}
    from webhook_deliveries d
    join webhooks w on w.org_id = ${orgId} and w.id = d.webhook_id
    where d.org_id = ${orgId} and d.id = ${id}
  `;
  if (!delivery) throw notFound('delivery');
  return delivery;
}

const columns = (sql: Sql) => sql`
  id, url, description, events, enabled, disabled_reason, failures, ${utc(sql, 'succeeded_at')} as succeeded_at,
  case when previous_until > now() then ${utc(sql, 'previous_until')} end as previous_until,
  ${utc(sql, 'created_at')} as created_at, ${utc(sql, 'updated_at')} as updated_at
`;

const secretColumns = (sql: Sql) => sql`
  secret_number, secret_key_id, coalesce(previous_until > now(), false) as previous
`;

const deliveryColumns = (sql: Sql) => sql`
  d.id, d.type, d.status, d.attempts, coalesce(d.url, w.url) as url, ${utc(sql, 'd.created_at')} as created_at,
  ${utc(sql, 'd.last_attempt_at')} as last_attempt_at,
  case when d.status = 'waiting' then ${utc(sql, 'd.next_attempt_at')} end as next_attempt_at,
  d.response_status, d.response_body, d.error
`;
