import { readAuditLog } from '../../shared/api/audit.js';
import type { LogEntry } from '../../shared/audit/verify.js';
import type { SiemEvent } from '../../shared/siem/event.js';
import type { ApiClient } from '../api-client.js';

/** The entries of the log from a number on, up to `end`, a page at a time. */
export async function* readEntries(client: ApiClient, start: number, end: number): AsyncGenerator<LogEntry> {
  for (let next = start; next < end; ) {
    const query = { start: next, limit: Math.min(1000, end - next) };
    const { entries } = await client.call(readAuditLog, { query });
    yield* entries;
    if (entries.length === 0) return; // the verifier will name what is missing
    next = entries.at(-1)!.seq + 1;
  }
}

/** An entry of the log as the event that it tells of. */
export function toAuditEvent({ seq, event, detail }: LogEntry): SiemEvent {
  const { id, recorded_at, action, actor, request_id, target } = JSON.parse(event);
  const { actor_name = null, ip = null, before = null, after = null } = detail === null ? {} : JSON.parse(detail);
  const who = { ...actor, name: actor_name };
  return { type: 'audit', item: { id, seq, recorded_at, action, actor: who, request_id, ip, target, before, after } };
}
