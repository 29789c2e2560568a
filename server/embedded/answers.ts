import postgres from 'postgres';
import { EmbeddedError, errnoOf } from './errors.js';

export const urlOf = (port: number, password: string) => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;

/** Whether the server answers a query. False while it starts, recovers or stops. */
export async function answers(port: number, password: string): Promise<boolean> {
  const sql = postgres(urlOf(port, password), { max: 1, connect_timeout: 5, fetch_types: false, onnotice: () => {} });
  try {
    await sql`select 1`;
    return true;
  } catch (cause) {
    if (errnoOf(cause) !== '28P01') return false;
    throw new EmbeddedError(
      'password_refused',
      'The database does not accept the password in secrets.json of its data directory. Restore that file from a backup.',
      { cause },
    );
  } finally {
    await sql.end({ timeout: 1 });
  }
}
