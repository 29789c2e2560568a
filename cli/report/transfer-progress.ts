import type { WriteStream } from 'node:tty';

const EVERY_MS = 100;

/** Passes chunks on and shows on a terminal how much there was; a pipe is told nothing. */
export async function* showTransfer(
  chunks: AsyncIterable<Uint8Array>,
  stream: WriteStream = process.stderr as WriteStream,
): AsyncGenerator<Uint8Array> {
  const started = performance.now();
  let shown = started;
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      const now = performance.now();
      if (stream.isTTY && now - shown >= EVERY_MS) {
        shown = now;
        stream.write(`\r${formatBytes(bytes)} · ${formatBytes((bytes / (now - started)) * 1000)}/s\x1b[K`);
      }
      yield chunk;
    }
  } finally {
    if (stream.isTTY && shown !== started) stream.write('\r\x1b[K');
  }
}

/** `12.3 MB` */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
