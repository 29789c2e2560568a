import test from 'ava';
import fc from 'fast-check';
import { all, commitFacts, newRepository } from './real-git.test.support.js';
import { openRepository } from './repository.js';

/** Edits of the top and of the end of two files, so that the same patches come again at other places. */
const history = fc.array(
  fc.record({
    path: fc.constantFrom('a.txt', 'b.txt'),
    edit: fc.oneof(
      fc.record({ above: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ below: fc.constantFrom('one\n', 'one\ntwo\n', 'one\n\n+two\n-three\n') }),
    ),
  }),
  { minLength: 6, maxLength: 16 },
);

test('commits have one patch where `git patch-id --stable` gives them one id', async (t) => {
  t.timeout(120_000);
  let same = 0;
  await fc.assert(
    fc.asyncProperty(history, async (edits) => {
      const real = await newRepository(t);
      const files = { 'a.txt': { above: 0, below: 'one\n' }, 'b.txt': { above: 0, below: 'one\n' } };
      let tip = '';
      for (const { path, edit } of edits) {
        Object.assign(files[path], edit);
        const { above, below } = files[path];
        tip = await real.commit({ [path]: `${'top\n'.repeat(above)}${'fixed\n'.repeat(4)}${below}` });
      }
      const facts = await all(commitFacts(await openRepository(real.dir), { tip }));
      const patch = await real.git('log', '-p', '--unified=1', '--full-index', '--root', '--format=commit %H', tip);
      const ids = (await real.gitWith({ input: `${patch}\n` }, 'patch-id', '--stable')).toString().trim().split('\n');
      const idOf = new Map(ids.map((line) => line.split(' ').reverse() as [string, string]));
      for (const one of facts) {
        for (const other of facts) {
          if ('reason' in one || 'reason' in other || one === other) continue;
          const expected = idOf.get(one.oid) !== undefined && idOf.get(one.oid) === idOf.get(other.oid);
          if (expected !== (one.patch !== undefined && one.patch === other.patch))
            throw new Error(`${one.oid} and ${other.oid}: git says ${expected}\n${patch}`);
          if (expected) same++;
        }
      }
    }),
    { numRuns: 12 },
  );
  t.true(same > 0);
});
