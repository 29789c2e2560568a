import type Router from '@koa/router';
import { whoami } from '../../shared/api/whoami.js';
import { bind, type Services } from '../http/bind.js';
import { findSettings } from '../settings/queries.js';

export function authRoutes(router: Router, services: Services): void {
  const { signingKey } = services;
  bind(router, services, whoami, async ({ db, principal }) => {
    const { orgId, org, key } = principal;
    const { privacy, ignore } = await db.withTenant(orgId, (sql) => findSettings(sql, orgId));
    const policy_key = signingKey ? { key_id: signingKey.id, public_key: signingKey.public } : null;
    return { org, key, policy_key, settings: { privacy, ignore } };
  });
}
