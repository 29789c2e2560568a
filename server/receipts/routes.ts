import type Router from '@koa/router';
import { getReceipt, listReceipts, postReceipts } from '../../shared/api/receipts.js';
import { invalidQuery, notFound } from '../errors.js';
import { bind, type Services } from '../http/bind.js';
import { ingest, ingestBlamePrompt } from './ingest.js';
import * as queries from './queries.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function receiptRoutes(router: Router, services: Services): void {
  bind(router, services, postReceipts, async ({ db, principal, query, body }) =>
    Array.isArray(body) ? ingestBlamePrompt(db, principal.orgId, body, query) : ingest(db, principal.orgId, body),
  );

  bind(router, services, listReceipts, async ({ db, principal, query }) => {
    const { limit = 50, cursor, ...filters } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    // One more than asked for tells whether there is a next page.
    const found = await db.withTenant(principal.orgId, (sql) =>
      queries.listReceipts(sql, principal.orgId, filters, limit + 1, after),
    );
    const receipts = found.slice(0, limit);
    return { receipts, next_cursor: found.length > limit ? encodeCursor(receipts.at(-1)!) : null };
  });

  bind(router, services, getReceipt, async ({ db, principal, params }) => {
    const id = params.id ?? '';
    if (!UUID.test(id)) throw notFound('receipt');
    return db.withTenant(principal.orgId, async (sql) => {
      const receipt = await queries.findReceipt(sql, principal.orgId, id);
      if (!receipt) throw notFound('receipt');
      return { ...receipt, revisions: await queries.listRevisions(sql, principal.orgId, id) };
    });
  });
}

function encodeCursor({ timestamp, id }: queries.Position): string {
  return Buffer.from(`${timestamp} ${id}`).toString('base64url');
}

function decodeCursor(cursor: string): queries.Position {
  const [timestamp, id] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (
    !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/.test(timestamp ?? '') ||
    !UUID.test(id ?? '') ||
    Number.isNaN(Date.parse(timestamp!))
  ) {
    throw invalidQuery([{ in: 'query', pointer: '/cursor', message: 'is not a next_cursor of this server' }]);
  }
  return { timestamp: timestamp!, id: id! };
}
