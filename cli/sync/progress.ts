import type { WriteStream } from 'node:tty';
import { formatCount } from '../terminal.js';

/** How far a sync is. Counters only grow. */
export interface SyncProgress {
  notesTotal: number;
  notesRead: number;
  commitsTotal: number;
  commitsRead: number;
  receiptsSent: number;
}

const TERMINAL_EVERY_MS = 100;
const PIPE_EVERY_MS = 5_000;

/** Shows progress on standard error: one line that is rewritten on a terminal, a plain line now and then in a pipe. */
export class ProgressDisplay {
  readonly progress: SyncProgress = { notesTotal: 0, notesRead: 0, commitsTotal: 0, commitsRead: 0, receiptsSent: 0 };
  readonly #stream: WriteStream;
  readonly #started = performance.now();
  #shown = performance.now();

  constructor(stream: WriteStream = process.stderr as WriteStream) {
    this.#stream = stream;
  }

  count(what: keyof SyncProgress, more = 1): void {
    this.progress[what] += more;
    const now = performance.now();
    if (now - this.#shown < (this.#stream.isTTY ? TERMINAL_EVERY_MS : PIPE_EVERY_MS)) return;
    this.#shown = now;
    const line = describeProgress(this.progress, (now - this.#started) / 1000);
    this.#stream.write(this.#stream.isTTY ? `\r${line.slice(0, (this.#stream.columns || 80) - 1)}\x1b[K` : `${line}\n`);
  }

  /** Clears the terminal's line; a pipe keeps what it got. */
  end(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[K');
  }
}

/** `Reading notes 3,210 of 10,685 · 2,400/s · 1,204 receipts sent · 3 s left` */
export function describeProgress(progress: SyncProgress, seconds: number): string {
  const { notesTotal, notesRead, commitsTotal, commitsRead, receiptsSent } = progress;
  const readingNotes = notesRead < notesTotal;
  const [what, done, total] = readingNotes
    ? ['Reading notes', notesRead, notesTotal]
    : ['Counting commits', commitsRead, commitsTotal];
  const all = notesRead + commitsRead;
  const rate = seconds > 0 ? all / seconds : 0;
  const left = rate > 0 ? Math.ceil((notesTotal + commitsTotal - all) / rate) : undefined;
  return [
    `${what} ${formatCount(done)} of ${formatCount(total)}`,
    `${formatCount(Math.round(rate))}/s`,
    `${formatCount(receiptsSent)} receipts sent`,
    ...(left === undefined ? [] : [`${formatCount(left)} s left`]),
  ].join(' · ');
}
