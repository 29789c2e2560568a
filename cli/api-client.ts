import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { EnvHttpProxyAgent, RetryAgent, request } from 'undici';
import type { Problem } from '../shared/api/problem.js';
import type { BodyOf, Endpoint, QueryOf, ReplyOf } from '../shared/api/types.js';
import type { Access } from './config/access.js';
import { CliError, Exit } from './errors.js';
import { printable } from './terminal.js';

const compress = promisify(gzip);

/** A report counts all that it is about before its first byte. */
const FIRST_BYTE_MS = 10 * 60_000;
/** Bodies below this many bytes are sent as they are. */
const COMPRESS_FROM = 1024;
const MAX_REPLY_BYTES = 64 * 1024 * 1024;

export interface CallInput<E extends Endpoint> {
  /** What stands for `:name` in the path. */
  params?: Record<string, string>;
  query?: QueryOf<E>;
  body?: BodyOf<E>;
}

export interface ApiClient {
  /** Calls one endpoint. Waits and tries again when the server is busy or away for a moment; see `createApiClient`. */
  call<E extends Endpoint>(endpoint: E, input?: CallInput<E>): Promise<ReplyOf<E>>;
  /** As `call`, for replies with an ETag. Undefined: what the caller has is still what the server would answer. */
  callUnlessKnown<E extends Endpoint>(
    endpoint: E,
    input: { query?: QueryOf<E> },
    etag: string | null,
  ): Promise<{ reply: ReplyOf<E>; etag: string | null } | undefined>;
  /**
   * Calls an endpoint that answers a file, and answers its bytes as they come. Not tried again by itself: what was read is somebody
   * else's already. Iterating throws when the connection ends before the file does.
   */
  download<E extends Endpoint>(endpoint: E, input?: CallInput<E>): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

/** An answer of the server that is a problem and not a reply. */
export class ApiProblem extends CliError {
  readonly problem: Problem & Record<string, unknown>;
  constructor(problem: Problem & Record<string, unknown>, exitCode: number) {
    const where = problem.errors?.[0] ? ` (${problem.errors[0].pointer} ${problem.errors[0].message})` : '';
    super(problem.code, printable(`The server answered ${problem.status}: ${problem.detail}${where}`), { exitCode });
    this.problem = problem;
  }
}

/**
 * A client for one server. Connection faults and 429, 502, 503 and 504 are tried again, up to `retries` times, with
 * growing pauses or as `Retry-After` says, except at endpoints that repeating is not safe for (`once`). The others are:
 * ingest counts what it has seen once. Redirects are not followed: the key would go to wherever they point.
 */
export function createApiClient(
  { url, key }: Pick<Access, 'url' | 'key'>,
  { retries = 4, timeout = 60_000 } = {},
): ApiClient {
  const agent = new EnvHttpProxyAgent({ connect: { timeout: 10_000 } });
  const retrying = new RetryAgent(agent, {
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    statusCodes: [429, 502, 503, 504],
    maxRetries: retries,
    minTimeout: 300,
    maxTimeout: 20_000,
    throwOnError: false,
  });

  return {
    async call(endpoint, { params, query, body } = {}) {
      const target = targetOf(endpoint, params, query);
      const { status, text } = await send(target, endpoint, body === undefined ? undefined : await encode(body));
      if (status >= 200 && status < 300) return parseReply(target, text);
      throw problemOf(target, status, text);
    },
    async callUnlessKnown(endpoint, { query }, known) {
      const target = targetOf(endpoint, {}, query);
      const headers: Record<string, string> = known === null ? {} : { 'if-none-match': known };
      const { status, text, etag } = await send(target, endpoint, undefined, headers);
      if (status === 304) return undefined;
      if (status >= 200 && status < 300) return { reply: parseReply(target, text), etag };
      throw problemOf(target, status, text);
    },
    async download(endpoint, { params, query } = {}) {
      const target = targetOf(endpoint, params, query);
      const reply = await request(target, {
        headers: { authorization: `Bearer ${key}` },
        dispatcher: agent,
        headersTimeout: FIRST_BYTE_MS,
        bodyTimeout: FIRST_BYTE_MS,
      }).catch((cause) => {
        throw unreachable(target, endpoint, cause);
      });
      if (reply.statusCode === 200) return bytesOf(reply.body, target);
      throw problemOf(target, reply.statusCode, await readText(reply.body, target));
    },
    close: () => agent.close(),
  };

  function targetOf(endpoint: Endpoint, params: Record<string, string> | undefined, query: object | undefined): URL {
    const target = new URL(url.pathname.replace(/\/$/, '') + fill(endpoint.path, params ?? {}), url);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) target.searchParams.set(name, String(value));
    }
    return target;
  }

  async function send(
    target: URL,
    { method, once }: Endpoint,
    payload: Payload | undefined,
    headers: Record<string, string> = {},
  ) {
    try {
      const reply = await request(target, {
        method: method.toUpperCase() as Uppercase<Endpoint['method']>,
        headers: { authorization: `Bearer ${key}`, accept: 'application/json', ...headers, ...payload?.headers },
        body: payload?.bytes ?? null,
        dispatcher: once ? agent : retrying,
        headersTimeout: timeout,
        bodyTimeout: timeout,
      });
      const text = await readText(reply.body, target);
      const { etag } = reply.headers;
      return { status: reply.statusCode, text, etag: typeof etag === 'string' ? etag : null };
    } catch (cause) {
      if (cause instanceof CliError) throw cause;
      throw unreachable(target, { once }, cause);
    }
  }
}

async function readText(body: Readable, target: URL): Promise<string> {
  let text = '';
  for await (const chunk of body.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_REPLY_BYTES)
      throw new CliError('reply_too_large', `${target.origin} answered more than 64 MB.`);
  }
  return text;
}

async function* bytesOf(body: Readable, target: URL): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new CliError(
      'incomplete',
      `${target.origin} broke off in the middle of the file. What came is not kept; repeat the command.`,
      { exitCode: Exit.unreachable, cause },
    );
  }
}

function unreachable(target: URL, { once }: Pick<Endpoint, 'once'>, cause: unknown): CliError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new CliError(
    'unreachable',
    `Cannot reach ${target.origin} (${code ?? message}). ${
      once
        ? 'It may have been done all the same: look before you repeat the command.'
        : 'Nothing is lost: repeat the command when it is back; a sync sends what is missing.'
    }`,
    { exitCode: Exit.unreachable, cause },
  );
}

interface Payload {
  bytes: Buffer;
  headers: Record<string, string>;
}

async function encode(body: unknown): Promise<Payload> {
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = { 'content-type': 'application/json' };
  if (bytes.length < COMPRESS_FROM) return { bytes, headers };
  return { bytes: await compress(bytes, { level: 4 }), headers: { ...headers, 'content-encoding': 'gzip' } };
}

function fill(path: string, params: Record<string, string>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

function parseReply(target: URL, text: string) {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notOurs(target, cause);
  }
}

function problemOf(target: URL, status: number, text: string): CliError {
  const exitCode =
    status === 429 || status >= 500 ? Exit.unreachable : status === 401 || status === 403 ? Exit.usage : Exit.failed;
  try {
    const problem = JSON.parse(text);
    if (typeof problem?.code === 'string' && typeof problem.detail === 'string')
      return new ApiProblem(problem, exitCode);
  } catch (cause) {
    return notOurs(target, cause, status);
  }
  return notOurs(target, undefined, status);
}

/** A proxy's error page, a login form, another program on that port. */
function notOurs(target: URL, cause: unknown, status?: number): CliError {
  return new CliError(
    'not_blameprompt',
    `${target.origin} does not answer like a BlamePrompt server${status ? ` (status ${status})` : ''}. Check the address.`,
    {
      exitCode: Exit.unreachable,
      cause,
    },
  );
}
