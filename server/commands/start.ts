import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../app.js';
import { type Sequencer, startSequencer } from '../audit/sequencer.js';
import type { Config } from '../config.js';
import { type Claim, claimCluster } from '../database.js';
import { connect, type Database } from '../db.js';
import { ServerError } from '../errors.js';
import { createLogger } from '../log.js';
import { type Folder, startFolder } from '../rollups/folder.js';
import { loadSigningKey } from '../signing-key.js';
import { version } from '../version.js';
import { prepareDatabase } from './with-database.js';

/** Requests in flight get this long to finish when the server stops. */
const DRAIN_MS = 10_000;

/**
 * Runs the server until SIGTERM or SIGINT, then stops in order: no new requests, those in flight, database. Should the
 * embedded PostgreSQL end under it, the server ends, too, with an error: whoever supervises it starts both again.
 */
export async function start(config: Config): Promise<void> {
  const log = createLogger(config.logLevel);
  const signalled = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
  const { url, directUrl, cluster, applied } = await prepareDatabase(config, (line) => log.info({ postgres: line }));
  let claim: Claim | undefined;
  let db: Database | undefined;
  let sequencer: Sequencer | undefined;
  let folder: Folder | undefined;
  try {
    claim = cluster && (await claimCluster(directUrl, config.dataDir));
    for (const migration of applied) log.info({ migration }, 'migration applied');
    db = connect({ url, poolSize: config.poolSize });
    const state = { draining: false };
    const signingKey = await loadSigningKey(config, cluster && config.dataDir);
    if (signingKey) sequencer = startSequencer(db, signingKey, log);
    else log.warn('no BLAMEPROMPT_SIGNING_KEY: the audit log is written, but neither numbered nor signed');
    folder = startFolder(db, log);
    const { maxBodyBytes, bundleHours } = config;
    const server = createServer(
      createApp({ db, log, version, state, maxBodyBytes, signingKey, bundleHours }).callback(),
    );
    await listen(server, config);
    log.info({ url: addressOf(server), version }, 'listening');

    const reason = await Promise.race([signalled, ...(claim ? [claim.lost] : [])]);
    log.info({ reason }, 'stopping');
    state.draining = true;
    await drain(server);
    if (reason === 'postgres lost') {
      throw new ServerError(
        'postgres_lost',
        `The embedded PostgreSQL ended; ${config.dataDir}/postgres.log may say why. Start the server again: nothing that was confirmed is lost.`,
      );
    }
  } finally {
    await sequencer?.stop();
    await folder?.stop();
    await db?.close();
    await claim?.release();
    await cluster?.release();
  }
  log.info('stopped');
}

function addressOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
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
