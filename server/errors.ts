import type { Fault } from '../shared/api/problem.js';

/** A fault that ends a command of the server: wrong configuration, a database that cannot be used. Exit code 2. */
export class ServerError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ServerError';
    this.code = code;
  }
}

/** A fault of a request, answered as RFC 9457 problem details. `detail` is for the caller and names the next step. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly faults: Fault[] | undefined;
  readonly headers: Record<string, string>;
  /** Members beside those of RFC 9457. */
  readonly more: Record<string, unknown>;

  constructor(
    status: number,
    code: string,
    detail: string,
    options: ErrorOptions & { faults?: Fault[]; headers?: Record<string, string>; more?: Record<string, unknown> } = {},
  ) {
    super(detail, options);
    this.name = 'ProblemError';
    this.status = status;
    this.code = code;
    this.faults = options.faults;
    this.headers = options.headers ?? {};
    this.more = options.more ?? {};
  }
}

export const invalidBody = (faults: Fault[], more?: Record<string, unknown>) =>
  new ProblemError(
    422,
    'invalid_body',
    'The body does not fit the schema; errors names each fault. See /api/v1/openapi.json.',
    {
      faults,
      ...(more && { more }),
    },
  );

export const invalidQuery = (faults: Fault[]) =>
  new ProblemError(
    400,
    'invalid_query',
    'A query parameter is not valid; errors names each fault. See /api/v1/openapi.json.',
    { faults },
  );

export const malformedJson = (cause: unknown) =>
  new ProblemError(400, 'malformed_json', 'The body is not JSON in UTF-8.', {
    cause,
    faults: [
      { in: 'body', pointer: '', message: cause instanceof Error ? cause.message.slice(0, 200) : 'is not JSON' },
    ],
  });

export const bodyTooLarge = (limit: number) =>
  new ProblemError(
    413,
    'body_too_large',
    `The body is larger than ${limit} bytes (after decompression). Send smaller batches.`,
    {
      headers: { Connection: 'close' },
    },
  );

export const unsupportedMedia = (detail: string) => new ProblemError(415, 'unsupported_media_type', detail);

export const unauthorized = (detail: string) =>
  new ProblemError(401, 'unauthorized', detail, { headers: { 'WWW-Authenticate': 'Bearer realm="blameprompt"' } });

export const missingScope = (scope: string) =>
  new ProblemError(
    403,
    'missing_scope',
    `This key lacks the scope ${scope}. Create one that has it: blameprompt-server key create --scopes ${scope}`,
  );

export const scopeNotHeld = (scope: string) =>
  new ProblemError(
    403,
    'scope_not_held',
    `A key can hand on only scopes that it has, and this one lacks ${scope === '*' ? '* (all of them)' : scope}. Use a key that has it, or blameprompt-server key create.`,
  );

export const notFound = (what: string) => new ProblemError(404, 'not_found', `There is no such ${what}.`);

/** The request is right, the state of things is against it. */
export const conflict = (code: string, detail: string, cause?: unknown) =>
  new ProblemError(409, code, detail, { cause });

export const noSigningKey = (why: string) =>
  conflict(
    'no_signing_key',
    `This server has no signing key; ${why}. Whoever runs it sets BLAMEPROMPT_SIGNING_KEY or BLAMEPROMPT_SIGNING_KEY_FILE (openssl genpkey -algorithm ed25519).`,
  );

export const underLegalHold = () =>
  conflict(
    'legal_hold',
    'The organisation is under a legal hold, so nothing may be erased. Release it first: blameprompt enterprise retention release',
  );

const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '53300', // too_many_connections
  '40P01', // deadlock_detected
  '40001', // serialization_failure; on a standby: conflict with recovery
  '55P03', // lock_not_available: another request changes what this one needs
]);

/**
 * Whether an error of node or of postgres.js says: the database is not there just now, or busy. Another try may go well. PgBouncer says
 * all of it as a protocol violation, without the severity that PostgreSQL gives.
 */
export function isAway(error: unknown): boolean {
  const { code = '', severity } = (error ?? {}) as { code?: string; severity?: string };
  return AWAY.has(code) || (code === '08P01' && severity === undefined);
}

export const unavailable = (cause: unknown) =>
  new ProblemError(
    503,
    'unavailable',
    'The database cannot be reached at the moment, or is busy. Nothing was changed; try again.',
    {
      cause,
      headers: { 'Retry-After': '2' },
    },
  );

/** Too much of the same kind at once. */
export const overloaded = () =>
  new ProblemError(
    503,
    'overloaded',
    'Too many batches of this organisation wait already. Nothing was changed; try again.',
    {
      headers: { 'Retry-After': '2' },
    },
  );

/** A statement that was cancelled because it ran for longer than one may. */
export const tookTooLong = (cause: unknown) =>
  new ProblemError(
    503,
    'took_too_long',
    'Answering would take too long. Ask for less: a shorter period (from, to), one repository, or without q.',
    { cause },
  );
