import { open } from 'node:fs/promises';
import type { ReportJobState } from '../../shared/api/reports.js';
import type { Sql } from '../db.js';
import { utc } from '../time.js';

/** A finished report is kept for so long. */
export const KEPT_DAYS = 7;

const CHUNK = 1024 * 1024;

export type ReportFile = NonNullable<ReportJobState['file']>;

/** Stores the file of a job, in place of one that an attempt before left. */
export async function storeFile(
  sql: Sql,
  orgId: string,
  id: string,
  { name, content_type, bytes, sha256 }: Omit<ReportFile, 'expires_at'>,
  path: string,
): Promise<void> {
  await sql`delete from report_files where org_id = ${orgId} and id = ${id}`;
  await sql`
    insert into report_files (org_id, id, name, content_type, bytes, sha256, expires_at)
    values (${orgId}, ${id}, ${name}, ${content_type}, ${bytes}, ${sha256}, now() + ${KEPT_DAYS}::int * interval '1 day')
  `;
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(CHUNK);
    for (let nr = 0; ; nr++) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK);
      if (bytesRead === 0) return;
      await sql`
        insert into report_chunks (org_id, file_id, nr, chunk)
        values (${orgId}, ${id}, ${nr}, ${buffer.subarray(0, bytesRead)})
      `;
    }
  } finally {
    await file.close();
  }
}

export async function findFile(sql: Sql, orgId: string, id: string): Promise<ReportFile | undefined> {
  const [row] = await sql<ReportFile[]>`
    select name, content_type, bytes::float8 as bytes, sha256, ${utc(sql, 'expires_at')} as expires_at
    from report_files
    where org_id = ${orgId} and id = ${id} and report_files.expires_at > now()
  `;
  return row;
}

/** The bytes of a file, a megabyte at a time. */
export async function* readChunks(sql: Sql, orgId: string, id: string): AsyncGenerator<Uint8Array> {
  const rows = sql<{ chunk: Uint8Array }[]>`
    select chunk from report_chunks where org_id = ${orgId} and file_id = ${id} order by nr
  `;
  for await (const [row] of rows.cursor(1)) yield row!.chunk;
}

/** Erasing a person takes away what was built before: it can be built again. */
export async function removeFiles(sql: Sql, orgId: string): Promise<void> {
  await sql`delete from report_files where org_id = ${orgId}`;
}
