import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
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
  const file = path === undefined ? undefined : await open(path, 'w', 0o600).catch((cause) => refuse(path, cause));
  let count = 0;
  try {
    for await (const event of events) {
      const line = `${formatEvent(format, event, source)}\n`;
      await (file ? file.appendFile(line) : print(line)).catch((cause) => refuse(path ?? 'the output', cause));
      count++;
    }
  } catch (error) {
    if (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code !== 'EPIPE') throw error;
  } finally {
    await file?.close();
  }
  return count; // of a reader that has seen enough, too (EPIPE)
}

/** Waits until the system has taken the line: a slow reader slows the reading of the server, and nothing piles up. */
const print = (line: string) =>
  new Promise<void>((resolve, reject) => {
    process.stdout.once('error', reject);
    process.stdout.write(line, (error) => {
      if (error) return reject(error);
      process.stdout.off('error', reject);
      resolve();
    });
  });

function refuse(where: string, cause: Error): never {
  throw new CliError('cannot_write', `Cannot write ${where}: ${cause.message}`, { cause });
}

/** How exported events name their source. */
export async function describeSource(client: ApiClient, version: string): Promise<SiemSource> {
  const { org } = await client.call(whoami);
  return { version, org, host: hostname() };
}
