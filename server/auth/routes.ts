import type Router from '@koa/router';
import { whoami } from '../../shared/api/whoami.js';
import { bind, type Services } from '../http/bind.js';

export function authRoutes(router: Router, services: Services): void {
  bind(router, services, whoami, async ({ principal }) => {
    const { org, key } = principal;
    return { org, key };
  });
}
