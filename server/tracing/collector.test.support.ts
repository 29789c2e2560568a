import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A span as a collector shows it. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Record<string, string>;
  status: { code?: number };
}

interface Received {
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

type Pair = { key: string; value: Record<string, string> };
const toObject = (pairs: Pair[]) => Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]!]));

/** A collector of OTLP/JSON on loopback that keeps what comes. `reply` answers in its place. */
export async function startCollector(reply?: (response: ServerResponse) => void) {
  const received: Received[] = [];
  const spans: ReceivedSpan[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const body = await text(request);
    received.push({ path: request.url, headers: request.headers, body });
    if (reply) reply(response);
    else response.setHeader('content-type', 'application/json').end('{}');
    if (response.statusCode === 200)
      for (const { scopeSpans } of JSON.parse(body).resourceSpans)
        for (const scope of scopeSpans)
          for (const span of scope.spans) spans.push({ ...span, attributes: toObject(span.attributes) });
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    spans,
    /** Waits until something has come. */
    until: (come: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!come()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
