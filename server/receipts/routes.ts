import type Router from '@koa/router';
import { getReceipt, listCountedCommits, listReceipts, postReceipts } from '../../shared/api/receipts.js';
import { isUuid } from '../../shared/slug.js';
import { notFound } from '../errors.js';
import { bind, type Services } from '../http/bind.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { createPlaces } from '../http/places.js';
import { ingest, ingestBlamePrompt } from './ingest.js';
import * as queries from './queries.js';

/** Batches that are stored at once by one process, of its ten connections, and by one org; the bodies of those that wait are in memory. */
const PLACES = { all: 6, each: 4, waiting: 64 };

export function receiptRoutes(router: Router, services: Services): void {
  const inPlace = createPlaces(PLACES);

  bind(router, services, postReceipts, async ({ db, principal, actor, query, body }) => {
    const caller = { orgId: principal.orgId, actor };
    return inPlace(principal.orgId, () =>
      Array.isArray(body) ? ingestBlamePrompt(db, caller, body, query) : ingest(db, caller, body),
    );
  });

  bind(router, services, listReceipts, async ({ db, principal, query }) => {
    const { limit = 50, cursor, ...filters } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const { receipts, next } = await db.replica.withTenant(principal.orgId, (sql) =>
      queries.listReceipts(sql, principal.orgId, filters, limit, after),
    );
    return { receipts, next_cursor: next ? encodeCursor(next) : null };
  });

  bind(router, services, getReceipt, async ({ db, principal, params }) => {
    const id = params.id ?? '';
    if (!isUuid(id)) throw notFound('receipt');
    return db.replica.withTenant(principal.orgId, async (sql) => {
      const receipt = await queries.findReceipt(sql, principal.orgId, id);
      if (!receipt) throw notFound('receipt');
      return { ...receipt, revisions: await queries.listRevisions(sql, principal.orgId, id) };
    });
  });

  bind(router, services, listCountedCommits, ({ db, principal, query: { repo, after = '', limit = 10_000 } }) =>
    db.withTenant(principal.orgId, async (sql) => ({
      commits: await queries.listCountedCommits(sql, principal.orgId, { repo, after, limit }),
      ...(await queries.findTip(sql, principal.orgId, repo)),
    })),
  );
}
