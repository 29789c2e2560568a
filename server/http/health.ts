import type Router from '@koa/router';
import type { Database } from '../db.js';
import { ProblemError, unavailable } from '../errors.js';

/** `draining` turns true when the server has begun to stop: a load balancer then sends nothing more. */
export function healthRoutes(router: Router, db: Database, state: { draining: boolean }): void {
  router.get('/livez', (ctx) => {
    ctx.body = { status: 'ok' };
  });

  router.get('/readyz', async (ctx) => {
    if (state.draining)
      throw new ProblemError(503, 'draining', 'The server is stopping.', { headers: { 'Retry-After': '5' } });
    await db
      .withSystem((sql) => sql`select 1`)
      .catch((cause) => {
        throw unavailable(cause);
      });
    ctx.body = { status: 'ready' };
  });
}
