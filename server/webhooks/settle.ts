import { type Actor, recordEvent } from '../audit/record.js';
import type { Sql } from '../db.js';
import type { Taken } from './deliver.js';
import type { StoredWebhook } from './queries.js';
import type { Outcome } from './send.js';

/** Pauses between attempts in seconds, as Standard Webhooks proposes them: ten attempts in three days. */
export const RETRY_SECONDS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/** From so many failures in a row on the webhook rests after each, whichever message is next, in seconds. */
const REST = { from: 3, first: 30, longest: 3_600 };

const SERVER: Actor = { type: 'server', id: 'server', name: null, request_id: null, ip: null };

/** Writes down what came of an attempt, and what follows: another one later, the end of the message, or of the webhook. */
export async function settle(
  sql: Sql,
  orgId: string,
  webhook: StoredWebhook,
  message: Taken,
  outcome: Outcome,
): Promise<void> {
  const { status, body, error } = outcome;
  const isDelivered = status !== null && status >= 200 && status < 300;
  const isLast = status === 410 || message.attempt > RETRY_SECONDS.length;
  const next = isDelivered ? 'delivered' : isLast ? 'failed' : 'waiting';
  const [row] = await sql<{ created_at: Date }[]>`
    update webhook_deliveries set status = ${next}, url = ${webhook.url}, response_status = ${status},
      response_body = ${body}, error = ${error},
      next_attempt_at = now() + ${pauseAfter(message.attempt, outcome)}::float8 * interval '1 second'
    where org_id = ${orgId} and id = ${message.id} and status = 'waiting'
    returning created_at
  `;
  if (!row) return; // deleted with its webhook meanwhile
  if (isDelivered) await noteSuccess(sql, orgId, webhook.id);
  else await noteFailure(sql, orgId, webhook.id);
  if (status === 410) await disable(sql, orgId, webhook.id, 'The receiver answered 410: it wants no more messages.');
  else if (next === 'failed' && !(await hasSucceededSince(sql, orgId, webhook.id, message.id)))
    await disable(sql, orgId, webhook.id, 'Nothing could be delivered for days.');
}

function pauseAfter(attempt: number, { retryAfter }: Outcome): number {
  const usual = RETRY_SECONDS[attempt - 1] ?? 0;
  return Math.max(usual * (0.9 + 0.2 * Math.random()), retryAfter ?? 0);
}

async function noteSuccess(sql: Sql, orgId: string, id: string): Promise<void> {
  await sql`
    update webhooks set failures = 0, paused_until = null, succeeded_at = now() where org_id = ${orgId} and id = ${id}
  `;
}

async function noteFailure(sql: Sql, orgId: string, id: string): Promise<void> {
  const { from, first, longest } = REST;
  await sql`
    update webhooks set failures = failures + 1,
      paused_until = case when failures + 1 >= ${from} then
        now() + least(${longest}::float8, ${first}::float8 * 2.0 ^ least(failures + 1 - ${from}, 10)) * interval '1 second'
      end
    where org_id = ${orgId} and id = ${id}
  `;
}

async function hasSucceededSince(sql: Sql, orgId: string, id: string, messageId: string): Promise<boolean> {
  const [row] = await sql`
    select from webhooks w
    join webhook_deliveries d on d.org_id = ${orgId} and d.id = ${messageId}
    where w.org_id = ${orgId} and w.id = ${id} and w.succeeded_at > d.created_at
  `;
  return row !== undefined;
}

/** Switches a webhook off, and gives up what waits for it. */
async function disable(sql: Sql, orgId: string, id: string, reason: string): Promise<void> {
  const { count } = await sql`
    update webhooks set enabled = false, disabled_reason = ${reason}, updated_at = now()
    where org_id = ${orgId} and id = ${id} and enabled
  `;
  if (count === 0) return;
  await sql`
    update webhook_deliveries set status = 'failed', error = 'The webhook was switched off.'
    where org_id = ${orgId} and webhook_id = ${id} and status = 'waiting'
  `;
  const target = { type: 'webhook', id };
  await recordEvent(sql, orgId, SERVER, { action: 'webhook.disabled', target, after: { reason } });
}
