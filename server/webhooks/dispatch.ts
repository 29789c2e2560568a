import type { Sql } from '../db.js';
import { readAuditFeed } from '../feed/audit-feed.js';
import { numberViolations, readViolationFeed } from '../feed/violation-feed.js';
import type { JobKind } from '../jobs/kinds.js';
import { enqueueJob } from '../jobs/queue.js';
import { deliver } from './deliver.js';
import { auditMessage, insertDeliveries, type Message, violationMessage } from './messages.js';

/** Events that are looked at in one transaction. */
const PORTION = 200;
/** Messages that wait for one webhook at most: a receiver that is away gets the rest, which the feeds keep, when it is back. */
const MAX_WAITING = 5_000;

interface Cursor {
  id: string;
  events: string[];
  audit_seq: number;
  violation_seq: number;
}

/** Puts what happened in the lines of the webhooks that asked for it, and lets due messages be sent. Recurs in orgs that have webhooks. */
export const dispatchWebhooks: JobKind = {
  kind: 'webhooks.dispatch',
  maxAttempts: 3,
  leaseSeconds: 60,
  async run({ orgId }, { db, signal }) {
    const ids = await db.withTenant(
      orgId,
      (sql) => sql<{ id: string }[]>`select id from webhooks where org_id = ${orgId} and enabled order by id`,
    );
    if (ids.length > 0) await db.withTenant(orgId, (sql) => numberViolations(sql, orgId));
    for (const { id } of ids) {
      while (await db.withTenant(orgId, (sql) => dispatchPortion(sql, orgId, id))) signal.throwIfAborted();
      await db.withTenant(orgId, (sql) => wakeDelivery(sql, orgId, id));
    }
  },
};

/** True when there is more. */
async function dispatchPortion(sql: Sql, orgId: string, id: string): Promise<boolean> {
  const [webhook] = await sql<Cursor[]>`
    select id, events, audit_seq::float8 as audit_seq, violation_seq::float8 as violation_seq
    from webhooks w
    where org_id = ${orgId} and id = ${id} and enabled and (
      select count(*) from webhook_deliveries where org_id = ${orgId} and webhook_id = ${id} and status = 'waiting'
    ) < ${MAX_WAITING}
    for update
  `;
  if (!webhook) return false;
  const { events: asked, audit_seq, violation_seq } = webhook;
  const events = await readAuditFeed(sql, orgId, audit_seq, PORTION);
  const violations = await readViolationFeed(sql, orgId, violation_seq, PORTION);
  if (events.length + violations.length === 0) return false;
  const messages = [
    ...events.map((event) => auditMessage(event, asked)),
    ...violations.map((violation) => violationMessage(violation, asked)),
  ].filter((message): message is Message => message !== undefined);
  await insertDeliveries(sql, orgId, id, messages);
  await sql`
    update webhooks set audit_seq = ${(events.at(-1)?.seq ?? audit_seq - 1) + 1},
      violation_seq = ${(violations.at(-1)?.seq ?? violation_seq - 1) + 1}
    where org_id = ${orgId} and id = ${id}
  `;
  return events.length === PORTION || violations.length === PORTION;
}

/** One job a webhook, so that a receiver that answers slowly costs one slot and not one a message. */
async function wakeDelivery(sql: Sql, orgId: string, id: string): Promise<void> {
  const [due] = await sql`
    select from webhook_deliveries d
    join webhooks w on w.org_id = ${orgId} and w.id = d.webhook_id
    where d.org_id = ${orgId} and d.webhook_id = ${id} and d.status = 'waiting' and d.next_attempt_at <= now()
      and coalesce(w.paused_until <= now(), true)
    limit 1
  `;
  if (due) await enqueueJob(sql, orgId, deliver.kind, { webhook: id }, { key: id });
}
