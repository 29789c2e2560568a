import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ServerError } from '../errors.js';

/**
 * A backup is a gzip file of records: one letter of kind, four bytes of length (big-endian), the bytes. First comes `H`,
 * the header; for each table `T` and any number of `D`, text of COPY; at last `E`, the SHA-256 of all records before it.
 */
export interface Record {
  kind: 'H' | 'T' | 'D' | 'E';
  bytes: Buffer;
}

export interface Header {
  format: 'blameprompt-backup';
  version: 1;
  /** Of the program that wrote it. */
  program: string;
  created_at: string;
  /** What was applied to the database, in order. */
  migrations: { version: number; name: string; checksum: string }[];
}

export interface Table {
  name: string;
  columns: string[];
}

/** Bytes of rows in one record at most. */
export const PIECE = 256 * 1024;

/** Longer ones are no record of ours: the length is read before the bytes are there. */
const MAX_BYTES = 1024 * 1024;
const FRAME = 5;

/** The bytes of records as they are written; `end` answers the last one. */
export function recordWriter() {
  const hash = createHash('sha256');
  const frame = (kind: Record['kind'], bytes: Buffer) => {
    const head = Buffer.alloc(FRAME);
    head.write(kind, 0, 'latin1');
    head.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([head, bytes]);
  };
  const json = (value: object) => Buffer.from(JSON.stringify(value));
  const hashed = (bytes: Buffer) => {
    hash.update(bytes);
    return bytes;
  };
  return {
    header: (header: Header) => hashed(frame('H', json(header))),
    table: (table: Table) => hashed(frame('T', json(table))),
    data: (bytes: Buffer) => hashed(frame('D', bytes)),
    end: () => frame('E', json({ sha256: hash.digest('hex') })),
  };
}

/** The records of a file, checked as they come; what is cut off or altered ends in an error. Memory: one record. */
export async function* readRecords(path: string): AsyncGenerator<Record> {
  const gunzip = createGunzip();
  // Errors of either come out of gunzip.
  pipeline(createReadStream(path), gunzip, () => {});
  const hash = createHash('sha256');
  let rest: Buffer = Buffer.alloc(0);
  let ended = false;
  try {
    for await (const chunk of gunzip) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= FRAME) {
        const length = rest.readUInt32BE(1);
        if (ended || length > MAX_BYTES) throw new Error('there is something that is no record');
        if (rest.length < FRAME + length) break;
        const kind = rest.toString('latin1', 0, 1) as Record['kind'];
        const bytes = rest.subarray(FRAME, FRAME + length);
        if (kind === 'E') {
          if (JSON.parse(bytes.toString()).sha256 !== hash.digest('hex')) throw new Error('its checksum differs');
          ended = true;
        } else hash.update(rest.subarray(0, FRAME + length));
        yield { kind, bytes };
        rest = rest.subarray(FRAME + length);
      }
    }
    if (!ended || rest.length > 0) throw new Error('it is cut off');
  } catch (cause) {
    throw new ServerError(
      'backup_damaged',
      `${path} is not a whole backup: ${(cause as Error).message}. Nothing was written. Take another copy of it, or another backup.`,
      { cause },
    );
  }
}
