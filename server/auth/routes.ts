import type Router from '@koa/router';
import { whoami } from '../../shared/api/whoami.js';
import { bind, type Services } from '../http/bind.js';

export function authRoutes(router: Router, services: Services): void {
  const { signingKey } = services;
  bind(router, services, whoami, async ({ principal }) => {
    const { org, key } = principal;
    return { org, key, policy_key: signingKey ? { key_id: signingKey.id, public_key: signingKey.public } : null };
  });
}
