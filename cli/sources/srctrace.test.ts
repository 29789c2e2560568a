import test from 'ava';
import { checkDamage } from './damage.test.support.js';
import { attributedBy, claimsOf, context, parse, samples } from './notes.test.support.js';
import { srctrace } from './srctrace.js';

const noteOf = (...entries: unknown[]) => ({ v: 1, f: { 'a.ts': entries } });

test('agents are AI, the operator is a person', (t) => {
  const parsed = parse(srctrace, samples.srctrace);
  t.deepEqual(claimsOf(parsed), ['src/a.ts 1,5-9 ai cursor gpt-5', 'src/a.ts 3 human - -']);
  t.deepEqual(attributedBy(parsed), ['cursor src/a.ts 1,5-9']);
  t.like(parsed.receipts[0], { ...context.time, provider: 'openai', session_id: null });
});

test('an agent may leave its tool or model out', (t) => {
  const parsed = parse(
    srctrace,
    noteOf({ s: 'agent', l: [1] }, { s: 'agent|aider', l: [2] }, { s: 'agent|claude(opus (4.6))', l: [3] }),
  );
  t.deepEqual(claimsOf(parsed), ['a.ts 1 ai - -', 'a.ts 2 ai aider -', 'a.ts 3 ai claude-code opus (4.6)']);
  t.is(new Set(parsed.receipts.map(({ id }) => id)).size, 3);
});

test('per line the last entry wins, also one that cannot be read', (t) => {
  const parsed = parse(
    srctrace,
    noteOf({ s: 'agent|cursor', l: ['1-9'] }, { s: 'operator', l: [[2, 3]] }, { s: 'robot', l: [9] }, null, {
      s: 'agent|mock_ai(x)',
      l: [8],
    }),
  );
  t.deepEqual(claimsOf(parsed), ['a.ts 1,4-7 ai cursor -', 'a.ts 2-3 human - -']);
  t.deepEqual(parsed.skipped, ['an entry that cannot be read', 'test tool mock_ai']);
});

test('a note is known by its two first keys', (t) => {
  const matches = (text: string) => srctrace.matches(Buffer.from(text));
  t.true(matches('{"v":1,"f":{"a":[{"s":"operator","l":[]}]}}'));
  t.true(matches('{ "v": "1.1",\n "f": {} }'));
  t.true(matches('{"f":{"a":[{"l":[1],"s":"agent"}]},"v":1}'));
  t.false(matches('{"v":1,"sessions":[],"f":{"s":1,"l":2}}'));
  t.false(matches('{"v":1,"f":{"a":1}}'));
  t.false(matches('[{"v":1,"f":{}}]'));
});

test('a damaged note is read or has a reason', (t) => {
  t.deepEqual(srctrace.parse(Buffer.from('{"v":1,"f":[]}'), context), { reason: 'no files' });
  t.notThrows(() => checkDamage(srctrace));
});
