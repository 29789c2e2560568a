import { type KeyItem, MAX_KEYS } from '../../shared/api/keys.js';
import type { Sql } from '../db.js';
import { conflict, notFound } from '../errors.js';
import { utc } from '../time.js';

const state = (sql: Sql) => sql`case
  when revoked_at is not null then 'revoked' when expires_at <= now() then 'expired' else 'active' end`;

const columns = (sql: Sql) => sql`id, name, last_four, scopes, ${state(sql)} as state,
  ${utc(sql, 'created_at')} as created_at, ${utc(sql, 'expires_at')} as expires_at, ${utc(sql, 'revoked_at')} as revoked_at,
  rotated_to, ${utc(sql, 'last_used_at')} as last_used_at`;

/** Keys in force, the newest first; with `all` behind them those that ended, as many as a list can hold. */
export async function listKeys(sql: Sql, orgId: string, all: boolean): Promise<KeyItem[]> {
  return sql<KeyItem[]>`
    select ${columns(sql)}
    from api_keys
    where org_id = ${orgId} ${all ? sql`` : sql`and ${state(sql)} = 'active'`}
    order by ${state(sql)} <> 'active', api_keys.created_at desc, id
    limit ${2 * MAX_KEYS}
  `;
}

/** Throws 404. */
export async function findKey(sql: Sql, orgId: string, id: string): Promise<KeyItem> {
  const [key] = await sql<KeyItem[]>`select ${columns(sql)} from api_keys where org_id = ${orgId} and id = ${id}`;
  if (!key) throw notFound('key');
  return key;
}

/** Keeps others from changing a key until the transaction ends, and answers it; throws 404. */
export async function lockKey(sql: Sql, orgId: string, id: string): Promise<KeyItem & { days: number | null }> {
  await sql`select from api_keys where org_id = ${orgId} and id = ${id} for update`;
  const key = await findKey(sql, orgId, id);
  const [row] = await sql<{ days: number | null }[]>`
    select ceil(extract(epoch from expires_at - created_at) / 86400)::int as days
    from api_keys where org_id = ${orgId} and id = ${id}
  `;
  return { ...key, days: row!.days };
}

/** Throws a 409 problem when the org has as many keys in force as it may. */
export async function refuseTooMany(sql: Sql, orgId: string): Promise<void> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from api_keys where org_id = ${orgId} and ${state(sql)} = 'active'
  `;
  if (row!.count >= MAX_KEYS)
    throw conflict('too_many_keys', `An org has ${MAX_KEYS} keys in force at most. Revoke some that nobody uses.`);
}

/** Lets a key expire after a grace period, unless it would sooner, and names its successor. */
export async function replaceKey(
  sql: Sql,
  orgId: string,
  id: string,
  { successor, graceHours }: { successor: string; graceHours: number },
): Promise<void> {
  await sql`
    update api_keys
    set rotated_to = ${successor}, expires_at = least(expires_at, now() + ${graceHours}::int * interval '1 hour')
    where org_id = ${orgId} and id = ${id}
  `;
}

/** Revoking what is revoked changes nothing. */
export async function revokeKey(sql: Sql, orgId: string, id: string): Promise<void> {
  await sql`update api_keys set revoked_at = now() where org_id = ${orgId} and id = ${id} and revoked_at is null`;
}
