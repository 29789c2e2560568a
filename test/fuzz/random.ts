/** Random choices that a seed repeats: the same parts give the same choices on every machine. */
export class Random {
  #state: number;

  constructor(...parts: (string | number)[]) {
    // FNV-1a over the parts, so that neighbouring numbers begin far apart.
    this.#state = 0x811c9dc5;
    for (const char of parts.join('\0')) this.#state = Math.imul(this.#state ^ char.codePointAt(0)!, 0x01000193);
  }

  /** From 0 up to but not including 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to but not including `below`. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** A size from `least` to `most` where each order of magnitude is as likely as the next. */
  size(least: number, most: number): number {
    return Math.floor(least * (most / least) ** this.next());
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}
