import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until there is an answer; undefined when the time is over. */
export async function until<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  waitMs: number,
  everyMs = 25,
): Promise<T | undefined> {
  const end = performance.now() + waitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() >= end) return answer;
    await sleep(everyMs);
  }
}
