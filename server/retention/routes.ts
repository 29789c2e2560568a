import type Router from '@koa/router';
import { previewRetention as endpoint } from '../../shared/api/retention.js';
import { mergePatch } from '../../shared/merge-patch.js';
import { bind, type Services } from '../http/bind.js';
import { findChanges, inForce } from '../settings/queries.js';
import { previewRetention } from './apply.js';
import { findLast } from './runs.js';

export function retentionRoutes(router: Router, services: Services): void {
  bind(router, services, endpoint, ({ db, principal: { orgId }, body }) =>
    db.withTenant(orgId, async (sql) => {
      const { changes } = await findChanges(sql, orgId);
      const settings = inForce(mergePatch(changes, body));
      const { retention_days, legal_hold } = settings;
      const removes = await previewRetention(sql, orgId, settings);
      return { retention_days, legal_hold, removes, last_run: (await findLast(sql, orgId)) ?? null };
    }),
  );
}
