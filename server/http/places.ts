import { overloaded } from '../errors.js';

/** Places for work that runs at once, some for each org and some for all together, and how much may wait for one. */
export interface PlaceLimits {
  all: number;
  each: number;
  /** Of one org. */
  waiting: number;
}

/**
 * Runs work of orgs side by side within limits. What finds no place waits, first come, first served within its org; when too much of an
 * org waits already, it is refused at once with 503 and Retry-After. An org that fills its own places leaves the others theirs.
 */
export function createPlaces({ all, each, waiting }: PlaceLimits) {
  const busy = new Map<string, number>();
  const queues = new Map<string, (() => void)[]>();
  let total = 0;

  return async function run<T>(orgId: string, work: () => Promise<T>): Promise<T> {
    await enter(orgId);
    try {
      return await work();
    } finally {
      leave(orgId);
    }
  };

  async function enter(orgId: string): Promise<void> {
    if (total < all && (busy.get(orgId) ?? 0) < each) return take(orgId);
    const queue = queues.get(orgId) ?? [];
    if (queue.length >= waiting) throw overloaded();
    queues.set(orgId, queue);
    await new Promise<void>((resolve) => queue.push(resolve)); // whoever leaves takes the place for us
  }

  function take(orgId: string): void {
    total++;
    busy.set(orgId, (busy.get(orgId) ?? 0) + 1);
  }

  function leave(orgId: string): void {
    total--;
    const left = busy.get(orgId)! - 1;
    if (left === 0) busy.delete(orgId);
    else busy.set(orgId, left);
    for (const [next, queue] of queues) {
      if (total >= all) return;
      if ((busy.get(next) ?? 0) >= each) continue;
      queues.delete(next);
      if (queue.length > 1) queues.set(next, queue); // behind the other orgs
      take(next);
      queue.shift()!();
    }
  }
}
