import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { withOwner } from '../database.js';
import { ServerError } from '../errors.js';
import { type Header, recordWriter } from './records.js';
import { columnList, findTables, quoted } from './tables.js';

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
            const copy = await tx
              .unsafe(`copy (select ${columnList(table)} from ${quoted(table.name)}) to stdout`)
              .readable();
            for await (const chunk of copy) yield records.data(chunk);
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
