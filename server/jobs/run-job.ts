import { ProblemError } from '../errors.js';
import { traced } from '../tracing/span.js';
import type { JobKind, JobServices, Recurring } from './kinds.js';
import type { Ending, Leased } from './leases.js';
import { endAttempt, renewLease } from './leases.js';

/** First pause before a job is tried again, and the longest, in seconds. */
const RETRY = { first: 5, longest: 3600 };

/** Why the signal of a job was aborted. */
const LOST = new Error('The lease was lost: another process has the job, or the database was away too long.');

/**
 * Runs a leased job to its end: renews the lease meanwhile, and writes down what came of it. Never throws: what cannot be
 * written down is taken over by another process when the lease ends.
 */
export async function runJob(
  job: Leased,
  kind: JobKind,
  recurring: Recurring | undefined,
  services: JobServices,
  stopping: AbortSignal,
): Promise<void> {
  const { log } = services;
  const about = { job: job.id, kind: job.kind, org_id: job.orgId, attempt: job.attempt };
  const giveUp = new AbortController();
  const stop = () => giveUp.abort(stopping.reason);
  if (stopping.aborted) stop();
  stopping.addEventListener('abort', stop);
  const lease = keepLease(services, job, kind.leaseSeconds, () => giveUp.abort(LOST));
  const context = { ...services, signal: giveUp.signal, progress: lease.progress };
  const ending = await attempt(job, kind, context, stopping);
  lease.stop();
  stopping.removeEventListener('abort', stop);
  try {
    if (ending.status !== 'done') log.warn({ ...about, err: ending.cause }, `job ${ending.status}`);
    if (!(await end(services, job, ending, recurring))) log.warn(about, 'job was lost to another process');
  } catch (err) {
    log.error({ ...about, err }, 'the end of a job could not be written down');
  }
}

type Attempted = Ending & { cause?: unknown };

async function attempt(
  job: Leased,
  kind: JobKind,
  context: Parameters<JobKind['run']>[1],
  stopping: AbortSignal,
): Promise<Attempted> {
  const { orgId, id, attempt, payload } = job;
  // Its processes died without a word, one after the other: it may be what kills them.
  if (attempt > kind.maxAttempts) return { status: 'failed', error: 'The server ended while it worked at this job.' };
  try {
    const attributes = { 'blameprompt.job.id': id, 'blameprompt.job.attempt': attempt };
    const result = await traced(`job ${kind.kind}`, { attributes }, () =>
      kind.run({ orgId, id, attempt, payload }, context),
    );
    return { status: 'done', result: result ?? null };
  } catch (cause) {
    if (stopping.aborted) return { status: 'waiting', error: null, seconds: 0, attempts: attempt - 1, cause };
    const error = describeFault(cause, id);
    if (attempt >= kind.maxAttempts) return { status: 'failed', error, cause };
    const seconds = (kind.retrySeconds ?? usualPause)(attempt) * (0.8 + 0.4 * Math.random());
    return { status: 'waiting', error, seconds, attempts: attempt, cause };
  }
}

/** Grows threefold; the jitter keeps what failed together from coming back together. */
const usualPause = (attempt: number) => Math.min(RETRY.longest, RETRY.first * 3 ** (attempt - 1));

/** What whoever queued a job may know of a fault; the log has the rest. */
function describeFault(cause: unknown, id: string): string {
  if (cause instanceof ProblemError) return cause.message;
  return `The job failed inside the server. Its log tells why, under the job's id ${id}.`;
}

async function end({ db }: JobServices, job: Leased, ending: Ending, recurring: Recurring | undefined) {
  try {
    return await endAttempt(db, job, ending, recurring);
  } catch (error) {
    // Another one with its key was queued while it ran: that one does the work.
    if ((error as { code?: string }).code !== '23505') throw error;
    return endAttempt(db, job, { status: 'failed', error: 'A later job of the same kind takes its place.' }, undefined);
  }
}

/** Renews a lease three times as often as it would end. `lose` is called when it is lost or was not renewed in time. */
function keepLease({ db, log }: JobServices, job: Leased, seconds: number, lose: () => void) {
  const pauseMs = (seconds * 1000) / 3;
  let until = performance.now() + seconds * 1000;
  const renew = async (progress: number | null) => {
    const asked = performance.now();
    if (!(await renewLease(db, job, seconds, progress))) {
      lose();
      throw LOST;
    }
    until = asked + seconds * 1000;
  };
  const timer = setInterval(() => {
    if (performance.now() + pauseMs >= until) lose(); // before another process may take over
    renew(null).catch((err) => log.warn({ job: job.id, err }, 'a lease could not be renewed'));
  }, pauseMs);
  return {
    progress: (fraction: number) => renew(Math.min(1, Math.max(0, fraction))),
    stop: () => clearInterval(timer),
  };
}
