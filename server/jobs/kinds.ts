import type { Config } from '../config.js';
import type { Database } from '../db.js';
import type { Logger } from '../log.js';
import { buildReport } from '../reports/build-job.js';
import { tendReports } from '../reports/schedules.js';
import { retention } from '../retention/job.js';
import { forwardToSyslog } from '../siem/forward.js';
import type { SigningKey } from '../signing-key.js';
import { deliver } from '../webhooks/deliver.js';
import { dispatchWebhooks } from '../webhooks/dispatch.js';
import { removeOldDeliveries } from '../webhooks/remove-old.js';
import { removeFinished } from './remove-finished.js';

/** What the server gives to every job. */
export interface JobServices {
  db: Database;
  log: Logger;
  config: Config;
  /** Undefined: nobody gave one. */
  signingKey: SigningKey | undefined;
}

export interface JobContext extends JobServices {
  /** Aborted when the server stops, or when the lease is lost because the database could not be reached. Give up then: throw. */
  signal: AbortSignal;
  /** Tells how much is done, 0 to 1. Throws when the lease is lost: another process has the job. Not inside a transaction. */
  progress(fraction: number): Promise<void>;
}

export interface JobKind {
  kind: string;
  /** Attempts until the job is given up. One that was cut short because the server stopped does not count. */
  maxAttempts: number;
  /** A process that does not renew for so long is taken for dead, and another one takes over. Renewed while `run` runs. */
  leaseSeconds: number;
  /** Pause after the attempt with this number (from 1), in seconds, in place of the usual one. */
  retrySeconds?(attempt: number): number;
  /**
   * Does the work; what it returns becomes the job's result. It may run again after it did its work (a crash before that was
   * noted), so doing it twice must be harmless. A throw is a failed attempt; the message of a ProblemError is shown to who asks.
   */
  run(
    job: { orgId: string; id: string; attempt: number; payload: Record<string, unknown> },
    context: JobContext,
    // biome-ignore lint/suspicious/noConfusingVoidType: a job without a result just ends
  ): Promise<Record<string, unknown> | void>;
}

export interface Recurring {
  kind: string;
  /** Seconds from the end of a run to the next one. */
  every: number;
  /** `all` orgs have it; or those for whom `startRecurring` was called. */
  orgs: 'all' | 'asked';
  /** Whether this server's settings ask for it; a job that is there ends when they do not. */
  when?(config: Config): boolean;
}

const DAY = 86_400;

/** Every kind of job that there is. */
export const kinds: JobKind[] = [
  removeFinished,
  dispatchWebhooks,
  deliver,
  removeOldDeliveries,
  retention,
  forwardToSyslog,
  buildReport,
  tendReports,
];

/** Kinds that run again and again. A run that fails for good is logged, and the next one comes all the same. */
export const recurring: Recurring[] = [
  { kind: removeFinished.kind, every: DAY, orgs: 'all' },
  { kind: dispatchWebhooks.kind, every: 5, orgs: 'asked' },
  { kind: removeOldDeliveries.kind, every: DAY, orgs: 'asked' },
  { kind: retention.kind, every: DAY, orgs: 'all' },
  { kind: forwardToSyslog.kind, every: 10, orgs: 'all', when: ({ syslog }) => syslog !== undefined },
  { kind: tendReports.kind, every: 3600, orgs: 'asked' },
];
