import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** Made for tests: of localhost and 127.0.0.1, until 2126. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHNtApl4Xk6yfVjQc
kseF7sa2xj1l0DSG/14yITbEk2+hRANCAASif0v/cLb7kR6cBmCL5c50hlwmmHrt
F3omUUaABDTM2SZa9cQxYTWa9hYhwfr0vC9Ojj5kI68ckoKUjifRh86Q
-----END PRIVATE KEY-----`;
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUHPvbaAP9C/R906Uj6LmRirmJYz4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjIxNDAyN1oYDzIxMjYxMDI5
MjE0MDI3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASif0v/cLb7kR6cBmCL5c50hlwmmHrtF3omUUaABDTM2SZa9cQxYTWa
9hYhwfr0vC9Ojj5kI68ckoKUjifRh86Qo28wbTAdBgNVHQ4EFgQUY7vfEpJNCdVF
XhGDcC0B1YB+CpAwHwYDVR0jBBgwFoAUY7vfEpJNCdVFXhGDcC0B1YB+CpAwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgQQalP1OlEHtozHO9MHsPw1UIPvp3y3lMVXzazyAm7toCIH30
lRG38/S4HTr4QSpUpFSiXcpuZDSRENNUajhk4d1f
-----END CERTIFICATE-----`;

/** What a collector does with a connection, beside noting what comes; for tests of what goes wrong. */
type Behaviour = (socket: Socket, received: string[]) => void;

/** A syslog collector on loopback: TCP or TLS, octet counting (RFC 6587, 3.4.1). Anything else ends in `faults`. */
export async function startCollector({ tls = false, behave = () => {} }: { tls?: boolean; behave?: Behaviour } = {}) {
  const received: string[] = [];
  const faults: string[] = [];
  const sockets = new Set<Socket>();
  const accept = (socket: Socket) => {
    sockets.add(socket);
    let pending = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        const space = pending.indexOf(' ');
        if (space < 0) break;
        const count = pending.toString('latin1', 0, space);
        if (!/^[1-9]\d*$/.test(count)) return void faults.push(count);
        const end = space + 1 + Number(count);
        if (pending.length < end) break;
        received.push(pending.toString('utf8', space + 1, end));
        pending = pending.subarray(end);
      }
      behave(socket, received);
    });
    socket.on('end', () => {
      if (pending.length > 0) faults.push('broken off in the middle of a message');
    });
  };
  const server: Server = tls ? createTlsServer({ key: KEY, cert: CERTIFICATE }, accept) : createServer(accept);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    faults,
    connections: () => sockets.size,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
