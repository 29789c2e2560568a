import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServerError } from '../errors.js';

/** Requests in flight get this long to finish when the server stops. */
const DRAIN_MS = 10_000;

/** Listens, or throws an error that says what to change. `flags` names what that is. */
export function listen(server: Server, host: string, port: number, flags = '--host or --port'): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const hint =
        cause.code === 'EADDRINUSE' ? `Another program uses it: choose another ${flags}.` : `Choose another ${flags}.`;
      reject(new ServerError('cannot_listen', `Cannot listen on ${host}:${port} (${cause.code}). ${hint}`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

export function addressOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** No new connections; waits for the requests in flight, and cuts off what takes too long. */
export function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
