import test from 'ava';
import { stableId } from '../../shared/ids.js';
import { checkDamage, checkUsable } from './damage.test.support.js';
import { gitAiV0 } from './git-ai-v0.js';
import { attributedBy, claimsOf, context, parse, samples } from './notes.test.support.js';

const noteOf = (...authors: object[]) => ({ files: { 'a.ts': { file: 'a.ts', authors } } });

test('who bears the name of a tool is AI, others are people', (t) => {
  const parsed = parse(gitAiV0, samples.gitAiV0);
  t.deepEqual(claimsOf(parsed), ['src/a.ts 1,4-9 human - -', 'src/a.ts 2-3 ai claude-code -']);
  t.deepEqual(attributedBy(parsed), ['claude-code src/a.ts 2-3']);
  t.like(parsed.receipts[0], {
    id: stableId('git-ai-v0', context.repo, context.commit, 'claude-code', ''),
    ...context.time,
    provider: 'anthropic',
    session_id: null,
  });
});

test('two names of one tool are one author, a model is one too', (t) => {
  const parsed = parse(
    gitAiV0,
    noteOf(
      { author: 'Claude', lines: [1] },
      { author: 'Claude Code', lines: [2] },
      { author: 'o3', lines: [3] },
      { author: 'Cursor', lines: [4] },
    ),
  );
  t.deepEqual(claimsOf(parsed), ['a.ts 1-2 ai claude-code -', 'a.ts 3 ai - o3', 'a.ts 4 ai cursor -']);
});

test('agent metadata makes an author AI whatever the name', (t) => {
  const parsed = parse(
    gitAiV0,
    noteOf({ author: 'Helper', lines: [1], agent_metadata: { model: 'gpt-5', human_author: 'Ada' } }),
  );
  t.deepEqual(claimsOf(parsed), ['a.ts 1 ai - gpt-5']);
});

test('a model is named as far as it can be stored', (t) => {
  const parsed = parse(
    gitAiV0,
    noteOf({ author: 'Claude', lines: [1], agent_metadata: { model: `x\0${'y'.repeat(900)}` } }),
  );
  checkUsable(parsed);
  t.is(parsed.receipts[0]!.model!.length, 200);
});

test('a person called Claude is a person', (t) => {
  const parsed = parse(gitAiV0, noteOf({ author: 'Claude Dupont', lines: [1] }, { author: 'unknown', lines: [2] }));
  t.deepEqual(claimsOf(parsed), ['a.ts 1 human - -']);
});

test('per line the last author wins, also a test tool, which claims nothing', (t) => {
  const parsed = parse(
    gitAiV0,
    noteOf(
      { author: 'Ada', lines: [[1, 9]] },
      { author: 'Cursor', lines: [[4, 6]] },
      { author: 'mock_ai', lines: [5, '8-9'] },
    ),
  );
  t.deepEqual(claimsOf(parsed), ['a.ts 1-3,7 human - -', 'a.ts 4,6 ai cursor -']);
  t.deepEqual(parsed.skipped, ['test tool mock_ai']);
});

test('what cannot be read is skipped, and an empty note is read', (t) => {
  const parsed = parse(gitAiV0, {
    files: { 'a.ts': 1, 'b.ts': { authors: [null, { author: 'Ada', lines: [0, [3, 1], [2], 'x', 4] }] } },
  });
  t.deepEqual(claimsOf(parsed), ['b.ts 4 human - -']);
  t.deepEqual(parsed.skipped, ['a file that cannot be read']);
  const empty = Buffer.from('{"files":{},"schema_version":"authorship/0.0.1"}');
  t.true(gitAiV0.matches(empty));
  t.deepEqual(gitAiV0.parse(empty, context), { receipts: [], claims: [], skipped: [] });
});

test('a damaged note is read or has a reason', (t) => {
  t.notThrows(() => checkDamage(gitAiV0));
});
