import type Router from '@koa/router';
import { getAnalytics } from '../../shared/api/analytics.js';
import { bind, type Services } from '../http/bind.js';
import { analyze } from './analyze.js';

export function analyticsRoutes(router: Router, services: Services): void {
  bind(router, services, getAnalytics, ({ db, principal, query, etag }) => analyze(db, principal.orgId, query, etag));
}
