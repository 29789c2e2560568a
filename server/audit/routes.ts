import type Router from '@koa/router';
import { getCheckpoint, getProof, listAudit, readAuditLog } from '../../shared/api/audit.js';
import { consistencyRanges, inclusionRanges, rangeHash } from '../../shared/audit/merkle.js';
import { invalidQuery, notFound } from '../errors.js';
import { bind, type Services } from '../http/bind.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { listKeys } from './keys.js';
import { findNodes } from './nodes.js';
import * as queries from './queries.js';
import { recordEvent } from './record.js';

const EXPORTED = 'audit.exported';

export function auditRoutes(router: Router, services: Services): void {
  bind(router, services, listAudit, async ({ db, principal, query }) => {
    const { limit = 50, cursor, ...filters } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const found = await db.replica.withTenant(principal.orgId, (sql) =>
      queries.listEvents(sql, principal.orgId, filters, limit + 1, after),
    );
    const events = found.slice(0, limit);
    const last = events.at(-1);
    const next = found.length > limit && last ? encodeCursor({ timestamp: last.recorded_at, id: last.id }) : null;
    return { events, next_cursor: next };
  });

  bind(
    router,
    services,
    readAuditLog,
    async ({ db, principal: { orgId }, actor, query: { start = 0, limit = 1000 } }) =>
      db.withTenant(orgId, async (sql) => {
        const entries = await queries.listEntries(sql, orgId, start, limit);
        // Whoever follows the log reads what was read before: that it was is no news, or there would be an event more each time.
        if (entries.some(({ event }) => JSON.parse(event).action !== EXPORTED)) {
          const target = { type: 'audit_log', id: orgId };
          await recordEvent(sql, orgId, actor, { action: EXPORTED, target, after: { start, count: entries.length } });
        }
        return { entries };
      }),
  );

  bind(router, services, getCheckpoint, ({ db, principal: { orgId } }) =>
    db.withTenant(orgId, async (sql) => {
      const found = await queries.findCheckpoint(sql, orgId);
      return {
        size: found?.size ?? 0,
        checkpoint: found?.checkpoint ?? null,
        public_key: services.signingKey?.public ?? null,
        public_keys: await listKeys(sql, orgId),
      };
    }),
  );

  bind(router, services, getProof, async ({ db, principal: { orgId }, query: { event, from } }) => {
    if ((event === undefined) === (from === undefined))
      throw invalidQuery([{ in: 'query', pointer: '/event', message: 'give either event or from' }]);
    return db.withTenant(orgId, async (sql) => {
      const newest = await queries.findCheckpoint(sql, orgId);
      if (!newest) throw notFound('checkpoint: no event was signed yet');
      const { size, checkpoint } = newest;
      const seq = event === undefined ? undefined : await queries.findSeq(sql, orgId, event);
      if (event !== undefined && (seq === undefined || seq >= size)) throw notFound('signed event');
      if (from !== undefined && from > size)
        throw invalidQuery([{ in: 'query', pointer: '/from', message: `is more than the ${size} events of the log` }]);
      const ranges = seq === undefined ? consistencyRanges(from!, size) : inclusionRanges(seq, size);
      const hashOf = await findNodes(sql, orgId, [...ranges, [0, size]]);
      const [entry = null] = seq === undefined ? [] : await queries.listEntries(sql, orgId, seq, 1);
      return {
        size,
        checkpoint,
        root: rangeHash([0, size], hashOf).toString('base64'),
        entry,
        hashes: ranges.map((range) => rangeHash(range, hashOf).toString('base64')),
      };
    });
  });
}
