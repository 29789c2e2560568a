import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import getRawBody from 'raw-body';
import { bodyTooLarge, malformedJson, ProblemError, unsupportedMedia } from '../errors.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Of a body that is too large, this many times the limit is read and dropped before the answer. */
const DRAINED = 4;

/**
 * The JSON body of a request, plain or gzip. Counts bytes after decompression as they come, so that a gzip bomb costs
 * `limit` bytes of memory and no more. Throws 400, 413 and 415 problems.
 */
export async function readJson(req: IncomingMessage, limit: number): Promise<unknown> {
  const type = (req.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (type !== 'application/json') throw unsupportedMedia('Send JSON with "Content-Type: application/json".');
  if (Number(req.headers['content-length'] ?? 0) > limit) {
    await drain(req, limit * DRAINED);
    throw bodyTooLarge(limit);
  }
  const bytes = await readBytes(req, limit);
  let text: string;
  try {
    text = utf8.decode(bytes);
    return JSON.parse(text);
  } catch (cause) {
    throw malformedJson(cause);
  }
}

async function readBytes(req: IncomingMessage, limit: number): Promise<Buffer> {
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'identity')
    throw unsupportedMedia('Content-Encoding must be gzip, or absent.');
  const gunzip = encoding === 'gzip' ? createGunzip() : undefined;
  // An upload that breaks off ends the body, too: without this its gunzip would wait for ever.
  if (gunzip) req.once('aborted', () => gunzip.destroy(new Error('request aborted')));
  try {
    return await getRawBody(gunzip ? req.pipe(gunzip) : req, { limit });
  } catch (cause) {
    const { type, code } = cause as { type?: string; code?: string };
    if (type === 'entity.too.large') {
      await drain(req, limit * DRAINED);
      throw bodyTooLarge(limit);
    }
    if (code?.startsWith('Z_')) throw new ProblemError(400, 'malformed_gzip', 'The body is not valid gzip.', { cause });
    throw new ProblemError(400, 'incomplete_body', 'The body ended before it was complete.', { cause });
  } finally {
    if (gunzip) {
      req.unpipe(gunzip);
      gunzip.destroy();
    }
    req.resume(); // what is left of a refused body is read and dropped, so that the answer reaches the sender
  }
}

/** A sender that is silent for this long waits for the answer. */
const SILENCE_MS = 300;

/**
 * Reads on without keeping anything, up to `max` bytes: a connection that is closed while the sender still writes is reset,
 * and the answer lost with it. Who sends more than that has to live with it.
 */
function drain(req: IncomingMessage, max: number): Promise<void> {
  return new Promise((resolve) => {
    if (req.readableEnded || req.destroyed) return resolve();
    const silence = setTimeout(resolve, SILENCE_MS);
    const done = () => {
      clearTimeout(silence);
      resolve();
    };
    let left = max;
    req.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) done();
      else silence.refresh();
    });
    for (const end of ['end', 'close', 'error']) req.once(end, done);
    req.resume();
  });
}
