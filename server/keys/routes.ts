import { randomUUID } from 'node:crypto';
import type Router from '@koa/router';
import * as api from '../../shared/api/keys.js';
import { isUuid } from '../../shared/slug.js';
import { recordEvent } from '../audit/record.js';
import type { Principal } from '../auth/authenticate.js';
import { createKey } from '../auth/key.js';
import { insertKey } from '../auth/queries.js';
import type { Sql } from '../db.js';
import { conflict, notFound, scopeNotHeld } from '../errors.js';
import { bind, type Services } from '../http/bind.js';
import * as queries from './queries.js';

export function keyRoutes(router: Router, services: Services): void {
  bind(router, services, api.listKeys, async ({ db, principal: { orgId }, query }) => ({
    keys: [...(await db.withTenant(orgId, (sql) => queries.listKeys(sql, orgId, query.all ?? false)))],
  }));

  bind(router, services, api.createKey, ({ db, principal, actor, body }) => {
    refuseEscalation(principal, body.scopes);
    return db.withTenant(principal.orgId, async (sql) => {
      const made = await addKey(sql, principal.orgId, { ...body, expiresInDays: body.expires_in_days ?? null });
      await recordEvent(sql, principal.orgId, actor, { action: 'key.created', ...about(made.key) });
      return made;
    });
  });

  bind(router, services, api.rotateKey, ({ db, principal, actor, params, body }) => {
    const { orgId } = principal;
    const id = idOf(params);
    return db.withTenant(orgId, async (sql) => {
      const { days, ...old } = await queries.lockKey(sql, orgId, id);
      refuseEscalation(principal, old.scopes); // whoever rotates a key gets to see its successor
      if (old.rotated_to !== null)
        throw conflict('already_rotated', `The key was rotated before; rotate its successor ${old.rotated_to}.`);
      if (old.state !== 'active') throw conflict('key_not_in_force', `The key is ${old.state}. Make a new one.`);
      const made = await addKey(sql, orgId, { name: old.name, scopes: old.scopes, expiresInDays: days });
      await queries.replaceKey(sql, orgId, id, { successor: made.key.id, graceHours: body.grace_hours ?? 24 });
      const after = { successor: made.key.id, grace_hours: body.grace_hours ?? 24 };
      await recordEvent(sql, orgId, actor, { action: 'key.rotated', target: { type: 'key', id }, after });
      return { ...made, replaced: await queries.findKey(sql, orgId, id) };
    });
  });

  bind(router, services, api.revokeKey, ({ db, principal: { orgId }, actor, params }) => {
    const id = idOf(params);
    return db.withTenant(orgId, async (sql) => {
      await queries.revokeKey(sql, orgId, id);
      const key = await queries.findKey(sql, orgId, id);
      await recordEvent(sql, orgId, actor, { action: 'key.revoked', ...about(key) });
      return { key };
    });
  });
}

/** What the audit log says of a key: never the key itself. */
const about = ({ id, name, scopes, expires_at }: api.KeyItem) => ({
  target: { type: 'key', id },
  after: { name, scopes, expires_at },
});

/** A key hands on what it holds and no more: else the right to make keys would be the right to everything. */
function refuseEscalation({ key }: Principal, scopes: string[]): void {
  const missing = key.scopes.includes('*') ? undefined : scopes.find((scope) => !key.scopes.includes(scope));
  if (missing !== undefined) throw scopeNotHeld(missing);
}

async function addKey(
  sql: Sql,
  orgId: string,
  { name, scopes, expiresInDays }: { name: string; scopes: string[]; expiresInDays: number | null },
) {
  await queries.refuseTooMany(sql, orgId);
  const key = createKey();
  const id = randomUUID();
  await insertKey(sql, { ...key, orgId, id, name, scopes, expiresInDays });
  return { key: await queries.findKey(sql, orgId, id), api_key: key.key };
}

function idOf({ id = '' }: Record<string, string>): string {
  if (!isUuid(id)) throw notFound('key');
  return id;
}
