import type postgres from 'postgres';
import type { Sql } from './db.js';

type Guard = (sql: Sql) => Sql;

/**
 * A transaction of postgres.js (3.4.9) without two of its faults.
 *
 * When a connection closes in mid-transaction (PostgreSQL restarts, an administrator ends the backend), `begin` rejects, but the rest of the transaction goes
 * on: its next query, and at last its `rollback` or `commit`, are written to the connection object. If that has no socket, this ends the
 * process; if it has been opened again for somebody else, they end somebody else's transaction. So once the connection is lost, no query is sent any
 * more, and what `begin` waits for never settles, since it would only send its `rollback`.
 *
 * An undefined parameter or an invalid date is found only when the query is written. Where others were sent before it on the same
 * connection, the wrong one fails, and the answer to what was never sent is waited for for ever. Here it is an error before anything is sent.
 */
export async function guarded<T>(
  pool: postgres.Sql,
  work: (sql: Sql, guard: Guard) => Promise<T>,
  tries = 1,
): Promise<T> {
  let lost: unknown;
  const never = new Promise<never>(() => {});

  async function unlessLost<R>(run: () => Promise<R>): Promise<R> {
    try {
      const value = await run();
      return lost === undefined ? value : await never;
    } catch (error) {
      if (lost === undefined && !endsConnection(error)) throw error;
      return never;
    }
  }

  const guard: Guard = (sql) =>
    new Proxy(sql, {
      apply(target, self, args: unknown[]) {
        if (lost !== undefined) throw lost;
        if (args.some((arg) => arg === undefined || (arg instanceof Date && Number.isNaN(arg.getTime()))))
          throw new TypeError('A query has a parameter that is undefined or an invalid date.');
        return Reflect.apply(target as never, self, args);
      },
      get(target, name) {
        if (name !== 'savepoint') return Reflect.get(target, name);
        return (run: (inner: Sql) => Promise<unknown>) =>
          target.savepoint((inner) => unlessLost(() => run(guard(inner as unknown as Sql))));
      },
    });

  let started = false;
  const begun = pool.begin((sql) => {
    started = true;
    return unlessLost(async () => ({ value: await work(sql, guard) }));
  });
  begun.catch((error) => {
    lost = error;
  });
  try {
    return ((await begun) as { value: T }).value;
  } catch (error) {
    // The first query on a connection that was opened again may be told the error of the one before: nothing was done yet.
    if (started || tries === 0 || !endsConnection(error)) throw error;
    return guarded(pool, work, tries - 1);
  }
}

/**
 * After these errors of a query the connection closes: those of postgres.js itself, of the socket, and the fatal ones of a backend that is
 * shut down, was idle for too long, or (on a standby) kept a row that the primary has removed, or of a PgBouncer that lost it. Only errors
 * of queries have `query`: what a file or another socket says is no reason to wait for the connection to close.
 */
function endsConnection(error: unknown): boolean {
  if (!(error instanceof Error && 'query' in error)) return false;
  const {
    code = '',
    syscall,
    ...said
  } = error as { code?: string; syscall?: string } & Partial<postgres.PostgresError>;
  const severity = said.severity ?? said.severity_local; // PgBouncer says the second only
  return syscall !== undefined || code.startsWith('CONNECTION_') || severity === 'FATAL' || severity === 'PANIC';
}
