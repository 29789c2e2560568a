import type { Context, Next } from 'koa';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { ProblemError } from '../errors.js';

/** Requests a minute; 0: no limit. */
export interface RateLimits {
  perKey: number;
  perAddress: number;
  /** Requests that are answered 401. */
  failedPerAddress: number;
}

const WINDOW_SECONDS = 60;

/** Reads the counts of this process: two servers on one database allow twice as much (docs/adr/0023-limits.md). */
export interface RateLimiter {
  /** Middleware: counts a request for its address. Probes are not counted. */
  admit(ctx: Context, next: Next): Promise<void>;
  /**
   * Runs `authenticate`, whose failures count for the address. One that failed too often is answered 429 instead of 401
   * and costs the database nothing more; keys that worked before go on working from there.
   */
  authenticated<T>(ctx: Context, selector: string | undefined, authenticate: () => Promise<T>): Promise<T>;
  /** Counts a request for its key, and says in the headers how many are left. */
  countKey(ctx: Context, keyId: string): Promise<void>;
}

export function createRateLimiter({ perKey, perAddress, failedPerAddress }: RateLimits): RateLimiter {
  const keys = limiter(perKey);
  const addresses = limiter(perAddress);
  const failures = limiter(failedPerAddress);
  /** Selectors of keys that worked here: no more of them than there are keys. */
  const proven = new Set<string>();

  return {
    async admit(ctx, next) {
      if (!/^\/(livez|readyz)$/.test(ctx.path)) await consume(addresses, 'address', networkOf(ctx.ip), ctx);
      await next();
    },
    async authenticated(ctx, selector, authenticate) {
      const from = networkOf(ctx.ip);
      const known = selector !== undefined && proven.has(selector);
      const failed = known ? null : await failures?.get(from);
      if (failed && failed.consumedPoints >= failedPerAddress)
        throw tooMany('Too many requests without a valid key came from this address.', failed);
      try {
        const result = await authenticate();
        if (selector !== undefined) proven.add(selector);
        return result;
      } catch (error) {
        if (error instanceof ProblemError && error.status === 401) {
          if (selector !== undefined) proven.delete(selector);
          await failures?.penalty(from);
        }
        throw error;
      }
    },
    async countKey(ctx, keyId) {
      await consume(keys, 'key', keyId, ctx);
    },
  };
}

const limiter = (points: number) =>
  points > 0 ? new RateLimiterMemory({ points, duration: WINDOW_SECONDS }) : undefined;

/** Sets the fields of draft-ietf-httpapi-ratelimit-headers-10; the last limit that is asked stands in them. */
async function consume(
  limit: RateLimiterMemory | undefined,
  name: 'key' | 'address',
  id: string,
  ctx: Context,
): Promise<void> {
  if (!limit) return;
  const state = await limit.consume(id).catch((refused: RateLimiterRes) => refused);
  ctx.set('RateLimit-Policy', `"${name}";q=${limit.points};w=${WINDOW_SECONDS}`);
  ctx.set('RateLimit', `"${name}";r=${state.remainingPoints};t=${secondsOf(state)}`);
  if (state.consumedPoints > limit.points)
    throw tooMany(`This ${name} sent more than ${limit.points} requests in ${WINDOW_SECONDS} seconds.`, state);
}

function tooMany(what: string, state: RateLimiterRes): ProblemError {
  const seconds = secondsOf(state);
  return new ProblemError(429, 'too_many_requests', `${what} Nothing was changed; try again in ${seconds} seconds.`, {
    headers: { 'Retry-After': String(seconds) },
  });
}

const secondsOf = ({ msBeforeNext }: RateLimiterRes) => Math.max(1, Math.ceil(msBeforeNext / 1000));

/** Who holds an IPv6 address holds 2^64 of them: they count together, by their first four groups. */
export function networkOf(ip: string): string {
  const bare = ip.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!bare.includes(':')) return bare;
  const [head = '', tail] = bare.split('%')[0]!.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
