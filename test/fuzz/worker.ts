/** Fuzzes one format in a thread of its own, which can be ended when a note never ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { formats } from './formats.js';
import { fuzzFormat } from './fuzz.js';

const { name, seed, mutations, progress } = workerData as {
  name: string;
  seed: number;
  mutations: number;
  /** Where the number of the note at work stands. */
  progress: SharedArrayBuffer;
};
const at = new Int32Array(progress);
const format = formats.find((one) => one.name === name)!;
parentPort!.postMessage(fuzzFormat(format, { seed, mutations, onNote: (n) => Atomics.store(at, 0, n) }));
