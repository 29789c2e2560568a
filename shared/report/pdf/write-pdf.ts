import { PassThrough, type Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { ReportDocument } from '../document.js';
import { gather } from './gather.js';

/** 1,000 rows of nine columns take 300 MB; a report that needs more than this fails, and not the program with it. */
const MAX_MEMORY_MB = 1_024;

/**
 * The report as PDF: A4, contents with page numbers, bookmarks, charts, tables that repeat their head. The same report has the same
 * bytes each time (with one version of Node, which brings zlib). Tables show their first 1,000 rows, cells 300 characters.
 * Layout takes seconds of computing, so it has a thread of its own, which destroying the stream ends.
 */
export async function writePdf(document: ReportDocument): Promise<Readable> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: await gather(document),
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MB },
  });
  const out = new PassThrough({ destroy: (error, done) => void worker.terminate().then(() => done(error)) });
  worker.on('message', (piece: Uint8Array) => out.write(piece));
  worker.on('error', (error) => out.destroy(new Error('The PDF could not be made', { cause: error })));
  worker.on('exit', () => out.end());
  return out;
}
