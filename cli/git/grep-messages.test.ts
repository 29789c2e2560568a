import test from 'ava';
import { commitsSaying } from './grep-messages.js';
import { newRepository } from './real-git.test.support.js';
import { openRepository } from './repository.js';

test('commits are found by texts in their messages, newest first, whatever the user’s configuration says of patterns', async (t) => {
  const real = await newRepository(t);
  await real.git('config', 'grep.patternType', 'perl');
  const first = await real.commit({ a: '1\n' }, { message: 'T\n\nMark-A: x\n' });
  await real.commit({ a: '2\n' }, { message: 'T\n\nnothing\n' });
  const third = await real.commit({ a: '3\n' }, { message: 'T\r\n\r\nwith [b* inside\r\n' });
  const side = await real.commit({ b: '1\n' }, { branch: 'topic', parents: [first], message: 'Mark-A: y' });
  const repo = await openRepository(real.dir);
  t.deepEqual(await commitsSaying(repo, [third], ['Mark-A:', '[b*']), [third, first]);
  t.deepEqual(await commitsSaying(repo, [third, side], ['Mark-A:']), [side, first]);
  t.deepEqual(await commitsSaying(repo, [third], ['mark-a:', 'ma.k', 'Ada Example']), []);
  t.deepEqual(await commitsSaying(repo, [third], []), []);
  t.deepEqual(await commitsSaying(repo, [], ['Mark-A:']), []);
});
