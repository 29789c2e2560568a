import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { connect, type Database } from '../server/db.js';

export interface TestDatabase {
  /** As the server sees it: a login that owns nothing, perhaps through a PgBouncer (TEST_PGBOUNCER). */
  url: string;
  /** As its owner, a superuser, past any PgBouncer. */
  adminUrl: string;
  db: Database;
  drop(): Promise<void>;
}

/** What the environment of a server's process says of its database. */
export const databaseEnv = ({ url, adminUrl }: Pick<TestDatabase, 'url' | 'adminUrl'>): Record<string, string> => ({
  DATABASE_URL: url,
  DATABASE_URL_DIRECT: adminUrl,
});

/** The migrated database of a run of tests, by the name of its login. */
export const templateOf = (login: string) => `${login}_template`;

export function withDatabase(href: string, name: string): string {
  const url = new URL(href);
  url.pathname = `/${name}`;
  return url.href;
}

function env(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests through npm test`);
  return value;
}

/** A database of its own, cloned from the migrated template (or empty). */
export const createTestDatabase = ({ empty = false, poolSize = 5 } = {}): Promise<TestDatabase> =>
  createFrom(empty ? 'template0' : templateOf(new URL(env('TEST_LOGIN_URL')).username), poolSize);

/** What a backup of a database would be restored as. Nobody may be connected to it but a PgBouncer, which is cut off. */
export async function copyDatabase({ adminUrl }: Pick<TestDatabase, 'adminUrl'>): Promise<TestDatabase> {
  const name = new URL(adminUrl).pathname.slice(1);
  await admin((sql) => sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = ${name}`);
  return createFrom(name, 5);
}

async function createFrom(template: string, poolSize: number): Promise<TestDatabase> {
  const login = env('TEST_LOGIN_URL');
  const name = `${new URL(login).username}_${randomBytes(6).toString('hex')}`;
  await admin((sql) => sql.unsafe(`create database ${name} template ${template}`));
  const url = withDatabase(login, name);
  const db = connect({ url, poolSize });
  return {
    url,
    adminUrl: withDatabase(env('TEST_DATABASE_URL'), name),
    db,
    drop: async () => {
      await db.close();
      await admin((sql) => sql.unsafe(`drop database ${name} with (force)`));
    },
  };
}

async function admin(work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(env('TEST_DATABASE_URL'), { max: 1, onnotice: () => {} });
  await work(sql).finally(() => sql.end());
}
