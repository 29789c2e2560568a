import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { connect, type Database } from '../server/db.js';

/** The login that tests give the server: member of its two roles, owner of nothing. Name and password in one. */
export const LOGIN = 'bp_test_login';

export interface TestDatabase {
  /** As the server sees it. */
  url: string;
  /** As its owner, a superuser. */
  adminUrl: string;
  db: Database;
  drop(): Promise<void>;
}

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
  createFrom(empty ? 'template0' : env('TEST_TEMPLATE'), poolSize);

/** What a backup of a database would be restored as. Nobody may be connected to it. */
export const copyDatabase = ({ adminUrl }: Pick<TestDatabase, 'adminUrl'>): Promise<TestDatabase> =>
  createFrom(new URL(adminUrl).pathname.slice(1), 5);

async function createFrom(template: string, poolSize: number): Promise<TestDatabase> {
  const server = env('TEST_DATABASE_URL');
  const name = `bp_test_${randomBytes(6).toString('hex')}`;
  const admin = (text: string) => {
    const sql = postgres(server, { max: 1, onnotice: () => {} });
    return sql.unsafe(text).finally(() => sql.end());
  };
  await admin(`create database ${name} template ${template}`);
  const adminUrl = withDatabase(server, name);
  const login = new URL(adminUrl);
  login.username = LOGIN;
  login.password = LOGIN;
  const db = connect({ url: login.href, poolSize });
  return {
    url: login.href,
    adminUrl,
    db,
    drop: async () => {
      await db.close();
      await admin(`drop database ${name} with (force)`);
    },
  };
}
