import type { KeyObject } from 'node:crypto';
import type { Sql } from '../db.js';
import { utc } from '../time.js';
import { recordEvent, SERVER } from './record.js';

/** The keys that signed an org's checkpoints, the newest first: base64 of the DER (SPKI). */
export async function listKeys(sql: Sql, orgId: string): Promise<{ public_key: string; since: string }[]> {
  return sql<{ public_key: string; since: string }[]>`
    select public_key, ${utc(sql, 'since')} as since from audit_keys where org_id = ${orgId}
    order by audit_keys.since desc limit 1000
  `;
}

/**
 * Notes which key is about to sign. Another one than the last is an event of the log, which names both: so a verifier who trusts
 * one of them learns of the other from signed bytes. Needs the lock of the head.
 */
export async function noteKey(sql: Sql, orgId: string, publicKey: KeyObject): Promise<void> {
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const [last] = await listKeys(sql, orgId);
  if (last?.public_key === key) return;
  await sql`
    insert into audit_keys (org_id, public_key, since) values (${orgId}, ${key}, clock_timestamp())
    on conflict (org_id, public_key) do update set since = excluded.since
  `;
  if (!last) return;
  const target = { type: 'signing_key', id: key };
  const [before, after] = [{ public_key: last.public_key }, { public_key: key }];
  await recordEvent(sql, orgId, SERVER, { action: 'audit.key_rotated', target, before, after });
}
