/** Work of which only so much is done at a time; more waits its turn, up to a bound. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  readonly #most: number;
  readonly #queue: number;
  #taken = 0;

  constructor(most: number, queue: number) {
    this.#most = most;
    this.#queue = queue;
  }

  /** Runs `work` in its turn; `{full: true}` when too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<{ value: T; full?: false } | { full: true }> {
    if (this.#taken < this.#most) this.#taken++;
    else if (this.#waiting.length >= this.#queue) return { full: true };
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return { value: await work() };
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#taken--;
    }
  }
}
