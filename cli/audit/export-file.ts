import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { LogEntry } from '../../shared/audit/verify.js';
import { CliError } from '../errors.js';

/** The first line of an export; each further line is an entry of the log. */
export interface ExportHeader {
  format: 'blameprompt-audit/1';
  checkpoint: string;
  /** Of the key that signed, as the server says. Trust the one you got another way. */
  public_key: string | null;
  /** Every key that signed checkpoints of this log. */
  public_keys?: string[];
}

/** No event is longer: a policy or a settings object at most, before and after. */
const MAX_LINE = 16 * 1024 * 1024;

/** Writes an export line by line, so that a log of any length needs no memory. Answers how many events there were. */
export async function writeExport(
  path: string,
  header: ExportHeader,
  entries: AsyncIterable<LogEntry>,
): Promise<number> {
  const file = await open(path, 'w', 0o600);
  try {
    await writeLine(file, header);
    let count = 0;
    for await (const { seq, event, salt, detail } of entries) {
      await writeLine(file, { seq, event, salt, detail });
      count++;
    }
    return count;
  } finally {
    await file.close();
  }
}

const writeLine = (file: FileHandle, value: object) => file.appendFile(`${JSON.stringify(value)}\n`);

/** Reads an export back. Throws for a file that is none; what is wrong with the log itself is for the verifier. */
export async function readExport(path: string): Promise<{ header: ExportHeader; entries: AsyncGenerator<LogEntry> }> {
  const lines = readLines(path);
  const first = await lines.next();
  const header = first.done ? undefined : (parse(first.value, 1, path) as Partial<ExportHeader>);
  if (header?.format !== 'blameprompt-audit/1' || typeof header.checkpoint !== 'string')
    throw new CliError(
      'not_an_export',
      `${path} is no audit export. Make one: blameprompt enterprise audit export -o <file>`,
    );
  return { header: header as ExportHeader, entries: readEntries(lines, path) };
}

async function* readEntries(lines: AsyncGenerator<string>, path: string): AsyncGenerator<LogEntry> {
  let number = 1;
  for await (const line of lines) {
    const { seq, event, salt, detail } = parse(line, ++number, path) as Record<string, unknown>;
    if (typeof seq !== 'number' || typeof event !== 'string') throw damaged(number, path);
    yield {
      seq,
      event,
      salt: typeof salt === 'string' ? salt : null,
      detail: typeof detail === 'string' ? detail : null,
    };
  }
}

async function* readLines(path: string): AsyncGenerator<string> {
  const input = createReadStream(path, 'utf8');
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.length > MAX_LINE) throw new CliError('not_an_export', `${path} has a line of more than 16 MB.`);
      if (line !== '') yield line;
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError('unreadable', `Cannot read ${path}: ${(cause as Error).message}`, { cause });
  } finally {
    input.destroy();
  }
}

function parse(line: string, number: number, path: string): unknown {
  try {
    return JSON.parse(line) ?? {};
  } catch (cause) {
    throw damaged(number, path, cause);
  }
}

const damaged = (number: number, path: string, cause?: unknown) =>
  new CliError('damaged_export', `Line ${number} of ${path} is damaged.`, { exitCode: 1, cause });
