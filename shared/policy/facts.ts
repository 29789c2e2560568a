import { Budget } from './budget.js';
import type { Change } from './input.js';
import { utc } from './windows.js';

/** A change that is being judged, with what several policies ask of it worked out once, and only when one asks. */
export class Facts {
  readonly change: Change;
  /** UTC with microseconds. */
  readonly now: string;
  readonly budget = new Budget();
  readonly #known = new Map<unknown, unknown>();

  constructor(change: Change) {
    this.change = change;
    this.now = utc(change.now);
  }

  /** What `work` answers, which is asked the first time only. */
  once<T>(work: (facts: Facts) => T): T {
    if (!this.#known.has(work)) this.#known.set(work, work(this));
    return this.#known.get(work) as T;
  }
}
