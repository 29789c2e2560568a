import test from 'ava';
import { ProblemError } from '../errors.js';
import { createPlaces } from './places.js';

/** Work that ends when it is told to. */
function held() {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { end, work: () => ended };
}

test('no more runs at once than there are places, for one org and for all', async (t) => {
  const run = createPlaces({ all: 3, each: 2, waiting: 100 });
  const running = new Map<string, number>();
  const most = { all: 0, each: 0 };
  await Promise.all(
    Array.from({ length: 60 }, (_, n) => {
      const org = `org ${n % 2}`;
      return run(org, async () => {
        running.set(org, (running.get(org) ?? 0) + 1);
        most.each = Math.max(most.each, running.get(org)!);
        most.all = Math.max(
          most.all,
          [...running.values()].reduce((sum, count) => sum + count),
        );
        await new Promise((resolve) => setImmediate(resolve));
        running.set(org, running.get(org)! - 1);
        if (n % 7 === 0) throw new Error('on purpose');
      }).catch((error: Error) => t.is(error.message, 'on purpose'));
    }),
  );
  t.deepEqual(most, { all: 3, each: 2 });
});

test('an org whose queue is full is refused with Retry-After, another one is served', async (t) => {
  const run = createPlaces({ all: 4, each: 1, waiting: 1 });
  const [first, second] = [held(), held()];
  const running = run('busy', first.work);
  const waiting = run('busy', second.work);
  const error = await t.throwsAsync(
    run('busy', async () => {}),
    { instanceOf: ProblemError },
  );
  t.is(error?.status, 503);
  t.truthy((error as ProblemError).headers['Retry-After']);
  t.is(await run('other', async () => 'served'), 'served');
  first.end();
  second.end();
  await Promise.all([running, waiting]);
  t.is(await run('busy', async () => 'again'), 'again');
});
