import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { SyslogTarget } from './target.js';

/** A collector that takes nothing for so long is away, in milliseconds. */
const IDLE_MS = 15_000;

export interface SyslogConnection {
  /** Hands messages over, each with its length before it; resolves when the system has taken them. */
  send(messages: readonly string[]): Promise<void>;
  /** Ends the connection in order; rejects when the collector broke it off, and what it took is not known. */
  end(): Promise<void>;
  /** Breaks it off. */
  destroy(): void;
}

/**
 * A connection to a syslog collector: RFC 6587 octet counting over TCP, RFC 5425 over TLS (certificates are checked against
 * Node's list and NODE_EXTRA_CA_CERTS). Rejects when there is no connection in time.
 */
export async function openSyslog(
  { tls, host, port }: SyslogTarget,
  { signal, idleMs = IDLE_MS, ca }: { signal: AbortSignal; idleMs?: number; ca?: string },
): Promise<SyslogConnection> {
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket: Socket = tls
    ? connectTls({ host, port, ...name, minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) })
    : connectTcp({ host, port });
  let settle = { resolve: () => {}, reject: (_: Error) => {} };
  /** The one thing that is being waited for; whatever goes wrong with the connection ends it. */
  const next = () =>
    new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
      if (fault) reject(fault);
    });
  let fault: Error | undefined;
  const fail = (error: Error) => {
    fault ??= error;
    settle.reject(fault);
    socket.destroy();
  };
  socket.setTimeout(idleMs, () => fail(new Error(`the collector took nothing for ${idleMs / 1000} seconds`)));
  socket.on('error', fail);
  let isEnding = false;
  socket.on('close', () => {
    signal.removeEventListener('abort', stop);
    if (isEnding && !fault) settle.resolve();
    else fail(new Error('the collector closed the connection'));
  });
  socket.resume(); // collectors say nothing; what they say all the same must not stop the end from being seen
  const stop = () => fail(new Error('the server stops'));
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const connected = next();
  socket.once(tls ? 'secureConnect' : 'connect', () => settle.resolve());
  await connected;
  return {
    send(messages) {
      const written = next();
      const bytes = Buffer.concat(messages.map(frame));
      socket.write(bytes, (error) => (error ? fail(error) : settle.resolve()));
      return written;
    },
    end() {
      const ended = next();
      isEnding = true;
      socket.end();
      return ended;
    },
    destroy: () => socket.destroy(),
  };
}

/** The message with its length in bytes before it. */
function frame(message: string): Buffer {
  const bytes = Buffer.from(message);
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}
