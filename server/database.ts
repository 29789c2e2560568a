import { createHmac } from 'node:crypto';
import postgres from 'postgres';
import type { Config } from './config.js';
import { type Cluster, openCluster } from './embedded/cluster.js';
import { ServerError } from './errors.js';

/** Held by the one server of an embedded cluster; dies with its connection, so a killed server leaves nothing behind. */
const SERVER_LOCK = 7837;

export interface Location {
  /** For requests: a login that owns nothing. */
  url: string;
  /** For migrations: the owner, past any pooler. */
  directUrl: string;
  cluster?: Cluster;
}

/** Where the database is: the one that DATABASE_URL names, or the embedded one, which is started if it is not running. */
export async function locateDatabase(config: Config, log: (line: string) => void): Promise<Location> {
  if (config.databaseUrl) {
    await checkVersion(config.databaseUrl);
    return { url: config.databaseUrl, directUrl: config.databaseUrlDirect ?? config.databaseUrl };
  }
  const cluster = await openCluster({ dataDir: config.dataDir, log });
  const directUrl = withDatabase(cluster.url, 'blameprompt');
  await createDatabase(cluster.url);
  return { url: serverUrl(directUrl), directUrl, cluster };
}

export interface Claim {
  /** Resolves when PostgreSQL ended under us: somebody killed it, or the machine ran out of memory. */
  lost: Promise<'postgres lost'>;
  release(): Promise<void>;
}

/**
 * Takes the embedded cluster for this server. A second server on the same data directory is refused: the two would not
 * share limits and background work.
 */
export async function claimCluster(directUrl: string, dataDir: string): Promise<Claim> {
  const { promise: lost, resolve: tellLost } = deferred<'postgres lost'>();
  const sql = postgres(directUrl, {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    onnotice: () => {},
    onclose: () => tellLost('postgres lost'),
    connection: { application_name: `blameprompt-server pid ${process.pid}` },
  });
  const [row] = await sql<{ taken: boolean }[]>`select pg_try_advisory_lock(${SERVER_LOCK}) as taken`;
  if (row!.taken) return { lost, release: () => sql.end({ timeout: 1 }) };
  const [holder] = await sql<{ application_name: string }[]>`
    select a.application_name from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.objid = ${SERVER_LOCK} and l.granted
  `;
  await sql.end({ timeout: 1 });
  throw new ServerError(
    'already_running',
    `Another server (${holder?.application_name ?? 'unknown'}) runs on ${dataDir}. Stop it first, or choose another --data-dir.`,
  );
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/**
 * The login of the embedded server: member of the two roles it steps into, owner of nothing. Its password is derived from
 * the superuser's, so that every process that may read secrets.json knows it.
 */
export async function createServerLogin(directUrl: string): Promise<void> {
  const { username, password } = new URL(serverUrl(directUrl));
  const sql = postgres(directUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(`do $$ begin
      if not exists (select from pg_roles where rolname = '${username}') then
        create role ${username} login noinherit password '${password}';
        grant blameprompt_app, blameprompt_system to ${username};
      end if;
    exception when duplicate_object or unique_violation then null;
    end $$`);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function serverUrl(directUrl: string): string {
  const url = new URL(directUrl);
  const password = createHmac('sha256', decodeURIComponent(url.password)).update('blameprompt_server').digest('hex');
  url.username = 'blameprompt_server';
  url.password = password;
  return url.href;
}

export type OwnerSql = postgres.Sql;

/**
 * Runs `work` on a connection of the owner, for what concerns the rows of all orgs at once: backups. Row-level security is
 * forced on owners, too, so that it must be a superuser or have BYPASSRLS; anyone else gets an error that says so.
 */
export async function withOwner<T>(directUrl: string, work: (sql: OwnerSql) => Promise<T>): Promise<T> {
  const sql = postgres(directUrl, {
    max: 1,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: 'blameprompt-backup' },
  });
  try {
    return await work(sql);
  } catch (cause) {
    if ((cause as { code?: string }).code !== '42501') throw cause;
    throw new ServerError(
      'not_all_rows',
      'The user of DATABASE_URL_DIRECT may not see the rows of all orgs. Let a superuser run "alter role <user> bypassrls", or give a superuser in DATABASE_URL_DIRECT for this command.',
      { cause },
    );
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function withDatabase(href: string, name: string): string {
  const url = new URL(href);
  url.pathname = `/${name}`;
  return url.href;
}

async function createDatabase(clusterUrl: string): Promise<void> {
  const sql = postgres(clusterUrl, { max: 1, onnotice: () => {} });
  try {
    const [found] = await sql`select from pg_database where datname = 'blameprompt'`;
    if (!found) await sql`create database blameprompt`;
  } catch (cause) {
    // Two processes on a fresh directory: the other one made it a moment ago.
    if (!['42P04', '23505'].includes((cause as { code?: string }).code ?? '')) throw cause;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function checkVersion(url: string): Promise<void> {
  let sql: postgres.Sql | undefined;
  try {
    // It may reach a PgBouncer, where a prepared statement stays behind on a connection of everybody's.
    sql = postgres(url, { max: 1, connect_timeout: 10, prepare: false, fetch_types: false, onnotice: () => {} });
    const [row] = await sql<{ version: number }[]>`select current_setting('server_version_num')::int as version`;
    if (row!.version < 150000) {
      throw new ServerError(
        'postgres_too_old',
        `DATABASE_URL is PostgreSQL ${Math.floor(row!.version / 10000)}; 15 or newer is needed.`,
      );
    }
  } catch (cause) {
    if (cause instanceof ServerError) throw cause;
    const { code, message } = cause as { code?: string; message?: string };
    throw new ServerError(
      'database_unreachable',
      `DATABASE_URL cannot be used (${code ?? message}). Check host, port, user and password.`,
      { cause },
    );
  } finally {
    await sql?.end({ timeout: 1 });
  }
}
