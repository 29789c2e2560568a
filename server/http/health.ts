import type Router from '@koa/router';
import type { Context, Next } from 'koa';
import type { Database } from '../db.js';
import { ProblemError, unavailable } from '../errors.js';
import { isMigrated } from '../migrate.js';

export interface ServerState {
  /** The server has begun to stop: a load balancer sends it nothing more. */
  draining: boolean;
}

/** `/livez`: the process answers. `/readyz`: send requests here: the database is there and has the schema that this program needs. */
export function healthRoutes(router: Router, db: Database, state: ServerState): void {
  router.get('/livez', (ctx) => {
    ctx.body = { status: 'ok' };
  });

  router.get('/readyz', async (ctx) => {
    if (state.draining) throw notReady('draining', 'The server is stopping.');
    const migrated = await db.withSystem(isMigrated).catch((cause) => {
      throw unavailable(cause);
    });
    if (!migrated)
      throw notReady('not_migrated', 'The database lacks migrations of this version: run blameprompt-server migrate.');
    const replica = db.replica.status();
    ctx.body = { status: 'ready', ...(replica && { replica: replica.state }) }; // the server works without it
  });
}

const notReady = (code: string, detail: string) =>
  new ProblemError(503, code, detail, { headers: { 'Retry-After': '5' } });

/** While the server drains, each answer is the last on its connection: clients come back on a new one, elsewhere. */
export function closeWhenDraining(state: ServerState) {
  return async (ctx: Context, next: Next): Promise<void> => {
    await next();
    if (state.draining) ctx.set('Connection', 'close');
  };
}
