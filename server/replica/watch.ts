import { setTimeout as pause } from 'node:timers/promises';
import type { Database, Sql } from '../db.js';
import type { Logger } from '../log.js';

/**
 * `starting`: it has not shown yet what the primary held when we began. `foreign`: no standby, or one of another database.
 */
export type ReplicaState = 'starting' | 'ready' | 'behind' | 'unreachable' | 'foreign';

export interface ReplicaStatus {
  state: ReplicaState;
  /** What the primary held this long ago, the replica shows. Seconds; counted from our start while it showed nothing of it. */
  lagSeconds: number;
  /** Transactions of orgs on the replica, and those that wait for a connection to it. */
  running: number;
  waiting: number;
  /** Reads that tolerate lag, by who answered: `replica`, or why the primary did. */
  reads: Readonly<Record<string, number>>;
}

export interface WatchOptions {
  /** A replica that is further behind is not asked. */
  maxLagMs: number;
  /** Between two looks. */
  everyMs?: number;
  /** A look takes this long at most; then the replica counts as unreachable until it answers. */
  patienceMs?: number;
  /** Called when a look took too long: whoever else waits for an answer need not wait for it. */
  onSilence(err: Error): void;
  log: Pick<Logger, 'info' | 'warn'>;
}

export interface Watch {
  state(): ReplicaState;
  lagSeconds(): number;
  /** It did not answer somebody: not asked until it has answered us. */
  doubt(): void;
  stop(): Promise<void>;
}

/** Where a log of the primary ended at a moment of our own clock. */
interface Sample {
  at: number;
  lsn: bigint;
}

const MAX_SAMPLES = 1000;

/**
 * Measures how far a physical standby is behind. `pg_last_xact_replay_timestamp` alone grows on an idle primary, and compared with what
 * was received it shows nothing when the replica has lost its primary. So the end of the primary's log is noted now and then, and
 * the lag is the age of the last such note that the replica has replayed: one clock, ours, and right in both cases.
 */
export function watchReplica(primary: Database, replica: Database, options: WatchOptions): Watch {
  const { maxLagMs, everyMs = 1000, patienceMs = 5000, onSilence, log } = options;
  const end = new AbortController();
  const began = performance.now();
  /** The last one that the replica has replayed, if any, and those after it. */
  let samples: Sample[] = [];
  let caughtUp = false;
  let fault: 'unreachable' | 'foreign' | undefined;
  let told: ReplicaState = 'starting';

  const lagMs = () => performance.now() - (caughtUp ? samples[0]!.at : began);
  const state = (): ReplicaState => {
    if (fault) return fault;
    if (!caughtUp) return 'starting';
    return lagMs() > maxLagMs ? 'behind' : 'ready';
  };

  async function look(): Promise<void> {
    const at = performance.now(); // before we ask: what was committed until then is in the log
    const source = await primary.withSystem(readPrimary).catch(() => undefined);
    if (!source) return; // its absence is told elsewhere; meanwhile the lag grows
    const copy = await replica.withSystem(readReplica);
    if (copy.lsn === null || copy.identity !== source.identity) {
      fault = 'foreign';
      return;
    }
    fault = undefined;
    if (samples.length >= MAX_SAMPLES) samples = samples.filter((_, n) => n % 2 === 0);
    samples.push({ at, lsn: BigInt(source.lsn) });
    const replayed = BigInt(copy.lsn);
    const last = samples.findLastIndex(({ lsn }) => lsn <= replayed);
    if (last < 0) return;
    caughtUp = true;
    samples = samples.slice(last);
  }

  function tell(err?: unknown): void {
    const now = state();
    if (now === told) return;
    told = now;
    const about = { replica: now, lag_seconds: Math.round(lagMs() / 1000), ...(err !== undefined && { err }) };
    if (now === 'ready') log.info(about, 'the replica is used');
    else log.warn(about, MEANING[now]);
  }

  let looking: Promise<void> | undefined;

  /** Ends when the look does, or with an error when that takes too long. */
  async function lookPatiently(): Promise<void> {
    // One at a time: those that hang would use up the connections.
    looking ??= look().finally(() => {
      looking = undefined;
    });
    const over = new AbortController();
    const patience = pause(patienceMs, undefined, { signal: AbortSignal.any([end.signal, over.signal]) }).then(() => {
      const err = Object.assign(new Error('The replica is silent.'), { code: 'ETIMEDOUT' });
      onSilence(err);
      throw err;
    });
    for (const one of [looking, patience]) one.catch(() => {}); // whichever loses is not waited for
    await Promise.race([looking, patience]).finally(() => over.abort());
  }

  async function run(): Promise<void> {
    do {
      try {
        await lookPatiently();
        tell();
      } catch (err) {
        if (end.signal.aborted) return;
        fault = 'unreachable';
        tell(err);
      }
    } while (await pause(everyMs, true, { signal: end.signal }).catch(() => false));
  }

  const running = run();
  return {
    state,
    lagSeconds: () => lagMs() / 1000,
    doubt() {
      fault = 'unreachable';
    },
    async stop() {
      end.abort();
      await running;
    },
  };
}

const MEANING: Record<Exclude<ReplicaState, 'ready'>, string> = {
  starting: 'the replica has not caught up yet: the primary is asked',
  behind: 'the replica is too far behind: the primary is asked',
  unreachable: 'the replica does not answer: the primary is asked',
  foreign: 'DATABASE_URL_REPLICA is no standby of the database of DATABASE_URL: the primary is asked',
};

/** A standby has the system identifier of its primary. */
const identityOf = (sql: Sql) => sql`(select system_identifier from pg_control_system()) || ' ' || current_database()`;

async function readPrimary(sql: Sql) {
  const [row] = await sql<{ lsn: string; identity: string }[]>`
    select (pg_current_wal_lsn() - '0/0'::pg_lsn)::text as lsn, ${identityOf(sql)} as identity
  `;
  return row!;
}

async function readReplica(sql: Sql) {
  const [row] = await sql<{ lsn: string | null; identity: string }[]>`
    select case when pg_is_in_recovery() then (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::text end as lsn,
      ${identityOf(sql)} as identity
  `;
  return row!;
}
