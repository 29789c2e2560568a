import { appendFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Then the log begins anew; the one before is kept as hook.log.1. */
const MAX_BYTES = 256 * 1024;

/** What hooks did, for people who wonder; scripts and crashes write there as well. Never a reason to fail. */
export const logFile = (state: string) => join(state, 'hook.log');

export async function logLine(state: string, text: string): Promise<void> {
  const path = logFile(state);
  try {
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    if (size > MAX_BYTES) await rename(path, `${path}.1`);
    await appendFile(path, `${new Date().toISOString().slice(0, 19)}Z ${text.replaceAll('\n', ' ')}\n`);
  } catch {
    // A log that cannot be written is no reason to stop anybody.
  }
}
