import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { withOwner } from '../database.js';
import type { Sql } from '../db.js';
import { ServerError } from '../errors.js';
import { type Header, PIECE, recordWriter, type Table } from './records.js';
import { findTables, quoted } from './tables.js';

/**
 * Writes all rows of all orgs into one file, as they are at one moment, while the server works on. Memory does not grow
 * with the data. The file appears under its name when it is complete, and only its owner may read it.
 */
export async function writeBackup(directUrl: string, path: string, program: string): Promise<{ tables: number }> {
  const partial = `${path}.partial`;
  const file = await open(partial, 'w', 0o600).catch((cause) => {
    throw new ServerError('cannot_write', `${partial} cannot be written (${cause.code}). Choose another -o.`, {
      cause,
    });
  });
  let tables = 0;
  try {
    await withOwner(directUrl, (sql) =>
      sql.begin('isolation level repeatable read read only', async (tx) => {
        await tx`set local row_security = off`; // an error where rows would be left out silently
        const found = await findTables(tx);
        tables = found.length;
        const records = recordWriter();
        async function* content() {
          const migrations = await tx<Header['migrations']>`
            select version, name, checksum from schema_migrations order by version
          `;
          const created_at = new Date().toISOString();
          yield records.header({
            format: 'blameprompt-backup',
            version: 1,
            program,
            created_at,
            migrations: [...migrations],
          });
          for (const table of found) {
            yield records.table(table);
            const rows = rowsOf(tx, table);
            for await (const piece of pieces(rows)) yield records.data(piece);
          }
          yield records.end();
        }
        await pipeline(Readable.from(content()), createGzip({ level: 4 }), file.createWriteStream({ flush: true }));
      }),
    );
    await rename(partial, path);
    return { tables };
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await file.close().catch(() => {});
  }
}

/** Rows asked for at once. They may be long: a batch's events are megabytes. */
const ROWS = 100;

/**
 * The rows as text of COPY, through a cursor. Not by COPY itself: when its last row fills the buffer, postgres.js stops reading from
 * the connection and never begins again (3.4.9, seen with a row of 2 MB).
 */
async function* rowsOf(tx: Sql, { name, columns }: Table): AsyncGenerator<Buffer> {
  const texts = columns.map((column) => `${quoted(column)}::text`).join(', ');
  for await (const rows of tx.unsafe(`select ${texts} from ${quoted(name)}`).cursor(ROWS))
    for (const row of rows) yield Buffer.from(`${Object.values(row).map(copyText).join('\t')}\n`);
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

const copyText = (value: string | null) =>
  value === null ? '\\N' : value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]!);

/** A record holds many rows, or a part of a long one. */
async function* pieces(rows: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  function* cut() {
    const all = Buffer.concat(held);
    for (let at = 0; at < all.length; at += PIECE) yield all.subarray(at, at + PIECE);
    held = [];
    size = 0;
  }
  for await (const row of rows) {
    held.push(row);
    size += row.length;
    if (size >= PIECE) yield* cut();
  }
  yield* cut();
}
