import { checkOutcome } from './check.js';
import { type Format, formats, type Outcome, type PromptMode } from './formats.js';
import { mutate } from './mutate.js';

export interface FuzzOptions {
  seed: number;
  /** How many changed notes. */
  mutations: number;
  /** Called before each of them. */
  onNote?: (n: number) => void;
}

export interface FuzzReport {
  format: string;
  mutations: number;
  /** Notes of which something was read; the others were refused with a reason. */
  read: number;
  /** The longest that one note took, and which it was. */
  slowest: { n: number; ms: number; bytes: number };
  failures: { n: number; message: string }[];
}

/** The limit of one note: what takes longer is a hang, in a hook that runs after each commit. */
export const MAX_MS = 1_000;

const PROMPTS: PromptMode[] = ['summary', 'hash', 'none'];
const MAX_FAILURES = 20;

/** Reads changed notes of one format and checks what becomes of each. */
export function fuzzFormat(format: Format, { seed, mutations, onNote }: FuzzOptions): FuzzReport {
  const report: FuzzReport = {
    format: format.name,
    mutations,
    read: 0,
    slowest: { n: 0, ms: 0, bytes: 0 },
    failures: [],
  };
  const others = formats.flatMap(({ notes }) => notes);
  for (let n = 0; n < mutations && report.failures.length < MAX_FAILURES; n++) {
    onNote?.(n);
    const { read, ms, bytes, failure } = fuzzNote(format, n, seed, others);
    if (failure !== undefined) report.failures.push({ n, message: failure });
    if (read) report.read++;
    if (ms > report.slowest.ms) report.slowest = { n, ms, bytes };
  }
  return report;
}

/**
 * Reads one changed note. One that takes too long is tried again, by the processor's time too: what else the machine
 * does is no fault of the note.
 */
export function fuzzNote(format: Format, n: number, seed: number, others = formats.flatMap(({ notes }) => notes)) {
  const { note, keepsKeys } = mutate(format, n, seed, others);
  const prompts = PROMPTS[n % PROMPTS.length]!;
  let outcomes: Outcome[] = [];
  let failure: string | undefined;
  let ms = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && ms > MAX_MS; tries++) {
    const [started, used] = [performance.now(), tries === 0 ? undefined : process.cpuUsage()];
    try {
      outcomes = format.read(note, prompts);
    } catch (error) {
      failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    ms = Math.min(ms, performance.now() - started);
    const { user, system } = used ? process.cpuUsage(used) : { user: Number.POSITIVE_INFINITY, system: 0 };
    ms = Math.min(ms, (user + system) / 1000);
  }
  if (ms > MAX_MS) failure ??= `took ${Math.round(ms)} ms`;
  try {
    for (const outcome of outcomes) checkOutcome(outcome, prompts, keepsKeys);
  } catch (error) {
    failure ??= (error as Error).message;
  }
  return { note, outcomes, ms, bytes: note.length, read: outcomes.some(saysSomething), failure };
}

function saysSomething(outcome: Outcome): boolean {
  if ('reason' in outcome) return false;
  if ('involved' in outcome) return outcome.involved.length > 0;
  if ('traces' in outcome) return outcome.traces.length > 0;
  return outcome.receipts.length + outcome.claims.length > 0;
}
