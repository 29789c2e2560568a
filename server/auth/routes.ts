import type Router from '@koa/router';
import { whoami } from '../../shared/api/whoami.js';
import { bind, type Services } from '../http/bind.js';
import { findSettings } from '../settings/queries.js';

export function authRoutes(router: Router, services: Services): void {
  bind(router, services, whoami, async ({ db, principal }) => {
    const { orgId, org, key } = principal;
    const { privacy, ignore } = await db.withTenant(orgId, (sql) => findSettings(sql, orgId));
    return { org, key, settings: { privacy, ignore } };
  });
}
