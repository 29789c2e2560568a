import type { Sql } from '../db.js';
import type { NewKey } from './key.js';

export interface KeyRow {
  org_id: string;
  org_slug: string;
  org_name: string;
  id: string;
  name: string;
  verifier: Uint8Array;
  scopes: string[];
  expires_at: string | null;
  /** Its last use is not written down yet, or was more than an hour ago. */
  use_is_news: boolean;
}

/** The key behind a selector unless it is revoked or expired. */
export async function findKey(sql: Sql, selector: string): Promise<KeyRow | undefined> {
  const [row] = await sql<KeyRow[]>`
    select k.org_id, o.slug as org_slug, o.name as org_name, k.id, k.name, k.verifier, k.scopes,
      to_char(k.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as expires_at,
      (k.last_used_at is null or k.last_used_at < now() - interval '1 hour') as use_is_news
    from api_keys k
    join orgs o on o.org_id = k.org_id
    where k.selector = ${selector}
      and k.revoked_at is null
      and (k.expires_at is null or k.expires_at > now())
  `;
  return row;
}

/** Notes that a key is used, to the hour. */
export async function touchKey(sql: Sql, orgId: string, id: string): Promise<void> {
  await sql`
    update api_keys set last_used_at = now()
    where org_id = ${orgId} and id = ${id} and (last_used_at is null or last_used_at < now() - interval '1 hour')
  `;
}

export interface KeySummary {
  id: string;
  org: string;
  name: string;
  selector: string;
  last_four: string;
  scopes: string[];
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
}

/** `expiresInDays` null: never. */
export async function insertKey(
  sql: Sql,
  key: { orgId: string; id: string; name: string; scopes: string[]; expiresInDays: number | null } & NewKey,
): Promise<void> {
  await sql`
    insert into api_keys (org_id, id, name, selector, verifier, last_four, scopes, expires_at)
    values (${key.orgId}, ${key.id}, ${key.name}, ${key.selector}, ${key.verifier}, ${key.lastFour}, ${key.scopes}::text[],
      now() + ${key.expiresInDays}::int * interval '1 day')
  `;
}

export async function listKeys(sql: Sql, org: string | null): Promise<KeySummary[]> {
  return sql<KeySummary[]>`
    select k.id, o.slug as org, k.name, k.selector, k.last_four, k.scopes, k.created_at, k.expires_at, k.revoked_at
    from api_keys k
    join orgs o on o.org_id = k.org_id
    where ${org}::text is null or o.slug = ${org}
    order by o.slug, k.created_at
  `;
}

/** Undefined when no such key is in force. */
export async function revokeKey(sql: Sql, idOrSelector: string): Promise<{ org_id: string; id: string } | undefined> {
  const [row] = await sql<{ org_id: string; id: string }[]>`
    update api_keys set revoked_at = now()
    where (id::text = ${idOrSelector} or selector = ${idOrSelector}) and revoked_at is null
    returning org_id, id
  `;
  return row;
}
