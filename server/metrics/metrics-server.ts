import { createServer, type Server } from 'node:http';
import type { Metrics } from './metrics.js';

/** A server of its own, since it asks for no key: what it tells is for the operator, and the API may face the world. */
export function createMetricsServer(metrics: Metrics): Server {
  return createServer({ requestTimeout: 10_000 }, (req, res) => {
    if (req.method !== 'GET' || req.url?.split('?')[0] !== '/metrics') return void res.writeHead(404).end();
    metrics.render().then(
      ({ type, text }) => res.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(text),
      () => res.writeHead(500).end(),
    );
  });
}
