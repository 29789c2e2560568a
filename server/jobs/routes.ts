import type Router from '@koa/router';
import { getJob } from '../../shared/api/jobs.js';
import { isUuid } from '../../shared/slug.js';
import { notFound } from '../errors.js';
import { bind, type Services } from '../http/bind.js';
import { findQueued } from './queue.js';

export function jobRoutes(router: Router, services: Services): void {
  bind(router, services, getJob, async ({ db, principal: { orgId, key }, params: { id = '' } }) => {
    if (!isUuid(id)) throw notFound('job');
    const found = await db.withTenant(orgId, (sql) => findQueued(sql, orgId, id));
    // What a job answers may be more than another key may read.
    if (!found || (found.by !== key.id && !key.scopes.includes('*'))) throw notFound('job');
    return found.job;
  });
}
