import type Router from '@koa/router';
import * as api from '../../shared/api/policy-endpoints.js';
import * as violationsApi from '../../shared/api/violations.js';
import { isUuid } from '../../shared/slug.js';
import { recordEvent } from '../audit/record.js';
import { noSigningKey, notFound } from '../errors.js';
import { bind, type Services } from '../http/bind.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { signBundle } from '../signing-key.js';
import { makeBundle } from './bundle.js';
import { evaluateChange } from './evaluate.js';
import * as queries from './queries.js';
import { assertUsable, createPolicy, deletePolicy, updatePolicy } from './save.js';
import { simulate } from './simulate.js';
import { acknowledgeViolation, listViolations } from './violations.js';

export function policyRoutes(router: Router, services: Services): void {
  bind(router, services, api.listPolicies, async ({ db, principal, query }) => ({
    policies: await db.withTenant(principal.orgId, (sql) => queries.listPolicies(sql, principal.orgId, query)),
  }));

  bind(router, services, api.createPolicy, ({ db, principal, actor, body }) =>
    createPolicy(db, principal.orgId, actor, body),
  );

  bind(router, services, api.evaluatePolicies, ({ db, principal, body }) => evaluateChange(db, principal.orgId, body));

  // Before :id, which would take the word for one.
  bind(router, services, api.getBundle, async ({ db, principal, query, etag }) => {
    const { signingKey, config } = services;
    if (!signingKey) throw noSigningKey('policy bundles are signed with it');
    const { bundle, tag } = await makeBundle(db, principal.org, query, config.bundleHours);
    etag(`${signingKey.id}-${tag}`);
    return signBundle(signingKey, JSON.stringify(bundle));
  });

  bind(router, services, api.getPolicy, async ({ db, principal, params }) => {
    const id = idOf(params, 'policy');
    return db.withTenant(principal.orgId, async (sql) => {
      const policy = await queries.findPolicy(sql, principal.orgId, id);
      if (!policy) throw notFound('policy');
      return { ...policy, versions: await queries.listVersions(sql, principal.orgId, id) };
    });
  });

  bind(router, services, api.updatePolicy, ({ db, principal, actor, params, body }) =>
    updatePolicy(db, principal.orgId, actor, idOf(params, 'policy'), body),
  );

  bind(router, services, api.deletePolicy, ({ db, principal, actor, params }) =>
    deletePolicy(db, principal.orgId, actor, idOf(params, 'policy')),
  );
}

export function simulationRoutes(router: Router, services: Services): void {
  bind(router, services, api.simulatePolicy, async ({ db, principal, params, body }) => {
    const id = idOf(params, 'policy');
    const policy = await db.withTenant(principal.orgId, (sql) => queries.findPolicy(sql, principal.orgId, id));
    if (!policy) throw notFound('policy');
    return simulate(db, principal.orgId, policy, body);
  });

  bind(router, services, api.simulateCandidate, ({ db, principal, body }) => {
    assertUsable(body.policy, '/policy');
    return simulate(db, principal.orgId, { ...body.policy, id: null, version: 1 }, body);
  });
}

export function violationRoutes(router: Router, services: Services): void {
  bind(router, services, violationsApi.listViolations, async ({ db, principal, query }) => {
    const { limit = 50, cursor, ...filters } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    // One more than asked for tells whether there is a next page.
    const found = await db.replica.withTenant(principal.orgId, (sql) =>
      listViolations(sql, principal.orgId, filters, limit + 1, after),
    );
    const violations = found.slice(0, limit);
    const last = violations.at(-1);
    return {
      violations,
      next_cursor: found.length > limit ? encodeCursor({ timestamp: last!.occurred_at, id: last!.id }) : null,
    };
  });

  bind(
    router,
    services,
    violationsApi.acknowledgeViolation,
    async ({ db, principal: { orgId, key }, actor, params, body }) => {
      const id = idOf(params, 'violation');
      return db.withTenant(orgId, async (sql) => {
        const violation = await acknowledgeViolation(sql, orgId, id, body, key.name);
        if (!violation) throw notFound('violation');
        const action = body.acknowledged ? 'violation.acknowledged' : 'violation.reopened';
        await recordEvent(sql, orgId, actor, { action, target: { type: 'violation', id }, after: body });
        return violation;
      });
    },
  );
}

function idOf({ id = '' }: Record<string, string>, what: string): string {
  if (!isUuid(id)) throw notFound(what);
  return id.toLowerCase();
}
