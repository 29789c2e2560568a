import { randomUUID } from 'node:crypto';
import type Router from '@koa/router';
import * as api from '../../shared/api/webhooks.js';
import { isUuid } from '../../shared/slug.js';
import { recordEvent } from '../audit/record.js';
import type { Principal } from '../auth/authenticate.js';
import type { Sql } from '../db.js';
import { conflict, invalidBody, noSigningKey, notFound, scopeNotHeld } from '../errors.js';
import { auditFeedEnd } from '../feed/audit-feed.js';
import { numberViolations } from '../feed/violation-feed.js';
import { bind, type Services } from '../http/bind.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { startRecurring } from '../jobs/queue.js';
import { dispatchWebhooks } from './dispatch.js';
import { faultOfUrl } from './guard.js';
import { insertDeliveries, testMessage } from './messages.js';
import * as queries from './queries.js';
import { removeOldDeliveries } from './remove-old.js';
import { formatSecret, secretOf } from './secret.js';

export function webhookRoutes(router: Router, services: Services): void {
  bind(router, services, api.listWebhooks, async ({ db, principal: { orgId } }) => ({
    webhooks: [...(await db.withTenant(orgId, (sql) => queries.listWebhooks(sql, orgId)))],
  }));

  bind(router, services, api.createWebhook, ({ db, principal, actor, body: { url, events, description = null } }) => {
    const { orgId } = principal;
    const key = signingKeyOf(services);
    refuseUnread(principal, events);
    refuseUrl(services, url);
    const id = randomUUID();
    return db.withTenant(orgId, async (sql) => {
      if ((await queries.listWebhooks(sql, orgId)).length >= api.MAX_WEBHOOKS)
        throw conflict('too_many_webhooks', `An org has ${api.MAX_WEBHOOKS} webhooks at most. Delete one first.`);
      const webhook = { id, url, events, description, keyId: key.id };
      await queries.insertWebhook(sql, orgId, webhook, await feedEnds(sql, orgId));
      for (const { kind } of [dispatchWebhooks, removeOldDeliveries]) await startRecurring(sql, orgId, kind);
      const made = await queries.findWebhook(sql, orgId, id);
      await recordEvent(sql, orgId, actor, { action: 'webhook.created', target: target(id), after: about(made) });
      return { webhook: made, secret: formatSecret(secretOf(key, orgId, id, 1)) };
    });
  });

  bind(router, services, api.updateWebhook, ({ db, principal, actor, params, body }) => {
    const { orgId } = principal;
    const id = idOf(params);
    return db.withTenant(orgId, async (sql) => {
      const before = await queries.lockWebhook(sql, orgId, id);
      const wanted = { ...before, ...body };
      refuseUnread(principal, wanted.events);
      if (body.url !== undefined) refuseUrl(services, body.url);
      const isSwitchedOn = wanted.enabled && !before.enabled;
      await queries.saveWebhook(sql, orgId, wanted, isSwitchedOn ? await feedEnds(sql, orgId) : undefined);
      const webhook = await queries.findWebhook(sql, orgId, id);
      const change = { before: about(before), after: about(webhook) };
      await recordEvent(sql, orgId, actor, { action: 'webhook.updated', target: target(id), ...change });
      return { webhook };
    });
  });

  bind(router, services, api.deleteWebhook, ({ db, principal: { orgId }, actor, params }) => {
    const id = idOf(params);
    return db.withTenant(orgId, async (sql) => {
      const webhook = await queries.findWebhook(sql, orgId, id);
      await sql`delete from webhooks where org_id = ${orgId} and id = ${id}`;
      await recordEvent(sql, orgId, actor, { action: 'webhook.deleted', target: target(id), before: about(webhook) });
      return { webhook };
    });
  });

  bind(router, services, api.rotateWebhookSecret, ({ db, principal, actor, params, body }) => {
    const { orgId } = principal;
    const key = signingKeyOf(services);
    const id = idOf(params);
    const graceHours = body.grace_hours ?? 24;
    return db.withTenant(orgId, async (sql) => {
      const before = await queries.lockWebhook(sql, orgId, id);
      refuseUnread(principal, before.events); // whoever has the secret can send what looks like ours
      const keepHours = before.secret_key_id === key.id ? graceHours : null;
      await queries.nextSecret(sql, orgId, id, { keyId: key.id, keepHours });
      const after = { grace_hours: graceHours };
      await recordEvent(sql, orgId, actor, { action: 'webhook.rotated', target: target(id), after });
      const secret = formatSecret(secretOf(key, orgId, id, before.secret_number + 1));
      return { webhook: await queries.findWebhook(sql, orgId, id), secret };
    });
  });

  bind(router, services, api.testWebhook, ({ db, principal: { orgId }, actor, params }) => {
    const id = idOf(params);
    return db.withTenant(orgId, async (sql) => {
      const { enabled } = await queries.lockWebhook(sql, orgId, id);
      if (!enabled)
        throw conflict('webhook_disabled', 'The webhook is switched off. Switch it on first: PATCH with enabled.');
      const [message] = await insertDeliveries(sql, orgId, id, [testMessage(id)]);
      const after = { message: message! };
      await recordEvent(sql, orgId, actor, { action: 'webhook.tested', target: target(id), after });
      return { delivery: await queries.findDelivery(sql, orgId, message!) };
    });
  });

  bind(router, services, api.listDeliveries, async ({ db, principal: { orgId }, params, query }) => {
    const id = idOf(params);
    const { limit = 50, cursor, status } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const found = await db.withTenant(orgId, async (sql) => {
      await queries.findWebhook(sql, orgId, id);
      return queries.listDeliveries(sql, orgId, id, status, limit + 1, after);
    });
    const deliveries = found.slice(0, limit);
    const last = deliveries.at(-1);
    const next = found.length > limit && last ? encodeCursor({ timestamp: last.created_at, id: last.id }) : null;
    return { deliveries, next_cursor: next };
  });
}

/** Where an org's feeds end now: a webhook is told what comes after. */
async function feedEnds(sql: Sql, orgId: string): Promise<queries.FeedEnds> {
  return { audit: await auditFeedEnd(sql, orgId), violations: await numberViolations(sql, orgId) };
}

/** Whoever makes or points a webhook reads what it sends: a key needs the scope for that, or it would gain it here. */
function refuseUnread({ key }: Principal, events: readonly string[]): void {
  for (const event of events) {
    const scope = event === 'violation.created' ? 'violations:read' : 'audit:read';
    if (!key.scopes.includes('*') && !key.scopes.includes(scope)) throw scopeNotHeld(scope);
  }
}

function refuseUrl({ config }: Services, url: string): void {
  const message = faultOfUrl(url, config.webhookAllow);
  if (message !== undefined) throw invalidBody([{ in: 'body', pointer: '/url', message }]);
}

function signingKeyOf({ signingKey }: Services) {
  if (!signingKey) throw noSigningKey('secrets of webhooks are derived from it');
  return signingKey;
}

const target = (id: string) => ({ type: 'webhook', id });
const about = ({ url, description, events, enabled }: api.Webhook) => ({ url, description, events, enabled });

function idOf({ id = '' }: Record<string, string>): string {
  if (!isUuid(id)) throw notFound('webhook');
  return id.toLowerCase(); // secrets are derived from it as it is stored
}
