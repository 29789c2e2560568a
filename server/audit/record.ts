import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { type Actor, composeEvent, type Deed } from '../../shared/audit/event.js';
import type { Sql } from '../db.js';

export type { Actor, Deed };

/**
 * Writes audit events in the transaction that did what they tell: either both are there or neither. They get their
 * number later (sequence.ts), so that nobody waits for a lock.
 */
export async function recordEvents(sql: Sql, orgId: string, actor: Actor, deeds: readonly Deed[]): Promise<void> {
  if (deeds.length === 0) return;
  const recorded_at = new Date().toISOString();
  const events = deeds.map((deed) => composeEvent(orgId, { id: randomUUID(), recorded_at }, actor, deed));
  const rows = sql.json(events as never);
  await sql`
    insert into audit_events (org_id, id, recorded_at, event)
    select ${orgId}, id, recorded_at, event
    from jsonb_to_recordset(${rows}) as e (id uuid, recorded_at timestamptz, event text)
  `;
  await sql`
    insert into audit_details (org_id, event_id, salt, detail)
    select ${orgId}, id, salt, detail from jsonb_to_recordset(${rows}) as e (id uuid, salt text, detail text)
  `;
  await sql`
    insert into audit_pending (org_id, event_id)
    select ${orgId}, id from jsonb_to_recordset(${rows}) as e (id uuid)
  `;
}

/** Whoever runs a command of the server on its machine. */
export const operator = (): Actor => ({
  type: 'operator',
  id: 'operator',
  name: userInfo().username,
  request_id: null,
  ip: null,
});

/** The server by itself. */
export const SERVER: Actor = { type: 'server', id: 'server', name: null, request_id: null, ip: null };

export const recordEvent = (sql: Sql, orgId: string, actor: Actor, deed: Deed) =>
  recordEvents(sql, orgId, actor, [deed]);
