import Router from '@koa/router';
import Koa from 'koa';
import helmet from 'koa-helmet';
import { analyticsRoutes } from './analytics/routes.js';
import { auditRoutes } from './audit/routes.js';
import { authRoutes } from './auth/routes.js';
import { dataSubjectRoutes } from './data-subjects/routes.js';
import { ProblemError } from './errors.js';
import type { Services } from './http/bind.js';
import { closeWhenDraining, healthRoutes, type ServerState } from './http/health.js';
import { accessLog, problems, requestId } from './http/middleware.js';
import { openapi } from './http/openapi.js';
import { jobRoutes } from './jobs/routes.js';
import { keyRoutes } from './keys/routes.js';
import { createRateLimiter } from './limits/rate-limit.js';
import type { Logger } from './log.js';
import type { Metrics } from './metrics/metrics.js';
import { policyRoutes, simulationRoutes, violationRoutes } from './policies/routes.js';
import { receiptRoutes } from './receipts/routes.js';
import { reportRoutes } from './reports/routes.js';
import { retentionRoutes } from './retention/routes.js';
import { settingsRoutes } from './settings/routes.js';
import { teamRoutes } from './teams/routes.js';
import { traceRequests } from './tracing/requests.js';
import { webhookRoutes } from './webhooks/routes.js';

export interface AppOptions extends Omit<Services, 'rates'> {
  log: Logger;
  version: string;
  state: ServerState;
  metrics: Metrics;
}

/** The server as one Koa application: middleware in order, then one line a slice. */
export function createApp({ log, version, state, metrics, ...given }: AppOptions): Koa {
  const { trustProxy } = given.config;
  const app = new Koa({ proxy: trustProxy > 0, maxIpsCount: trustProxy });
  const services = { ...given, rates: createRateLimiter(given.config) };
  const router = new Router();
  const document = openapi(version);

  healthRoutes(router, services.db, state);
  router.get('/api/v1/openapi.json', (ctx) => {
    ctx.body = document;
  });
  authRoutes(router, services);
  receiptRoutes(router, services);
  analyticsRoutes(router, services);
  auditRoutes(router, services);
  policyRoutes(router, services);
  simulationRoutes(router, services);
  violationRoutes(router, services);
  teamRoutes(router, services);
  keyRoutes(router, services);
  settingsRoutes(router, services);
  webhookRoutes(router, services);
  dataSubjectRoutes(router, services);
  retentionRoutes(router, services);
  jobRoutes(router, services);
  reportRoutes(router, services);

  app.use(traceRequests);
  app.use(requestId);
  app.use(accessLog(log));
  app.use(metrics.observe);
  app.use(closeWhenDraining(state));
  app.use(
    helmet({
      contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }, useDefaults: false },
    }),
  );
  app.use(noStore);
  app.use(problems(log));
  app.use(services.rates.admit);
  app.use(router.routes());
  app.use(
    router.allowedMethods({
      throw: true,
      methodNotAllowed: () =>
        new ProblemError(405, 'method_not_allowed', 'This path does not take that method. See /api/v1/openapi.json.'),
      notImplemented: () => new ProblemError(501, 'not_implemented', 'This server does not know that method.'),
    }),
  );
  // Koa would print errors of sockets that clients closed; they are theirs.
  app.on('error', (err: { code?: string }) => {
    if (err.code !== 'EPIPE' && err.code !== 'ECONNRESET') log.error({ err });
  });
  return app;
}

/** Answers are about one org: no shared cache may keep them. */
async function noStore(ctx: Koa.Context, next: Koa.Next): Promise<void> {
  ctx.set('Cache-Control', 'no-store');
  await next();
}
