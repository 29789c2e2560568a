import { access, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { withLock } from './lock.js';
import { trimRewritten } from './rewritten.js';
import { isNews, isWell } from './say-once.js';
import { isWaiting, takeWaiting } from './waiting.js';

async function stateFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bp-state-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('one of many does the work, and the lock is gone afterwards', async (t) => {
  const state = await stateFolder(t);
  let running = 0;
  let done!: () => void;
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });
  const work = async () => {
    running++;
    await finished;
  };
  const first = withLock(state, work);
  while (running === 0) await new Promise(setImmediate);
  t.deepEqual(await Promise.all([withLock(state, work), withLock(state, work)]), [false, false]);
  done();
  t.true(await first);
  t.is(running, 1);
  await t.throwsAsync(access(join(state, 'lock')));
});

test('work that fails gives the lock back', async (t) => {
  const state = await stateFolder(t);
  await t.throwsAsync(
    withLock(state, async () => {
      throw new Error('no');
    }),
    { message: 'no' },
  );
  t.true(await withLock(state, async () => {}));
});

test('a lock of a dead process, or one older than any run, is taken over; a live one is not', async (t) => {
  const state = await stateFolder(t);
  const lock = join(state, 'lock');
  await writeFile(lock, '99999999\n');
  t.true(await withLock(state, async () => {}));
  await writeFile(lock, `${process.pid}\n`);
  t.false(await withLock(state, async () => {}));
  const hourAgo = Date.now() / 1000 - 3600;
  await utimes(lock, hourAgo, hourAgo);
  t.true(await withLock(state, async () => {}));
});

test('what hooks ask for is taken once, whatever the paths look like', async (t) => {
  const state = await stateFolder(t);
  t.false(await isWaiting(state));
  t.deepEqual(await takeWaiting(state), []);
  await writeFile(join(state, 'waiting'), '12 post-commit /srv/my app\nnonsense\n\n13 post-rewrite /a "b"\\n\n');
  t.true(await isWaiting(state));
  t.deepEqual(await takeWaiting(state), [
    { git: 12, hook: 'post-commit', root: '/srv/my app' },
    { git: 13, hook: 'post-rewrite', root: '/a "b"\\n' },
  ]);
  t.false(await isWaiting(state));
});

test('rewritten commits are kept up to a bound, the newest ones', async (t) => {
  const state = await stateFolder(t);
  const path = join(state, 'rewritten');
  const line = (n: number) => `${n.toString(16).padStart(40, '0')} ${'b'.repeat(40)}\n`;
  const text = Array.from({ length: 110_000 }, (_, n) => line(n)).join('');
  await writeFile(path, text);
  await trimRewritten(state);
  const kept = await readFile(path, 'utf8');
  t.true(kept.length <= 4 * 1024 * 1024);
  t.true(text.endsWith(kept));
  t.is(kept.length % line(0).length, 0, 'whole lines');
  await trimRewritten(state);
  t.is((await stat(path)).size, kept.length);
});

test('something is news once a day, and again when it was well in between', async (t) => {
  const state = await stateFolder(t);
  t.deepEqual(
    [await isNews(state, 'sync a'), await isNews(state, 'sync a'), await isNews(state, 'sync b')],
    [true, false, true],
  );
  await isWell(state, 'policies');
  t.false(await isNews(state, 'sync a'));
  await isWell(state, 'sync');
  t.true(await isNews(state, 'sync a'));
  await writeFile(join(state, 'said.json'), JSON.stringify({ 'sync a': '2026-02-14' }));
  t.true(await isNews(state, 'sync a'), 'another day');
  await writeFile(join(state, 'said.json'), 'null');
  t.true(await isNews(state, 'sync a'), 'damaged');
});
