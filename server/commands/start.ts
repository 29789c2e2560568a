import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../app.js';
import type { Config } from '../config.js';
import { claimCluster } from '../database.js';
import { connect } from '../db.js';
import { ServerError } from '../errors.js';
import { createLogger } from '../log.js';
import { version } from '../version.js';
import { prepareDatabase } from './with-database.js';

/** Requests in flight get this long to finish when the server stops. */
const DRAIN_MS = 10_000;

/** Runs the server until SIGTERM or SIGINT, then stops in order: no new requests, those in flight, database. */
export async function start(config: Config): Promise<void> {
  const log = createLogger(config.logLevel);
  const stopping = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
  const location = await prepareDatabase(config, (line) => log.info({ postgres: line }));
  const release = location.cluster && (await claimCluster(location.directUrl, config.dataDir));
  for (const migration of location.applied) log.info({ migration }, 'migration applied');

  const db = connect({ url: location.url, poolSize: config.poolSize });
  const state = { draining: false };
  const app = createApp({ db, log, version, state, maxBodyBytes: config.maxBodyBytes });
  const server = createServer(app.callback());
  await listen(server, config);
  const { address, port, family } = server.address() as AddressInfo;
  log.info({ url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`, version }, 'listening');

  const signal = await stopping;
  log.info({ signal }, 'stopping');
  state.draining = true;
  await drain(server);
  await db.close();
  await release?.();
  await location.cluster?.stop();
  log.info('stopped');
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const hint =
        cause.code === 'EADDRINUSE'
          ? 'Another program uses it: choose another --port.'
          : 'Choose another --host or --port.';
      reject(new ServerError('cannot_listen', `Cannot listen on ${host}:${port} (${cause.code}). ${hint}`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
