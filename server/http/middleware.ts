import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Context, Next } from 'koa';
import type { Problem } from '../../shared/api/problem.js';
import { isAway, ProblemError, tookTooLong, unavailable } from '../errors.js';
import type { Logger } from '../log.js';

/** Gives each request an id, taken from the caller's `X-Request-Id` when it is harmless. */
export async function requestId(ctx: Context, next: Next): Promise<void> {
  const sent = ctx.get('X-Request-Id');
  ctx.state.requestId = /^[\w.-]{1,64}$/.test(sent) ? sent : randomUUID();
  ctx.set('X-Request-Id', ctx.state.requestId);
  await next();
}

/** One line a request. The route is logged, not the URL: query strings hold names and e-mail addresses. */
export function accessLog(log: Logger) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const start = performance.now();
    await next();
    log.info({
      request_id: ctx.state.requestId,
      org: ctx.state.org,
      method: ctx.method,
      route: ctx._matchedRoute ?? ctx.path.slice(0, 200),
      status: ctx.status,
      ms: Math.round(performance.now() - start),
    });
  };
}

/** Every error becomes a problem here and nowhere else. What we did not foresee is logged whole and answered bare. */
export function problems(log: Logger) {
  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body == null) throw noRoute(ctx);
    } catch (error) {
      if (ctx.respond === false) return cutOff(ctx, error, log);
      const problem = toProblem(error);
      if (problem.status >= 500) log.error({ request_id: ctx.state.requestId, err: problem.cause ?? problem });
      ctx.status = problem.status;
      ctx.set(problem.headers);
      const body: Problem = {
        type: 'about:blank',
        title: STATUS_CODES[problem.status] ?? 'Error',
        status: problem.status,
        code: problem.code,
        detail: problem.message,
        ...(problem.faults && { errors: problem.faults }),
        request_id: ctx.state.requestId,
        ...problem.more,
      };
      ctx.body = body;
      ctx.type = 'application/problem+json';
    }
  };
}

/** A reply that is under way cannot become a problem any more. A reader that went away is no fault of ours. */
function cutOff(ctx: Context, err: unknown, log: Logger): void {
  ctx.res.destroy();
  if ((err as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE')
    log.error({ request_id: ctx.state.requestId, err }, 'reply cut off');
}

function noRoute(ctx: Context): ProblemError {
  return new ProblemError(
    404,
    'not_found',
    `There is nothing at ${ctx.method} ${ctx.path.slice(0, 200)}. See /api/v1/openapi.json.`,
  );
}

function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const { code, status } = error as { code?: string; status?: number };
  if (isAway(error)) return unavailable(error);
  if (code === '57014') return tookTooLong(error); // query_canceled
  if (status === 400) return new ProblemError(400, 'bad_request', 'The request cannot be read.', { cause: error });
  return new ProblemError(500, 'internal', 'Something went wrong here. The log has it under this request id.', {
    cause: error,
  });
}
