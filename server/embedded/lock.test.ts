import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { withLock } from './lock.js';

async function newLock(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return join(folder, 'start.lock');
}

test('only one at a time holds the lock, and it is gone after the last, whether work succeeds or fails', async (t) => {
  const file = await newLock(t);
  let inside = 0;
  const work = async () => {
    t.is(++inside, 1);
    await setImmediate();
    inside--;
    throw new Error('at work');
  };
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => withLock(file, work)));
  t.true(results.every((result) => result.status === 'rejected' && result.reason.message === 'at work'));
  t.false(existsSync(file));
});

test('who waits too long for a living process is told which one and which file', async (t) => {
  const file = await newLock(t);
  await withLock(file, () =>
    t.throwsAsync(
      withLock(file, async () => t.fail(), 0),
      { code: 'lock_timeout', message: new RegExp(`Process ${process.pid} .* holds ${file}`) },
    ),
  );
});

test('a lock without a heartbeat is stale even if its pid lives: in containers pids come back at once', async (t) => {
  const file = await newLock(t);
  await writeFile(file, `${process.pid} an earlier container\n`);
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(file, longAgo, longAgo);
  await withLock(file, async () => t.notRegex(readFileSync(file, 'utf8'), /earlier/));
});
