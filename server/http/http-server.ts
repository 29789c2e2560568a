import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from '../../shared/api/problem.js';

/** What one client may keep of us. */
export interface ConnectionLimits {
  /** The whole of a request's headers must be here in this time, in milliseconds. */
  headersMs: number;
  /** The whole request with its body. */
  requestMs: number;
  maxConnections: number;
}

/** Silence on a connection that has no request. Longer than common load balancers keep theirs (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000;

/** Node's HTTP server with limits on slow and many clients. What it refuses before there is a request is answered as a problem, too. */
export function createHttpServer(
  listener: RequestListener,
  { headersMs, requestMs, maxConnections }: ConnectionLimits,
): Server {
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(5000, headersMs),
    },
    listener,
  );
  server.maxConnections = maxConnections;
  server.on('clientError', refuse);
  return server;
}

const REFUSALS: Record<string, [number, string, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'The request did not arrive in time. Nothing was changed.'],
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'The URL and headers together are larger than 16 KB.'],
};

function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, code, detail] = REFUSALS[error.code ?? ''] ?? [400, 'bad_request', 'The request is not HTTP/1.1.'];
  const title = STATUS_CODES[status] ?? 'Error';
  const problem: Problem = { type: 'about:blank', title, status, code, detail, request_id: randomUUID() };
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
