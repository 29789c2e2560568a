import type { Context, Next } from 'koa';
import { SpanKind, traced } from './span.js';
import { parseTraceparent } from './traceparent.js';

/** Those that semantic conventions know; clients may invent others. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Middleware: one span a request, in the caller's trace when it names one. Of the URL only the route is told, not `url.path`:
 * paths hold e-mail addresses (members of teams), and those that are nobody's may hold anything.
 */
export function traceRequests(ctx: Context, next: Next): Promise<void> {
  const method = METHODS.has(ctx.method) ? ctx.method : '_OTHER';
  const attributes = { 'http.request.method': method, 'url.scheme': ctx.protocol };
  const parent = parseTraceparent(ctx.get('traceparent'));
  return traced(method === '_OTHER' ? 'HTTP' : method, { kind: SpanKind.server, attributes, parent }, async (span) => {
    await next();
    if (!span) return;
    const route = ctx._matchedRoute as string | undefined;
    if (route !== undefined) {
      span.name += ` ${route}`;
      span.attributes['http.route'] = route;
    }
    span.attributes['http.response.status_code'] = ctx.status;
    span.failed = ctx.status >= 500;
    if (span.failed) span.attributes['error.type'] = String(ctx.status);
  });
}
