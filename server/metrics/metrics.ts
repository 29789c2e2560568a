import type { Context, Next } from 'koa';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { postReceipts } from '../../shared/api/receipts.js';
import type { Database } from '../db.js';
import { rollupDrift } from '../rollups/verify.js';

/** What /metrics tells. Labels are routes, statuses and outcomes: never a path, a name or an org, of which there is no end. */
export interface Metrics {
  /** Middleware: counts and times requests, and what became of the receipts in them. */
  observe(ctx: Context, next: Next): Promise<void>;
  /** A value that is asked for at each scrape. One that cannot be had is left out, and the scrape goes on. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
  /** Counts that somebody else keeps, by what they are of. */
  counter(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void;
  /** The text of Prometheus' format 0.0.4. */
  render(): Promise<{ type: string; text: string }>;
}

/** Seconds. The first are those of analytics' goals, the last those of a large batch. */
const BUCKETS = [0.005, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];

export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: 'blameprompt_http_request_duration_seconds',
    help: 'Requests by route and status: how many, and how long they took',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const ingested = new Counter({
    name: 'blameprompt_ingest_receipts_total',
    help: 'Receipts that were sent, by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  new Gauge({
    name: 'blameprompt_build_info',
    help: 'Always 1; the version is in the label',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.version }, 1);

  return {
    async observe(ctx, next) {
      const start = performance.now();
      await next();
      const route = (ctx._matchedRoute as string | undefined) ?? 'none';
      const method = route === 'none' ? 'any' : ctx.method; // clients may invent methods
      seconds.observe({ method, route, status: ctx.status }, (performance.now() - start) / 1000);
      if (route === postReceipts.path && ctx.method === 'POST') countReceipts(ingested, ctx.body);
    },
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          try {
            this.set(await read());
          } catch {
            this.remove();
          }
        },
      });
    },
    counter(name, help, label, read) {
      new Counter({
        name,
        help,
        labelNames: [label],
        registers,
        collect() {
          this.reset();
          for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
        },
      });
    },
    render: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

/** How the connections to the database are used. */
export function poolGauges({ gauge }: Metrics, { load }: Pick<Database, 'load'>): void {
  gauge('blameprompt_pool_size', 'Connections to the database at most', () => load().size);
  gauge('blameprompt_pool_running', 'Transactions of orgs that hold one', () => load().running);
  gauge('blameprompt_pool_waiting', 'Transactions of orgs that wait for one', () => load().waiting);
}

/** How the replica does, and who answered the reads that it is for. Nothing where there is none. */
export function replicaMetrics({ gauge, counter }: Metrics, { replica }: Pick<Database, 'replica'>): void {
  if (!replica.status()) return;
  const status = () => replica.status()!;
  gauge('blameprompt_replica_ready', '1 while reads that tolerate lag go to the replica', () =>
    status().state === 'ready' ? 1 : 0,
  );
  gauge('blameprompt_replica_lag_seconds', 'How old what the replica shows is at most', () => status().lagSeconds);
  gauge('blameprompt_replica_pool_running', 'Transactions of orgs on the replica', () => status().running);
  gauge('blameprompt_replica_pool_waiting', 'Transactions of orgs that wait for one', () => status().waiting);
  counter(
    'blameprompt_replica_reads_total',
    'Reads that tolerate lag, by who answered: the replica, or why the primary did',
    'answered',
    () => status().reads,
  );
}

/** What the last `rollups verify` of each org found. */
export function driftGauge({ gauge }: Metrics, db: Database): void {
  gauge(
    'blameprompt_rollup_drift_rows',
    'Rows of rollups that differed from the receipts when they were last verified',
    async () => {
      return (await rollupDrift(db)).rows;
    },
  );
}

function countReceipts(counter: Counter<'outcome'>, body: unknown): void {
  const reply = (body ?? {}) as Record<string, unknown>;
  for (const outcome of ['inserted', 'duplicates', 'amended', 'rejected']) {
    const value = reply[outcome];
    const count = Array.isArray(value) ? value.filter(({ kind }) => kind === 'receipt').length : value;
    if (typeof count === 'number') counter.inc({ outcome }, count);
  }
}
