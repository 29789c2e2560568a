import { randomUUID } from 'node:crypto';
import type { ViolationItem } from '../../shared/api/violations.js';
import type { EventType } from '../../shared/api/webhooks.js';
import type { Sql } from '../db.js';
import type { FedEvent } from '../feed/audit-feed.js';

/** What is sent: the body of Standard Webhooks. */
export interface Message {
  type: string;
  timestamp: string;
  data: unknown;
}

/** Which audit events have a name of their own; the others are audit.event only. */
const TYPES: { type: EventType; matches: (action: string) => boolean }[] = [
  { type: 'policy.changed', matches: (action) => action.startsWith('policy.') },
  { type: 'key.changed', matches: (action) => action.startsWith('key.') },
  { type: 'team.changed', matches: (action) => action.startsWith('team.') },
  { type: 'report.ready', matches: (action) => action === 'report.ready' },
];

/** The message about an audit event for who asked for these types: one, by its most telling name. Undefined: nothing they asked for. */
export function auditMessage(event: FedEvent, asked: readonly string[]): Message | undefined {
  const named = TYPES.find(({ type, matches }) => asked.includes(type) && matches(event.action));
  if (!named && !asked.includes('audit.event')) return undefined;
  return { type: named?.type ?? 'audit.event', timestamp: event.recorded_at, data: event };
}

export function violationMessage(violation: ViolationItem, asked: readonly string[]): Message | undefined {
  if (!asked.includes('violation.created')) return undefined;
  return { type: 'violation.created', timestamp: violation.found_at, data: violation };
}

export const testMessage = (webhookId: string): Message => ({
  type: 'webhook.test',
  timestamp: new Date().toISOString(),
  data: { webhook_id: webhookId },
});

/** Puts messages in the line of a webhook, in their order; answers their ids. The dispatcher sees to it that they are sent. */
export async function insertDeliveries(
  sql: Sql,
  orgId: string,
  webhookId: string,
  messages: readonly Message[],
): Promise<string[]> {
  if (messages.length === 0) return [];
  const rows = messages.map((message, n) => ({
    n,
    id: randomUUID(),
    type: message.type,
    body: JSON.stringify(message),
  }));
  await sql`
    insert into webhook_deliveries (org_id, id, webhook_id, type, body, created_at)
    select ${orgId}, id, ${webhookId}, type, body, now() + n * interval '1 microsecond'
    from jsonb_to_recordset(${sql.json(rows)}) as d (n integer, id uuid, type text, body text)
  `;
  return rows.map(({ id }) => id);
}
