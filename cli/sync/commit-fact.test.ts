import test from 'ava';
import { CommitFact } from '../../shared/api/receipts.js';
import { compileBody } from '../../shared/validate.js';
import { commitFact } from './commit-fact.js';

const check = compileBody(CommitFact);
const commit = {
  oid: 'a'.repeat(40),
  tree: '',
  parents: [],
  committedAt: 1_772_000_000,
  authoredAt: 1_772_000_000,
  authorName: 'Ada Example',
  authorEmail: 'Ada@example.com',
};

test('of a thousand models those with most lines are told, and no more than the server takes', (t) => {
  const aiBy = Array.from({ length: 1_000 }, (_, n) => ({
    tool: 'x',
    provider: null,
    model: `${n}`,
    lines: 2_000 - n,
  }));
  const involved = aiBy.map(({ lines: _, ...ai }) => ai);
  const lines = { added: 2_000_000, deleted: 0, ai: 1_500_500, human: 0, unknown: 499_500 };
  const fact = commitFact({
    commit,
    isMerge: false,
    said: undefined,
    origins: [],
    lines,
    aiBy,
    aiFiles: [],
    involved,
  });
  t.is(check(fact).faults, undefined);
  t.deepEqual(fact.ai_by, aiBy.slice(0, 500));
});
