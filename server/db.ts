import postgres from 'postgres';
import { arrayTypes } from './arrays.js';
import { guarded } from './db-guard.js';
import { createFairQueue } from './limits/fair-queue.js';
import type { ReplicaStatus } from './replica/watch.js';
import { tracedTransaction } from './tracing/span.js';

/** A query runner bound to one transaction. Every query of the server goes through one. */
export type Sql = postgres.TransactionSql;

/** A part of a query, or a query that was not sent. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;
/** A query that has not run yet; its rows can be read with a cursor. */
export type Query<Row extends object> = postgres.PendingQuery<Row[]>;

/** Reads that tolerate lag, in transactions that can only read: on the replica where there is one that is fit, else here. */
export interface Reader {
  /** As `withTenant` of `Database`, all queries as of one moment. `work` may be called twice: what the replica does not do, or does not find, the primary is asked. */
  withTenant<T>(orgId: string, work: (sql: Sql) => Promise<T>): Promise<T>;
  /** As `withSnapshot` of `Database`. While `mayRepeat` says no (the reader has some of it already), a fault stays one. */
  withSnapshot<T>(orgId: string, work: (sql: Sql) => Promise<T>, mayRepeat?: () => boolean): Promise<T>;
  /** How the replica does. Undefined: none was given. */
  status(): ReplicaStatus | undefined;
}

export interface Database {
  /**
   * Runs `work` in one transaction that can see and change the rows of one org only: row-level security of the
   * migrations, on top of the `org_id` that every query names. Rolls back when `work` throws.
   */
  withTenant<T>(orgId: string, work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * As `withTenant`, to read only: all queries see one state, whatever is written meanwhile. Each of them may take
   * `SNAPSHOT_TIMEOUT_MS`, as its rows are read with a cursor, at the pace of whoever takes them.
   */
  withSnapshot<T>(orgId: string, work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Runs `work` in one transaction that sees orgs and keys of all orgs, and nothing else: sign-in and administration. */
  withSystem<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  replica: Reader;
  /** Transactions of tenants that run and that wait for a connection, and how many connections there may be. */
  load(): { running: number; waiting: number; size: number };
  /** Waits for running transactions up to `seconds`, then closes every connection. */
  close(seconds?: number): Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  /** Connections at most. */
  poolSize?: number;
  /** A statement that runs longer is cancelled, in milliseconds. */
  statementTimeoutMs?: number;
  /** What PostgreSQL's lists of connections show. */
  name?: string;
}

/** A statement that waits longer for somebody else's transaction is cancelled, in milliseconds; its request is answered 503. */
const LOCK_TIMEOUT_MS = 10_000;

/** A transaction that is left alone for so long is ended, and its connection is free again, in milliseconds. */
const IDLE_TIMEOUT_MS = 60_000;
/** Of one query in a snapshot, with the time that its reader takes, in milliseconds. */
const SNAPSHOT_TIMEOUT_MS = 15 * 60_000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The one door to the database. Needs no session state, so it works behind PgBouncer in transaction mode. */
export function connect({
  url,
  poolSize = 10,
  statementTimeoutMs = 30_000,
  name = 'blameprompt-server',
}: DatabaseOptions): Database {
  const pool = postgres(url, {
    max: poolSize,
    connect_timeout: 10,
    prepare: false, // named statements outlive a transaction, which PgBouncer in transaction mode cannot serve
    fetch_types: false,
    types: arrayTypes,
    onnotice: () => {},
    connection: { application_name: name },
  });

  async function transaction<T>(
    settings: string[],
    work: (sql: Sql) => Promise<T>,
    timeoutMs = statementTimeoutMs,
  ): Promise<T> {
    const timeouts = [
      'set local jit = off', // compiling took 10 ms of a statement of analytics that runs for 3
      `set local statement_timeout = ${timeoutMs}`,
      `set local lock_timeout = ${LOCK_TIMEOUT_MS}`,
      `set local idle_in_transaction_session_timeout = ${IDLE_TIMEOUT_MS}`,
    ];
    const setup = [...settings, ...timeouts].join(';');
    return guarded(pool, async (sql, guard) => {
      await sql.unsafe(setup); // before any query is even built: tenancy must not rest on the order of a pipeline
      return work(guard(sql));
    });
  }

  // One connection is kept for sign-in: an org that is busy must not keep others from being recognised.
  const tenants = createFairQueue(Math.max(1, poolSize - 1));

  function asTenant(orgId: string): string[] {
    // `set local` takes no parameters and is the only form that Citus hands on to its workers (set_config is not).
    if (!UUID.test(orgId)) throw new TypeError('withTenant needs the UUID of an org');
    const tenant = ["set local citus.propagate_set_commands = 'local'", `set local app.org_id = '${orgId}'`];
    return ['set local role blameprompt_app', ...tenant];
  }

  async function withSnapshot<T>(orgId: string, work: (sql: Sql) => Promise<T>): Promise<T> {
    const snapshot = ['set transaction isolation level repeatable read, read only', ...asTenant(orgId)];
    return tracedTransaction('withSnapshot', () =>
      tenants.run(orgId, () => transaction(snapshot, work, SNAPSHOT_TIMEOUT_MS)),
    );
  }

  return {
    withTenant: async (orgId, work) => {
      const tenant = asTenant(orgId);
      return tracedTransaction('withTenant', () => tenants.run(orgId, () => transaction(tenant, work)));
    },
    withSnapshot,
    replica: {
      withTenant: async (orgId, work) => {
        const tenant = ['set transaction isolation level repeatable read, read only', ...asTenant(orgId)];
        return tracedTransaction('replica.withTenant', () => tenants.run(orgId, () => transaction(tenant, work)));
      },
      withSnapshot,
      status: () => undefined,
    },
    withSystem: (work) =>
      tracedTransaction('withSystem', () => transaction(['set local role blameprompt_system'], work)),
    load: () => ({ ...tenants.counts(), size: poolSize }),
    close: (seconds = 5) => pool.end({ timeout: seconds }),
  };
}
