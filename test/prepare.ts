import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { migrate } from '../server/migrate.js';
import { templateOf, withDatabase } from './database.js';

/** One run at a time makes or removes what all share: the two roles of the migrations. */
const LOCK = 7838;
const ROLES = ['blameprompt_app', 'blameprompt_system'];
/** On roles that were not there before, so that the last run takes them away and nobody else's are touched. */
const MARK = 'made by the tests of BlamePrompt Enterprise';

export interface Prepared {
  /** Reaches PostgreSQL as the login that tests give the server: member of its two roles, owner of nothing. */
  loginUrl: string;
  /** Drops all that this run made, also what its tests left behind. */
  clean(): Promise<void>;
}

/**
 * Makes what tests need on the server of a superuser's URL: a login whose name begins the names of all databases of
 * this run, and the migrated template that test files clone. Any number of runs may use one server at once.
 */
export async function prepareServer(url: string): Promise<Prepared> {
  const login = `bp_test_${randomBytes(4).toString('hex')}`;
  const password = randomBytes(16).toString('hex');
  const clean = () => locked(url, (sql) => dropAll(sql, login));
  try {
    await locked(url, async (sql) => {
      const found = await sql<{ name: string }[]>`select rolname as name from pg_roles where rolname = any(${ROLES})`;
      await sql.unsafe(`create database ${templateOf(login)}`);
      await migrate(withDatabase(url, templateOf(login)));
      for (const role of ROLES.filter((name) => !found.some((row) => row.name === name)))
        await sql.unsafe(`comment on role ${role} is '${MARK}'`);
      await sql.unsafe(`create role ${login} login noinherit password '${password}'`);
      await sql.unsafe(`grant ${ROLES.join(', ')} to ${login}`);
    });
  } catch (error) {
    await clean();
    throw error;
  }
  const loginUrl = new URL(url);
  loginUrl.username = login;
  loginUrl.password = password;
  return { loginUrl: loginUrl.href, clean };
}

async function dropAll(sql: postgres.Sql, login: string): Promise<void> {
  const databases = await sql<{ name: string }[]>`
    select datname as name from pg_database where starts_with(datname, ${`${login}_`})
  `;
  // A test that was interrupted may be dropping its own just now.
  for (const { name } of databases) await sql.unsafe(`drop database if exists ${name} with (force)`);
  await sql.unsafe(`drop role if exists ${login}`);
  const marked = await sql<{ name: string }[]>`
    select rolname as name from pg_roles where shobj_description(oid, 'pg_authid') = ${MARK}
  `;
  for (const { name } of marked) {
    await sql.unsafe(`drop role ${name}`).catch((error) => {
      if (error.code !== '2BP01') throw error; // another run's databases need it: that one drops it
    });
  }
}

async function locked(url: string, work: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql`select pg_advisory_lock(${LOCK})`;
    await work(sql);
  } finally {
    await sql.end();
  }
}
