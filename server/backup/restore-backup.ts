import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type OwnerSql, withOwner } from '../database.js';
import type { Sql } from '../db.js';
import { ServerError } from '../errors.js';
import { knownMigrations, migrate } from '../migrate.js';
import { type Header, readRecords, type Table } from './records.js';
import { columnList, findTables, quoted } from './tables.js';

/**
 * Reads a backup into a database that holds no org, or with `force` in place of what it holds. The whole file is checked
 * before anything is written, and the rows come in one transaction. A backup of an older version is read into the schema
 * of its time, which is then migrated: so that what migrations do to rows is done to these.
 */
export async function restoreBackup(directUrl: string, path: string, { force = false } = {}): Promise<Header> {
  const header = await checkBackup(path);
  const last = header.migrations.at(-1)?.version ?? 0;
  await withOwner(directUrl, async (sql) => {
    const [found] = await sql<
      { applied: boolean }[]
    >`select to_regclass('public.schema_migrations') is not null as applied`;
    if (found!.applied) await checkTarget(sql, last, force);
  });
  await migrate(directUrl, undefined, last);
  await withOwner(directUrl, (sql) => sql.begin((tx) => load(tx, path, force)));
  await migrate(directUrl);
  return header;
}

/** Reads the file to its end. Throws when it is damaged, or from a version that this one does not know. */
async function checkBackup(path: string): Promise<Header> {
  let header: Header | undefined;
  for await (const { kind, bytes } of readRecords(path)) {
    if (kind === 'H') header ??= JSON.parse(bytes.toString());
  }
  if (header?.format !== 'blameprompt-backup' || header.version !== 1)
    throw new ServerError(
      'not_a_backup',
      `${path} is no backup that this version can read. Use the version that wrote it.`,
    );
  const known = await knownMigrations();
  const strange = header.migrations.find(({ version, checksum }) => known.get(version) !== checksum);
  if (strange)
    throw new ServerError(
      'backup_newer',
      `${path} was written by version ${header.program}, whose migration ${strange.name} this one does not know. Restore with that version or a newer one.`,
    );
  return header;
}

async function checkTarget(sql: OwnerSql, last: number, force: boolean): Promise<void> {
  const [state] = await sql<{ newest: number; orgs: number }[]>`
    select (select coalesce(max(version), 0) from schema_migrations) as newest, (select count(*)::int from orgs) as orgs
  `;
  if (state!.orgs > 0 && !force)
    throw new ServerError(
      'not_empty',
      `The database holds ${state!.orgs} org(s). Restore into a new one (another --data-dir or DATABASE_URL), or give --force to replace all that it holds.`,
    );
  if (state!.newest > last)
    throw new ServerError(
      'schema_newer',
      'The backup is of an older version than the schema of this database. Restore into a new, empty database: it is migrated after the rows are read.',
    );
}

async function load(tx: Sql, path: string, force: boolean): Promise<void> {
  await tx`set local row_security = off`;
  const own = await findTables(tx);
  if (force) await tx.unsafe(`truncate ${own.map(({ name }) => quoted(name)).join(', ')}`);
  let copy: Writable | undefined;
  const end = async () => {
    if (!copy) return;
    copy.end();
    await finished(copy);
  };
  for await (const { kind, bytes } of readRecords(path)) {
    if (kind === 'D') {
      if (!copy!.write(bytes)) await once(copy!, 'drain');
    } else {
      await end();
      copy = kind === 'T' ? await openCopy(tx, JSON.parse(bytes.toString())) : undefined;
    }
  }
  await setSequences(tx);
}

/** Rows came with their numbers; those to come go on after the highest. */
async function setSequences(tx: Sql): Promise<void> {
  const numbered = await tx<{ name: string; column: string }[]>`
    select c.relname as name, a.attname as column
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    where a.attidentity <> '' and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
  `;
  for (const { name, column } of numbered)
    await tx`
      select setval(pg_get_serial_sequence(${quoted(name)}, ${column}), max(${tx(column)}) + 1, false) from ${tx(name)}
    `;
}

const openCopy = (tx: Sql, table: Table): Promise<Writable> =>
  tx.unsafe(`copy ${quoted(table.name)} (${columnList(table)}) from stdin`).writable();
