import { ProblemError } from '../errors.js';

export interface FairQueue {
  /** Runs `work` when it is the turn of `owner`. Throws a 503 problem when too many of its owner wait already. */
  run<T>(owner: string, work: () => Promise<T>): Promise<T>;
  /** Works that run, and works that wait. */
  counts(): { running: number; waiting: number };
}

/** Waiting works of one owner at most. */
const MAX_WAITING = 500;

interface Owner {
  running: number;
  waiting: (() => void)[];
}

/**
 * Shares `slots` among owners: they take turns, whoever has more waiting, and one owner never has all slots but one. So
 * an org whose requests are slow or many waits for itself, and the others find a connection.
 */
export function createFairQueue(slots: number, maxWaiting = MAX_WAITING): FairQueue {
  const perOwner = Math.max(1, slots - 1);
  /** In the order of their turns. */
  const owners = new Map<string, Owner>();
  let running = 0;

  function begin(name: string, owner: Owner): void {
    owners.delete(name); // to the end of the order
    owners.set(name, owner);
    owner.running++;
    running++;
  }

  function next(): void {
    if (running >= slots) return;
    for (const [name, owner] of owners) {
      if (owner.waiting.length === 0 || owner.running >= perOwner) continue;
      begin(name, owner);
      owner.waiting.shift()!();
      return;
    }
  }

  return {
    async run(name, work) {
      const owner = owners.get(name) ?? { running: 0, waiting: [] };
      if (running < slots && owner.running < perOwner && owner.waiting.length === 0) begin(name, owner);
      else if (owner.waiting.length >= maxWaiting) throw busy();
      else {
        owners.set(name, owner);
        await new Promise<void>((resolve) => owner.waiting.push(resolve));
      }
      try {
        return await work();
      } finally {
        owner.running--;
        running--;
        if (owner.running === 0 && owner.waiting.length === 0) owners.delete(name);
        next();
      }
    },
    counts: () => ({
      running,
      waiting: [...owners.values()].reduce((sum, { waiting }) => sum + waiting.length, 0),
    }),
  };
}

const busy = () =>
  new ProblemError(
    503,
    'busy',
    'Too many requests of this organisation wait already. Nothing was changed; try again.',
    {
      headers: { 'Retry-After': '2' },
    },
  );
