import type { IncomingHttpHeaders } from 'node:http';
import type { Scope } from '../../shared/api/types.js';
import type { Database } from '../db.js';
import { missingScope, unauthorized } from '../errors.js';
import { selectorOf, verifyKey } from './key.js';
import { findKey, touchKey } from './queries.js';

/** Who calls, and what they may do. */
export interface Principal {
  orgId: string;
  org: { id: string; slug: string; name: string };
  key: { id: string; name: string; scopes: string[]; expires_at: string | null };
}

const HINT = 'Send a key as "Authorization: Bearer bp_…" or "X-API-Key: bp_…".';

/**
 * The principal behind a request's key. A wrong, revoked, expired or unknown key gets one and the same answer.
 * Throws 401 and 403 problems.
 */
export async function authenticate(
  db: Database,
  headers: IncomingHttpHeaders,
  scope: Scope | null,
): Promise<Principal> {
  const key = presentedKey(headers);
  if (key === undefined) throw unauthorized(`No API key was sent. ${HINT}`);
  const selector = selectorOf(key);
  const row = selector && (await db.withSystem((sql) => findKey(sql, selector)));
  if (!row || !verifyKey(key, row.verifier))
    throw unauthorized(`The API key is not valid (unknown, expired or revoked). ${HINT}`);
  if (row.use_is_news) noteUse(db, row);
  if (scope !== null && !row.scopes.includes(scope) && !row.scopes.includes('*')) throw missingScope(scope);
  return {
    orgId: row.org_id,
    org: { id: row.org_id, slug: row.org_slug, name: row.org_name },
    key: { id: row.id, name: row.name, scopes: row.scopes, expires_at: row.expires_at },
  };
}

const underWay = new Set<string>();

/**
 * Writes a key's use down beside the request, which neither waits for it nor fails with it: when the database is busy, the next
 * request tries again. One at a time for a key, so that a burst of requests does not take up the pool.
 */
function noteUse(db: Database, { org_id, id }: { org_id: string; id: string }): void {
  if (underWay.has(id)) return;
  underWay.add(id);
  db.withSystem((sql) => touchKey(sql, org_id, id))
    .catch(() => {})
    .finally(() => underWay.delete(id));
}

/** The selector of the key that a request carries; undefined where there is no well-formed one. */
export function presentedSelector(headers: IncomingHttpHeaders): string | undefined {
  const key = presentedKey(headers);
  return key === undefined ? undefined : selectorOf(key);
}

function presentedKey(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '');
  if (bearer) return bearer[1];
  const header = headers['x-api-key'];
  return typeof header === 'string' && header !== '' ? header : undefined;
}
