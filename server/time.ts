import type { Sql } from './db.js';

/** A timestamp as parameter. By way of text: postgres.js would make it a Date and drop the microseconds. */
export function instant(sql: Sql, timestamp: string) {
  return sql`${timestamp}::text::timestamptz`;
}

/** A timestamptz column as RFC 3339 in UTC with microseconds; a Date would lose three digits and with them a cursor's place. */
export function utc(sql: Sql, column: string) {
  return sql`to_char(${sql(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/**
 * The database's clock. Unlike now(), which is when the transaction began, it is later than all that was written before,
 * when it is read behind a lock.
 */
export async function readClock(sql: Sql): Promise<string> {
  const [row] = await sql<{ now: string }[]>`
    select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now
  `;
  return row!.now;
}
