import { createWriteStream } from 'node:fs';
import { hostname } from 'node:os';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { whoami } from '../../shared/api/whoami.js';
import type { SiemEvent, SiemSource } from '../../shared/siem/event.js';
import { formatEvent, type SiemFormat } from '../../shared/siem/format.js';
import type { ApiClient } from '../api-client.js';
import { CliError } from '../errors.js';

/** Writes events line by line as they come, so that any number of them needs no memory; to standard output without a path. */
export async function writeEvents(
  events: AsyncIterable<SiemEvent>,
  { format, path, source }: { format: SiemFormat; path: string | undefined; source: SiemSource },
): Promise<number> {
  const output: Writable = path === undefined ? process.stdout : createWriteStream(path, { mode: 0o600 });
  output.on('error', () => {}); // the write that fails says so
  let count = 0;
  try {
    for await (const event of events) {
      await write(output, `${formatEvent(format, event, source)}\n`);
      count++;
    }
    if (path !== undefined) await finished(output.end());
    return count;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EPIPE') return count; // whoever reads has seen enough
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new CliError('cannot_write', `Cannot write ${path ?? 'the output'}: ${(cause as Error).message}`, { cause });
  }
}

/** Waits until the system has taken the line: a slow reader slows the reading of the server, and nothing piles up. */
const write = (output: Writable, line: string) =>
  new Promise<void>((resolve, reject) => output.write(line, (error) => (error ? reject(error) : resolve())));

/** How exported events name their source. */
export async function describeSource(client: ApiClient, version: string): Promise<SiemSource> {
  const { org } = await client.call(whoami);
  return { version, org, host: hostname() };
}
