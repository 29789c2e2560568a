import type Router from '@koa/router';
import * as api from '../../shared/api/data-subjects.js';
import { bind, type Services } from '../http/bind.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { eraseSubject } from './erase.js';
import { exportSubject } from './export.js';
import { listErasures } from './register.js';

export function dataSubjectRoutes(router: Router, services: Services): void {
  bind(router, services, api.exportSubject, ({ db, principal, actor, body }) =>
    exportSubject(db, principal.orgId, actor, body),
  );

  bind(router, services, api.eraseSubject, ({ db, principal, actor, body }) =>
    eraseSubject(db, principal.orgId, actor, services.signingKey, body),
  );

  bind(router, services, api.listErasures, async ({ db, principal, query }) => {
    const { limit = 50, cursor } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const found = await db.withTenant(principal.orgId, (sql) => listErasures(sql, principal.orgId, limit + 1, after));
    const erasures = found.slice(0, limit);
    const last = erasures.at(-1);
    const next = found.length > limit && last ? encodeCursor({ timestamp: last.erased_at, id: last.id }) : null;
    return { erasures, next_cursor: next };
  });
}
