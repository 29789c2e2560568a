import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createApp } from '../app.js';
import { type Sequencer, startSequencer } from '../audit/sequencer.js';
import type { Config } from '../config.js';
import { type Claim, claimCluster } from '../database.js';
import { connect, type Database } from '../db.js';
import { ServerError } from '../errors.js';
import { createHttpServer } from '../http/http-server.js';
import { addressOf, drain, listen } from '../http/listen.js';
import { type Runner, startRunner } from '../jobs/runner.js';
import { createLogger } from '../log.js';
import { createMetrics, driftGauge, type Metrics, poolGauges, replicaMetrics } from '../metrics/metrics.js';
import { createMetricsServer } from '../metrics/metrics-server.js';
import { withReplica } from '../replica/replica.js';
import { type Folder, startFolder } from '../rollups/folder.js';
import { loadSigningKey } from '../signing-key.js';
import type { Exporter } from '../tracing/export.js';
import { version } from '../version.js';
import { prepareDatabase } from './with-database.js';

/**
 * Runs the server until SIGTERM or SIGINT, then stops in order: /readyz says so, no new connections, requests in flight,
 * background work, database. A second signal ends it at once. Should the embedded PostgreSQL end under it, the server
 * ends, too, with an error: whoever supervises it starts both again.
 */
export async function start(config: Config): Promise<void> {
  const log = createLogger(config.logLevel);
  const signalled = firstSignal();
  const { url, directUrl, cluster, applied } = await prepareDatabase(config, (line) => log.info({ postgres: line }));
  let claim: Claim | undefined;
  let db: Database | undefined;
  let sequencer: Sequencer | undefined;
  let runner: Runner | undefined;
  let metricsServer: Server | undefined;
  let folder: Folder | undefined;
  let traces: Exporter | undefined;
  try {
    claim = cluster && (await claimCluster(directUrl, config.dataDir));
    for (const migration of applied) log.info({ migration }, 'migration applied');
    if (config.tracing) traces = (await import('../tracing/export.js')).startExporter(config.tracing, log);
    db = withReplica(connect({ url, poolSize: config.poolSize }), config, log);
    const state = { draining: false };
    const signingKey = await loadSigningKey(config, cluster && config.dataDir);
    if (signingKey) sequencer = startSequencer(db, signingKey, log);
    else log.warn('no BLAMEPROMPT_SIGNING_KEY: the audit log is written, but neither numbered nor signed');
    if (config.jobSlots > 0) runner = startRunner({ db, log, config, signingKey }, { slots: config.jobSlots });
    folder = startFolder(db, log);
    const metrics = createMetrics(version);
    poolGauges(metrics, db);
    replicaMetrics(metrics, db);
    driftGauge(metrics, db);
    const server = createHttpServer(
      createApp({ db, log, version, state, metrics, config, signingKey }).callback(),
      config,
    );
    metricsServer = await serveMetrics(metrics, config);
    await listen(server, config.host, config.port);
    log.info(
      { url: addressOf(server), version, ...(metricsServer && { metrics: addressOf(metricsServer) }) },
      'listening',
    );

    const reason = await Promise.race([signalled, ...(claim ? [claim.lost] : [])]);
    log.info({ reason }, 'stopping');
    state.draining = true;
    if (reason !== 'postgres lost') await pause(config.shutdownDelay * 1000);
    await drain(server);
    if (reason === 'postgres lost') {
      throw new ServerError(
        'postgres_lost',
        `The embedded PostgreSQL ended; ${config.dataDir}/postgres.log may say why. Start the server again: nothing that was confirmed is lost.`,
      );
    }
  } finally {
    await runner?.stop();
    await sequencer?.stop();
    metricsServer?.closeAllConnections();
    metricsServer?.close();
    await folder?.stop();
    await traces?.stop();
    await db?.close();
    await claim?.release();
    await cluster?.release();
  }
  log.info('stopped');
}

/** Only the first is ours: node's own answer to the next one is to end at once. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const take = (signal: NodeJS.Signals) => {
      for (const name of ['SIGTERM', 'SIGINT'] as const) process.removeListener(name, take);
      resolve(signal);
    };
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, take);
  });
}

async function serveMetrics(metrics: Metrics, { metricsHost, metricsPort }: Config): Promise<Server | undefined> {
  if (metricsPort === undefined) return undefined;
  const server = createMetricsServer(metrics);
  await listen(server, metricsHost, metricsPort, 'BLAMEPROMPT_METRICS_HOST or BLAMEPROMPT_METRICS_PORT');
  return server;
}
