import postgres from 'postgres';

/** A query runner bound to one transaction. Every query of the server goes through one. */
export type Sql = postgres.TransactionSql;

/** A part of a query, or a query that was not sent. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;

export interface Database {
  /**
   * Runs `work` in one transaction that can see and change the rows of one org only: row-level security of the
   * migrations, on top of the `org_id` that every query names. Rolls back when `work` throws.
   */
  withTenant<T>(orgId: string, work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Runs `work` in one transaction that sees orgs and keys of all orgs, and nothing else: sign-in and administration. */
  withSystem<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Waits for running transactions up to `seconds`, then closes every connection. */
  close(seconds?: number): Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  /** Connections at most. */
  poolSize?: number;
  /** A statement that runs longer is cancelled, in milliseconds. */
  statementTimeoutMs?: number;
}

/** A statement that waits longer for somebody else's transaction is cancelled, in milliseconds; its request is answered 503. */
const LOCK_TIMEOUT_MS = 10_000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The one door to the database. Needs no session state, so it works behind PgBouncer in transaction mode. */
export function connect({ url, poolSize = 10, statementTimeoutMs = 30_000 }: DatabaseOptions): Database {
  const pool = postgres(url, {
    max: poolSize,
    connect_timeout: 10,
    prepare: false, // named statements outlive a transaction, which PgBouncer in transaction mode cannot serve
    onnotice: () => {},
    connection: { application_name: 'blameprompt-server' },
  });

  async function transaction<T>(settings: string[], work: (sql: Sql) => Promise<T>): Promise<T> {
    const timeouts = [
      'set local jit = off', // compiling took 10 ms of a statement of analytics that runs for 3
      `set local statement_timeout = ${statementTimeoutMs}`,
      `set local lock_timeout = ${LOCK_TIMEOUT_MS}`,
    ];
    const setup = [...settings, ...timeouts].join(';');
    const result = await pool.begin(async (sql) => {
      await sql.unsafe(setup); // before any query is even built: tenancy must not rest on the order of a pipeline
      const value = await work(sql);
      return { value };
    });
    return (result as { value: T }).value;
  }

  return {
    withTenant: (orgId, work) => {
      // `set local` takes no parameters and is the only form that Citus hands on to its workers (set_config is not).
      if (!UUID.test(orgId)) throw new TypeError('withTenant needs the UUID of an org');
      const tenant = ["set local citus.propagate_set_commands = 'local'", `set local app.org_id = '${orgId}'`];
      return transaction(['set local role blameprompt_app', ...tenant], work);
    },
    withSystem: (work) => transaction(['set local role blameprompt_system'], work),
    close: (seconds = 5) => pool.end({ timeout: seconds }),
  };
}
