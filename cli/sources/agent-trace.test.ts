import test from 'ava';
import { stableId } from '../../shared/ids.js';
import { agentTrace } from './agent-trace.js';
import { checkDamage, checkUsable } from './damage.test.support.js';
import { attributedBy, claimsOf, context, ID, PRIVATE, parse, samples } from './notes.test.support.js';

const { trace, flatTrace, ledger } = samples;
const range = (start_line: number, end_line: number, contributor?: object) => ({
  start_line,
  end_line,
  ...(contributor && { contributor }),
});
const conversation = (type: string, ranges: object[], model_id?: string) => ({
  contributor: { type, model_id },
  ranges,
});
const withConversations = (...conversations: object[]) => ({ ...trace, files: [{ path: 'a.ts', conversations }] });

test('a trace is a receipt with its own id, on the annotated commit', (t) => {
  const parsed = parse(agentTrace, trace);
  t.deepEqual(parsed.receipts, [
    {
      id: ID,
      timestamp: '2026-02-10T08:00:00.500000Z',
      timestamp_basis: 'recorded',
      source: 'agent-trace',
      tool: 'cursor',
      provider: 'anthropic',
      model: 'claude-opus-4-6',
      session_id: 'conversation-a',
      cost_usd: null,
      cost_basis: 'unknown',
      attributions: [{ commit: context.commit, path: 'src/a.ts', lines: '1-9' }],
    },
  ]);
  t.deepEqual(claimsOf(parsed), ['src/a.ts 1-9 ai cursor claude-opus-4-6']);
});

test('ai and mixed are AI, human is a person, anything else is unknown; the last one wins', (t) => {
  const parsed = parse(
    agentTrace,
    withConversations(
      conversation('ai', [range(1, 20)], 'openai/gpt-5'),
      conversation('human', [range(3, 4)]),
      conversation('mixed', [range(6, 7)], 'anthropic/claude-opus-4-6'),
      conversation('unknown', [range(9, 9)]),
      { ranges: [range(11, 11)] },
    ),
  );
  t.deepEqual(claimsOf(parsed), [
    'a.ts 1-2,5,8,10,12-20 ai cursor gpt-5',
    'a.ts 3-4 human - -',
    'a.ts 6-7 ai cursor claude-opus-4-6',
  ]);
  t.like(parsed.receipts[0], { model: null, provider: null });
});

test('a range may name a contributor of its own', (t) => {
  const parsed = parse(
    agentTrace,
    withConversations(
      conversation(
        'ai',
        [range(1, 9), range(4, 5, { type: 'human' }), range(7, 7, { type: 'ai', model_id: 'openai/o3' })],
        'x/gpt-5',
      ),
    ),
  );
  t.deepEqual(claimsOf(parsed), ['a.ts 1-3,6,8-9 ai cursor gpt-5', 'a.ts 4-5 human - -', 'a.ts 7 ai cursor o3']);
});

test('a conversation without ranges stands for the file', (t) => {
  const parsed = parse(agentTrace, withConversations(conversation('ai', [])));
  t.deepEqual(attributedBy(parsed), ['cursor a.ts -']);
  t.deepEqual(parsed.claims, []);
});

test('a trace in which AI had no part is no receipt', (t) => {
  const parsed = parse(
    agentTrace,
    withConversations(conversation('human', [range(1, 2)]), conversation('unknown', [range(3, 4)])),
  );
  t.deepEqual(parsed.receipts, []);
  t.deepEqual(claimsOf(parsed), ['a.ts 1-2 human - -']);
});

test('several traces stand in a list or one a line; what is damaged is skipped', (t) => {
  const second = {
    ...trace,
    id: ID.replaceAll('1', '9'),
    files: [{ path: 'src/a.ts', conversations: [conversation('ai', [range(5, 30)], 'openai/gpt-5')] }],
  };
  const claims = ['src/a.ts 1-4 ai cursor claude-opus-4-6', 'src/a.ts 5-30 ai cursor gpt-5'];
  const lines = `${JSON.stringify(trace)}\r\n\n{"damaged":\n7\n${JSON.stringify(second)}`;
  for (const [note, damaged] of [
    [[trace, second], 0],
    [lines, 2],
  ] as const) {
    const parsed = parse(agentTrace, note);
    t.deepEqual(claimsOf(parsed), claims);
    t.is(parsed.receipts.length, 2);
    t.deepEqual(parsed.skipped, damaged === 0 ? [] : ['2 traces that cannot be read']);
  }
});

test('a trace that is listed twice is one receipt', (t) => {
  const parsed = parse(agentTrace, [trace, { ...trace, id: ID.toUpperCase() }]);
  t.deepEqual(attributedBy(parsed), ['cursor src/a.ts 1-9']);
});

test('an id that is no UUID still identifies the trace', (t) => {
  t.is(parse(agentTrace, { ...trace, id: 'Trace-1' }).receipts[0]!.id, stableId('agent-trace', 'id', 'trace-1'));
});

test('flat traces of one session are one receipt; edits by Claude Code bear the names of its tools', (t) => {
  const second = {
    ...flatTrace,
    tool: 'Write',
    file_path: 'src/b.ts',
    start_line: 1,
    end_line: 1,
    timestamp: '2026-02-12T00:00:00Z',
  };
  const parsed = parse(agentTrace, `${JSON.stringify(flatTrace)}\n${JSON.stringify(second)}`);
  t.deepEqual(attributedBy(parsed), ['claude-code src/a.ts 3-5', 'claude-code src/b.ts 1']);
  t.like(parsed.receipts[0], {
    id: stableId('agent-trace', 'claude-code', 'session-a'),
    timestamp: '2026-02-11T08:00:00.123456Z',
    timestamp_basis: 'note',
  });
});

test('an edit whose lines its recorder could not find stands for the file', (t) => {
  const parsed = parse(agentTrace, { ...flatTrace, confidence: 'low', start_line: 1, end_line: 1 });
  t.deepEqual(attributedBy(parsed), ['claude-code src/a.ts -']);
  t.deepEqual(parsed.claims, []);
});

test('a ledger has the lines of several traces, each a receipt', (t) => {
  const parsed = parse(agentTrace, ledger);
  t.deepEqual(claimsOf(parsed), ['src/a.ts 1-4 ai - claude-opus-4-6', 'src/a.ts 6-10 ai - gpt-5.4']);
  t.deepEqual(attributedBy(parsed), ['- src/a.ts 1-4', '- src/a.ts 6-10']);
  t.is(parsed.receipts[0]!.id, ID);
  t.is(parsed.counts, undefined);
  t.false(JSON.stringify(parsed).includes(PRIVATE));
});

test('a ledger without lines has their number', (t) => {
  const { ledger: _, ...short } = ledger;
  const parsed = parse(agentTrace, short);
  t.is(parsed.receipts.length, 2);
  t.deepEqual(parsed.counts, [{ path: null, ai: 9, human: 0, tool: null, provider: null, model: null }]);
});

test('what BlamePrompt exports is one receipt of the commit however often it does', (t) => {
  const exported = (id: string) => ({
    ...trace,
    id,
    tool: { name: 'blameprompt', version: '1.0.1' },
    files: [
      {
        path: 'a.ts',
        conversations: [{ contributor: 'ai', model_id: 'anthropic/claude-opus-4-6', ranges: [range(1, 2)] }],
      },
    ],
  });
  const [first, second] = [exported(ID), exported(ID.replaceAll('1', '9'))].map((note) => parse(agentTrace, note));
  t.deepEqual(claimsOf(first!), ['a.ts 1-2 ai - claude-opus-4-6']);
  t.is(first!.receipts[0]!.id, second!.receipts[0]!.id);
});

test('test tools are left out', (t) => {
  t.deepEqual(parse(agentTrace, { ...trace, tool: { name: 'mock_ai' } }), {
    receipts: [],
    claims: [],
    skipped: ['test tool mock_ai'],
  });
});

test('a note that is no trace has a reason', (t) => {
  t.deepEqual(agentTrace.parse(Buffer.from('{"files":[{"conversations":'), context), {
    reason: 'its JSON cannot be read',
  });
  t.deepEqual(agentTrace.parse(Buffer.from('7'), context), { reason: 'its JSON cannot be read' });
});

test('a hundred thousand overlapping ranges are read', (t) => {
  const ranges = Array.from({ length: 100_000 }, (_, i) =>
    range(i + 1, i + 50, { type: i % 2 === 0 ? 'ai' : 'human' }),
  );
  const parsed = parse(agentTrace, JSON.stringify(withConversations(conversation('ai', ranges))));
  checkUsable(parsed);
  t.is(parsed.claims.length, 2);
});

test('a damaged note is read or has a reason', (t) => {
  t.notThrows(() => checkDamage(agentTrace));
});
