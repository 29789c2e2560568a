import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import postgres from 'postgres';
import { createApp } from '../server/app.js';
import { sequenceOrg } from '../server/audit/sequence.js';
import { createKey } from '../server/auth/key.js';
import { insertKey } from '../server/auth/queries.js';
import { type Config, readConfig } from '../server/config.js';
import { type ConnectionLimits, createHttpServer } from '../server/http/http-server.js';
import { enqueueJob } from '../server/jobs/queue.js';
import { type RunnerOptions, runDueJobs } from '../server/jobs/runner.js';
import type { RateLimits } from '../server/limits/rate-limit.js';
import { logOptions } from '../server/log.js';
import { createMetrics, type Metrics } from '../server/metrics/metrics.js';
import { insertOrg } from '../server/orgs/queries.js';
import { type SigningKey, toSigningKey } from '../server/signing-key.js';
import { createTestDatabase, type TestDatabase } from './database.js';

export interface TestOrg {
  id: string;
  slug: string;
  key: string;
}

export interface TestServer extends TestDatabase {
  origin: string;
  metrics: Metrics;
  state: { draining: boolean };
  /** Every line that the server logged. */
  log: string[];
  createOrg(scopes?: string[]): Promise<TestOrg>;
  createKey(org: TestOrg, scopes: string[]): Promise<string>;
  /** Numbers and signs the org's audit events, which the real server does every second. */
  sequence(org: TestOrg): Promise<number>;
  /** Runs every job that is due, which the real server does every second; before that lets time pass for those that wait. */
  runJobs(options?: RunnerOptions & { hoursLater?: number }): Promise<number>;
  /** Queues a job. */
  enqueue(org: TestOrg, ...job: EnqueueArgs): Promise<string>;
  /** A request with a key; the body is sent as JSON unless it is text or bytes. */
  request(path: string, options?: RequestOptions): Promise<{ status: number; headers: Headers; body: any }>;
  stop(): Promise<void>;
}

type EnqueueArgs = Parameters<typeof enqueueJob> extends [unknown, unknown, ...infer Rest] ? Rest : never;

export interface RequestOptions {
  key?: string | undefined;
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface TestServerOptions {
  poolSize?: number;
  maxBodyBytes?: number;
  /** null: a server that has none. Else the same for all test servers. */
  signingKey?: SigningKey | null;
  bundleHours?: number;
  /** Settings that jobs see. */
  config?: Partial<Config>;
  /** Without: no limits. */
  rates?: Partial<RateLimits>;
  connections?: Partial<ConnectionLimits>;
  trustProxy?: number;
  /** Of another test server, which drops it. */
  database?: TestDatabase;
}

/** Made for tests; it signs nothing else. */
const SIGNING_KEY = toSigningKey('MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f', 'tests');

/** The real server on a free port, with a database of its own. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const database = options.database ?? (await createTestDatabase(options));
  const { db } = database;
  const log: string[] = [];
  const logger = pino({ ...logOptions, level: 'debug' }, { write: (line: string) => void log.push(line) });
  const signingKey = options.signingKey === null ? undefined : (options.signingKey ?? SIGNING_KEY);
  const config = {
    ...readConfig({}, {}),
    ...{ perKey: 0, perAddress: 0, failedPerAddress: 0, ...options.rates },
    ...(options.trustProxy !== undefined && { trustProxy: options.trustProxy }),
    ...(options.maxBodyBytes !== undefined && { maxBodyBytes: options.maxBodyBytes }),
    ...(options.bundleHours !== undefined && { bundleHours: options.bundleHours }),
    ...options.config,
  };
  const jobs = { db, log: logger, config, signingKey };
  const metrics = createMetrics('0.0.0-test');
  const state = { draining: false };
  const app = createApp({ db, log: logger, version: '0.0.0-test', state, metrics, config, signingKey });
  const limits = { headersMs: 60_000, requestMs: 60_000, maxConnections: 1000, ...options.connections };
  const server = createHttpServer(app.callback(), limits);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function addKey(orgId: string, scopes: string[]): Promise<string> {
    const key = createKey();
    await db.withSystem((sql) =>
      insertKey(sql, { ...key, orgId, id: randomUUID(), name: 'test', scopes, expiresInDays: null }),
    );
    return key.key;
  }

  return {
    ...database,
    metrics,
    state,
    origin,
    log,
    createKey: (org, scopes) => addKey(org.id, scopes),
    sequence: (org) => sequenceOrg(db, org.id, SIGNING_KEY),
    runJobs: async ({ hoursLater = 0, ...runner } = {}) => {
      const admin = postgres(database.adminUrl, { max: 1 });
      await admin`update jobs set due_at = due_at - ${hoursLater}::float8 * interval '1 hour' where status = 'waiting'`;
      await admin.end();
      return runDueJobs(jobs, runner);
    },
    enqueue: (org, ...job) => db.withTenant(org.id, (sql) => enqueueJob(sql, org.id, ...job)),
    createOrg: async (scopes = ['*']) => {
      const id = randomUUID();
      const slug = `org-${id.slice(0, 8)}`;
      await db.withSystem((sql) => insertOrg(sql, { id, slug, name: slug }));
      return { id, slug, key: await addKey(id, scopes) };
    },
    request: async (path, { key, method, body, headers } = {}) => {
      const raw = typeof body === 'string' || body instanceof Uint8Array;
      const reply = await fetch(origin + path, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: {
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: raw ? (body as string) : JSON.stringify(body) }),
      });
      const text = await reply.text();
      return { status: reply.status, headers: reply.headers, body: text === '' ? undefined : JSON.parse(text) };
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (!options.database) await database.drop();
    },
  };
}
