import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { operator, recordEvent } from './audit/record.js';
import type { Sql } from './db.js';
import { ServerError } from './errors.js';

/** Compiled files run from dist/server, the SQL stands beside dist. */
const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Any number that no other program on the same database uses: "blameprompt" on a phone's keys. */
const LOCK = 2526377667;

/** A migration that waits longer than this for a table is rolled back and can be run again: what queues up behind its lock waits too. */
const LOCK_TIMEOUT = '5s';

interface Migration {
  version: number;
  name: string;
  sql: string;
  checksum: string;
}

/** The numbered files of migrations/, in order. */
async function readMigrations(folder = MIGRATIONS): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      return { version: Number(name.slice(0, 4)), name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Brings a database to the newest schema and answers the names of the migrations that were applied, none if it was there
 * already. Any number of processes may call it at once: an advisory lock lets one work. Each file is one transaction.
 * Later ones than `upTo` wait for the next call. The URL must reach PostgreSQL directly: behind PgBouncer in transaction mode a session lock holds nothing.
 */
export async function migrate(url: string, folder?: string, upTo = Number.POSITIVE_INFINITY): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: 'blameprompt-migrate' },
  });
  try {
    await sql`select pg_advisory_lock(${LOCK})`;
    await sql`create table if not exists schema_migrations (
      version integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`;
    const pending = findPending(
      migrations,
      await sql<Applied[]>`select version, name, checksum from schema_migrations order by version`,
    ).filter(({ version }) => version <= upTo);
    for (const { version, name, sql: text, checksum } of pending) {
      await sql
        .begin(async (tx) => {
          await tx.unsafe(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
          await tx.unsafe(text);
          await tx`insert into schema_migrations (version, name, checksum) values (${version}, ${name}, ${checksum})`;
          await tellOrgs(tx, { version, name, checksum });
        })
        .catch((cause) => {
          throw migrationFailed(name, cause);
        });
    }
    return pending.map(({ name }) => name);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The checksums of this program's migrations, by number. */
export async function knownMigrations(): Promise<Map<number, string>> {
  return new Map((await readMigrations()).map(({ version, checksum }) => [version, checksum]));
}

let needed: Promise<number[]> | undefined;

/**
 * True when every migration of this program is applied. Further ones may be: each leaves what the version before needs
 * (docs/operations.md).
 */
export async function isMigrated(sql: Sql): Promise<boolean> {
  needed ??= readMigrations().then((migrations) => migrations.map(({ version }) => version));
  const versions = await needed;
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from schema_migrations where version = any(${versions}::int[])
  `;
  return row!.count === versions.length;
}

/** An event in every org's log: each org has a log of its own, and its auditor reads no other. */
async function tellOrgs(sql: Sql, migration: Applied): Promise<void> {
  const [known] = await sql`select to_regclass('audit_pending') is not null as audited`;
  if (!known!.audited) return; // from before there was a log
  await sql`set local role blameprompt_system`; // the owner itself sees no org: row-level security is forced
  const orgs = await sql<{ org_id: string }[]>`select org_id from orgs order by org_id`;
  const deed = { action: 'schema.migrated', target: { type: 'migration', id: migration.name }, after: migration };
  for (const { org_id } of orgs) await recordEvent(sql, org_id, operator(), deed);
  await sql`set local role none`;
}

interface Applied {
  version: number;
  name: string;
  checksum: string;
}

function findPending(migrations: Migration[], applied: Applied[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const { version, name, checksum } of applied) {
    const migration = known.get(version);
    if (!migration) {
      throw new ServerError(
        'schema_newer',
        `The database has migration ${name}, which this version does not know. Start the newer version, or restore a backup made before it.`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new ServerError(
        'migration_changed',
        `Migration ${migration.name} was changed after it had been applied. Restore the file; put changes into a new migration.`,
      );
    }
  }
  const done = new Set(applied.map(({ version }) => version));
  return migrations.filter(({ version }) => !done.has(version));
}

function migrationFailed(name: string, cause: unknown): ServerError {
  const { code, message } = cause as { code?: string; message?: string };
  const hint =
    code === '55P03'
      ? ' Somebody uses the table it changes: run it again, best when there is little traffic.'
      : code === '42501'
        ? ' The database user may not do that: let a superuser run "create role blameprompt_app nologin; create role blameprompt_system nologin; grant blameprompt_app, blameprompt_system to <user>" and make the user owner of the database.'
        : '';
  return new ServerError('migration_failed', `Migration ${name} failed and was rolled back: ${message}.${hint}`, {
    cause,
  });
}
