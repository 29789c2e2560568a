import { type Agent, request } from 'undici';
import { toStorable } from '../../shared/text.js';
import { SpanKind, traced, traceHeaders } from '../tracing/span.js';
import { version } from '../version.js';

/** From the connection to the end of the reply, in milliseconds; Standard Webhooks says 15 to 30 seconds. */
export const TIMEOUT_MS = 20_000;
/** Bytes of a reply that are read and kept. */
const MAX_REPLY = 1024;

/** What came of one attempt. */
export interface Outcome {
  /** Of the reply; null: there was none, and `error` says why. */
  status: number | null;
  body: string | null;
  error: string | null;
  /** Seconds that the receiver asks for (Retry-After). */
  retryAfter: number | null;
}

/** Posts a message. Never throws: what goes wrong is the outcome. Redirects are an outcome like any other, and not followed. */
export async function send(
  agent: Agent,
  url: string,
  headers: Record<string, string>,
  body: string,
  { signal, timeoutMs = TIMEOUT_MS }: { signal: AbortSignal; timeoutMs?: number },
): Promise<Outcome> {
  const limit = new AbortController();
  const stop = () => limit.abort(new Error('the server stops'));
  const timer = setTimeout(() => limit.abort(new Error(`no answer within ${timeoutMs / 1000} seconds`)), timeoutMs);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    const reply = await post(url, {
      dispatcher: agent,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'user-agent': `blameprompt-server/${version}`,
      },
      body,
      signal: limit.signal,
    });
    const text = await readStart(reply.body);
    return { status: reply.statusCode, body: text, error: null, retryAfter: secondsOf(reply.headers['retry-after']) };
  } catch (error) {
    return {
      status: null,
      body: null,
      error: describe(limit.signal.aborted ? limit.signal.reason : error),
      retryAfter: null,
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** In a span of its own, which the receiver is told. Of the URL only the host goes into it: the rest may be a secret. */
function post(
  url: string,
  options: { dispatcher: Agent; headers: Record<string, string>; body: string; signal: AbortSignal },
) {
  const attributes = { 'http.request.method': 'POST', 'server.address': new URL(url).hostname };
  return traced('POST', { kind: SpanKind.client, attributes }, async (span) => {
    const headers = { ...options.headers, ...traceHeaders() };
    const reply = await request(url, { ...options, method: 'POST', headers });
    if (span) span.attributes['http.response.status_code'] = reply.statusCode;
    return reply;
  });
}

/** The start of a reply; the rest, which may have no end, is left with its connection. Its status counts even if it breaks off. */
async function readStart(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  let start = Buffer.alloc(0);
  try {
    for await (const chunk of body) {
      start = Buffer.concat([start, chunk.subarray(0, MAX_REPLY - start.length)]);
      if (start.length >= MAX_REPLY) break;
    }
  } catch {
    // broken off, or too slow
  } finally {
    body.destroy();
  }
  return toStorable(start.toString());
}

function secondsOf(header: string | string[] | undefined): number | null {
  const seconds = Number(header);
  return typeof header === 'string' && Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 86_400) : null;
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return toStorable((message || code || 'it failed').slice(0, 500));
}
