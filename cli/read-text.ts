import { readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CliError } from './errors.js';

const MAX_BYTES = 10_000_000;

/** The text of a file, or of standard input for `-`, which must be UTF-8; a byte order mark is dropped. */
export async function readText(path: string): Promise<string> {
  try {
    if (path !== '-' && (await stat(path)).size > MAX_BYTES) throw tooLarge(path);
    const bytes = path === '-' ? await buffer(process.stdin) : await readFile(path);
    if (bytes.length > MAX_BYTES) throw tooLarge(path);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : code;
    throw new CliError('unreadable_file', `Cannot read ${path}: ${reason}.`, { cause });
  }
}

const tooLarge = (path: string) => new CliError('file_too_large', `${path} is larger than 10 MB.`);
