/**
 * Steps that one evaluation may take. A step is what one plain comparison costs, and never more than about two
 * microseconds; a thousand receipts against fifty policies take some ten thousand.
 */
export const MAX_STEPS = 5_000_000;

/** Characters of a pattern times characters of a text that are matched in one step at worst. */
const CHARACTERS_A_STEP = 512;

/**
 * Counts work before it is done. What a change and its policies hold is bounded piece by piece, but not their product:
 * 500 policies of 200 patterns against 20,000 paths are two billion matches. What does not fit is left undone, the same on every machine.
 */
export class Budget {
  #left = MAX_STEPS;

  /** False when that many steps are not left; nothing is taken then. */
  take(steps: number): boolean {
    if (steps > this.#left) return false;
    this.#left -= steps;
    return true;
  }

  /** Room to match every text against every pattern. */
  takeMatches(patterns: Size, texts: Size): boolean {
    return this.take(patterns.count * texts.count + (patterns.characters * texts.characters) / CHARACTERS_A_STEP);
  }
}

export interface Size {
  count: number;
  characters: number;
}

export function sizeOf(texts: Iterable<string>): Size {
  const size = { count: 0, characters: 0 };
  for (const text of texts) {
    size.count++;
    size.characters += text.length;
  }
  return size;
}
