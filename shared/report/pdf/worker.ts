import { parentPort, workerData } from 'node:worker_threads';
import { layOut } from './lay-out.js';

for await (const piece of await layOut(workerData)) parentPort!.postMessage(piece);
