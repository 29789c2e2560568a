import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { exportSubject } from '../../shared/api/data-subjects.js';
import type { ReplyOf } from '../../shared/api/types.js';
import { csvRecord } from '../../shared/csv-record.js';
import { CliError } from '../errors.js';
import { README } from './tables.js';

type Page = ReplyOf<typeof exportSubject>;
type Row = Record<string, unknown>;

/** A folder that only the user can read, with `subject.json`, a CSV file a table and a README. Answers rows by table. */
export async function writeExportFolder(path: string, pages: AsyncIterable<Page>): Promise<Record<string, number>> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const counts: Record<string, number> = {};
  const json = await create(join(path, 'subject.json'));
  let csv: { table: string; file: FileHandle; columns: string[] } | undefined;
  try {
    let last: string | undefined;
    for await (const { table, rows, emails, names, shared_names } of pages) {
      if (last === undefined)
        await json.appendFile(`{"person":${JSON.stringify({ emails, names, shared_names })},"tables":{`);
      if (table !== last)
        await json.appendFile(`${last === undefined ? '' : ']},'}\n${JSON.stringify(table)}:{"rows":[`);
      last = table;
      for (const row of rows as Row[]) {
        if (csv?.table !== table) {
          await csv?.file.close();
          const columns = Object.keys(row);
          csv = { table, columns, file: await create(join(path, `${fileName(table)}.csv`)) };
          await csv.file.appendFile(csvRecord(columns));
        }
        const { columns, file } = csv;
        await json.appendFile(`${counts[table] === undefined ? '' : ','}\n${JSON.stringify(row)}`);
        await file.appendFile(csvRecord(columns.map((column) => row[column])));
        counts[table] = (counts[table] ?? 0) + 1;
      }
    }
    await json.appendFile(last === undefined ? '{}' : ']}}}\n');
  } finally {
    await json.close();
    await csv?.file.close();
  }
  await writeFile(join(path, 'README.txt'), README(counts), { mode: 0o600 });
  return counts;
}

/** What the server calls a table names a file: nothing but letters and underscores. */
function fileName(table: string): string {
  if (/^[a-z_]{1,60}$/.test(table)) return table;
  throw new CliError('unknown_table', 'The server named a table in a way that no file can be named.');
}

async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (cause) {
    throw new CliError(
      'not_writable',
      `Cannot make ${path} (${(cause as NodeJS.ErrnoException).code}). Choose a new folder.`,
      {
        cause,
      },
    );
  }
}
