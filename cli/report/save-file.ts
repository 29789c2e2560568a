import { once } from 'node:events';
import { access, link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError, Exit } from '../errors.js';

/**
 * Writes chunks to a file as a whole or not at all: beside it first, under its name when it is complete and on disk. Throws when
 * the file is there already, unless `force`. Answers the bytes written.
 */
export async function saveFile(path: string, chunks: AsyncIterable<Uint8Array>, force: boolean): Promise<number> {
  const beside = `${path}.${process.pid}.part`;
  let bytes = 0;
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      for await (const chunk of chunks) {
        await file.write(chunk);
        bytes += chunk.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    // A link, unlike a rename, does not replace what came meanwhile.
    if (!force) await link(beside, path);
    else await rename(beside, path);
  } catch (cause) {
    throw cause instanceof CliError ? cause : unwritable(path, cause as NodeJS.ErrnoException);
  } finally {
    await rm(beside, { force: true });
  }
  return bytes;
}

/** Throws for a file that is there, before anybody is asked for what to write into it. */
export async function refuseExisting(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw exists(path);
}

/** Writes chunks to standard output at the pace of its reader, until the end or until the reader has seen enough. */
export async function printFile(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  const hasGone = new Promise<boolean>((resolve, reject) => {
    process.stdout.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' ? resolve(true) : reject(error),
    );
  });
  for await (const chunk of chunks) {
    const written = process.stdout.write(chunk) || once(process.stdout, 'drain').then(() => true);
    if (await Promise.race([hasGone, Promise.resolve(written).then(() => false)])) break;
    bytes += chunk.length;
  }
  return bytes;
}

const exists = (path: string, cause?: unknown) =>
  new CliError('file_exists', `${path} is there already. Name another file, or say --force.`, { cause });

function unwritable(path: string, cause: NodeJS.ErrnoException): CliError {
  if (cause.code === 'EEXIST') return exists(path, cause);
  const message = `Cannot write ${path} in ${dirname(path)}: ${cause.code ?? cause.message}.`;
  return new CliError('cannot_write', message, { exitCode: Exit.failed, cause });
}
