import { pipeline } from 'node:stream/promises';
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Fault } from '../../shared/api/problem.js';
import type { Endpoint } from '../../shared/api/types.js';
import type { Actor } from '../../shared/audit/event.js';
import type { Static, TSchema } from '../../shared/schema.js';
import { findUnstorable } from '../../shared/text.js';
import { type Check, compileBody, compileQuery } from '../../shared/validate.js';
import { authenticate, type Principal, presentedSelector } from '../auth/authenticate.js';
import type { Config } from '../config.js';
import type { Database } from '../db.js';
import { invalidBody, invalidQuery } from '../errors.js';
import type { RateLimiter } from '../limits/rate-limit.js';
import type { SigningKey } from '../signing-key.js';
import { readJson } from './body.js';

export interface Services {
  db: Database;
  config: Config;
  /** Undefined: nobody gave one, and bundles cannot be signed. */
  signingKey: SigningKey | undefined;
  rates: RateLimiter;
}

/** A reply that is no JSON of its schema, or too long to be gathered. */
export interface FileReply {
  contentType: string;
  /** What a browser saves it as: letters, digits, dots and hyphens. */
  name: string;
  chunks: AsyncIterable<string | Uint8Array>;
}

/** A reader that takes nothing for this long has gone. */
const STALLED_MS = 60_000;

/** What a handler gets: a request that has passed every check, in the types of its schemas. */
export interface Call<Query, Body> {
  principal: Principal;
  /** The same as the audit log names it. */
  actor: Actor;
  query: Query;
  body: Body;
  params: Record<string, string>;
  db: Database;
  /** Names the state that the reply shows. A caller who has it already (If-None-Match) is answered 304, without a body. */
  etag(tag: string): void;
  /**
   * Answers a file, chunk by chunk at the reader's pace, in place of what the handler returns. Rejects when the reader goes away,
   * and `chunks` ends. The reply itself ends only when the handler does: should that throw, the connection is cut,
   * so that nobody takes a half for the whole.
   */
  stream(file: FileReply): Promise<void>;
}

/**
 * Binds an endpoint to its handler. The order of checks is the order of the lines below: key and scope, query, body,
 * handler. The reply is JSON.
 */
export function bind<Query extends TSchema, Body extends TSchema, Reply extends TSchema>(
  router: Router,
  services: Services,
  endpoint: Endpoint<Query, Body, Reply>,
  handler: (call: Call<Static<Query>, Static<Body>>) => Promise<Static<Reply>>,
): void {
  const checkQuery = endpoint.query && compileQuery(endpoint.query);
  const checkBody = endpoint.body && compileBody(endpoint.body);
  const { db, config, rates } = services;
  const scope = endpoint.scope === 'public' ? null : endpoint.scope;

  router[endpoint.method](endpoint.path, async (ctx: Context) => {
    const selector = presentedSelector(ctx.headers);
    const principal = await rates.authenticated(ctx, selector, () => authenticate(db, ctx.headers, scope));
    await rates.countKey(ctx, principal.key.id);
    ctx.state.org = principal.org.slug;
    const query = readQuery(ctx, checkQuery) as Static<Query>;
    const body = (checkBody && checked(checkBody, await readJson(ctx.req, config.maxBodyBytes))) as Static<Body>;
    if (!endpoint.checksItems) refuseUnstorable(body);
    const etag = (tag: string) => {
      ctx.etag = tag;
      ctx.set('Cache-Control', 'private, no-cache'); // kept by the caller alone, and asked about each time
    };
    const actor = actorOf(principal, ctx);
    const stream = (file: FileReply) => writeFile(ctx, file);
    const reply = await handler({ principal, actor, query, body, params: ctx.params, db, etag, stream });
    if (ctx.respond === false) return void ctx.res.end();
    ctx.body = reply;
    if (endpoint.status !== undefined) ctx.status = endpoint.status;
    if (isKnown(ctx)) ctx.status = 304;
  });
}

async function writeFile(ctx: Context, { contentType, name, chunks }: FileReply): Promise<void> {
  ctx.status = 200;
  ctx.set({ 'Content-Type': contentType, 'Content-Disposition': `attachment; filename="${name}"` });
  ctx.respond = false; // from here on the reply is ours, not Koa's
  ctx.res.setTimeout(STALLED_MS, () => ctx.res.destroy());
  await pipeline(chunks, ctx.res, { end: false });
}

function actorOf({ key }: Principal, ctx: Context): Actor {
  return { type: 'key', id: key.id, name: key.name, request_id: ctx.state.requestId, ip: ctx.ip };
}

/** Koa's `fresh` says no to "Cache-Control: no-cache", which fetch sends by itself along with If-None-Match. */
function isKnown(ctx: Context): boolean {
  const etag = ctx.response.get('ETag');
  const known = ctx.get('If-None-Match').split(',');
  return etag !== '' && known.some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

function readQuery<T>(ctx: Context, check: Check<T> | undefined): T | undefined {
  const query = { ...ctx.query };
  const unstorable = findUnstorable(query);
  if (unstorable !== undefined)
    throw invalidQuery([{ in: 'query', pointer: unstorable, message: 'holds a NUL or a broken character' }]);
  if (!check) {
    const [unknown] = Object.keys(query);
    if (unknown !== undefined)
      throw invalidQuery([{ in: 'query', pointer: `/${unknown}`, message: 'is not a known field' }]);
    return undefined;
  }
  const { value, faults } = check(query);
  if (faults) throw invalidQuery(faults.map((fault): Fault => ({ in: 'query', ...fault })));
  return value;
}

/** What PostgreSQL cannot keep, wherever it stands: also in fields that a schema lets pass unnamed. */
function refuseUnstorable(body: unknown): void {
  const pointer = findUnstorable(body);
  if (pointer !== undefined)
    throw invalidBody([
      { in: 'body', pointer, message: 'holds a NUL or half a surrogate pair, or is nested too deep' },
    ]);
}

function checked<T>(check: Check<T>, value: unknown): T {
  const result = check(value);
  if (result.faults) throw invalidBody(result.faults.map((fault): Fault => ({ in: 'body', ...fault })));
  return result.value;
}
