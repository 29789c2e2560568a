import { Worker } from 'node:worker_threads';
import type { FuzzReport } from './fuzz.js';

export interface WatchedReport extends FuzzReport {
  /** Most memory of the process while the format was read, above what it had before. */
  grown_mb: number;
}

/** A note that takes this long never ends. */
const HANGS_MS = 60_000;
const MAX_GROWTH_MB = 512;
const LOOK_MS = 50;

/** Fuzzes one format in a thread, looks at its memory meanwhile, and ends it when it hangs. */
export function fuzzWatched(name: string, seed: number, mutations: number): Promise<WatchedReport> {
  const progress = new SharedArrayBuffer(4);
  const at = new Int32Array(progress);
  const before = megabytes();
  let most = before;
  let [seen, since] = [-1, performance.now()];
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { name, seed, mutations, progress },
    // A note that needs more than this ends the thread. What buffers take outside of it is in the growth, too.
    resourceLimits: { maxOldGenerationSizeMb: MAX_GROWTH_MB / 2 },
  });
  return new Promise((resolve) => {
    const failed = (message: string): FuzzReport => {
      const n = Atomics.load(at, 0);
      return { format: name, mutations: n, read: 0, slowest: { n, ms: 0, bytes: 0 }, failures: [{ n, message }] };
    };
    const end = async (report: FuzzReport) => {
      clearInterval(look);
      await worker.terminate();
      const grown_mb = most - before;
      if (grown_mb > MAX_GROWTH_MB) report.failures.push({ n: -1, message: `memory grew by ${grown_mb} MB` });
      resolve({ ...report, grown_mb });
    };
    const look = setInterval(() => {
      most = Math.max(most, megabytes());
      const n = Atomics.load(at, 0);
      if (n !== seen) [seen, since] = [n, performance.now()];
      else if (performance.now() - since > HANGS_MS) void end(failed(`did not end within ${HANGS_MS} ms`));
    }, LOOK_MS);
    worker.once('message', (report: FuzzReport) => void end(report));
    worker.once('error', (error) => void end(failed(error.message)));
  });
}

const megabytes = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
