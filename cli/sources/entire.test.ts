import test from 'ava';
import fc from 'fast-check';
import { stableId } from '../../shared/ids.js';
import { checkUsable } from './damage.test.support.js';
import { checkpointOf, checkpointsNamed, parseCheckpoint } from './entire.js';
import { context, PRIVATE } from './notes.test.support.js';
import type { ParsedNote } from './source.js';

const session = {
  checkpoint_id: 'a1b2c3d4e5f6',
  session_id: 'session-e',
  strategy: 'manual-commit',
  created_at: '2026-02-03T16:02:05.5+11:00',
  agent: 'Claude Code',
  files_touched: ['src/a.ts'],
  checkpoint_transcript_start: 40,
  transcript_lines_at_start: 40,
  token_usage: {
    input_tokens: 90,
    cache_creation_tokens: 800,
    cache_read_tokens: 7_000,
    output_tokens: 60,
    api_call_count: 3,
  },
  initial_attribution: {
    agent_lines: 31,
    human_added: 2,
    human_modified: 1,
    human_removed: 0,
    total_committed: 33,
    agent_percentage: 94,
  },
  summary: { intent: PRIVATE },
};
const file = (path: string, metadata: unknown) => ({ path, body: Buffer.from(JSON.stringify(metadata)) });
const sessionFile = (metadata: object, n = 0) => file(`a1/b2c3d4e5f6/${n}/metadata.json`, metadata);
const sum = file('a1/b2c3d4e5f6/metadata.json', {
  checkpoint_id: 'a1b2c3d4e5f6',
  token_usage: session.token_usage,
  sessions: [],
});
const TOKENS = { input_tokens: 90, output_tokens: 60, cache_read_tokens: 7_000, cache_creation_tokens: 800 };

function parse(...files: { path: string; body: Buffer }[]): ParsedNote {
  const checkpoint = parseCheckpoint(files, context);
  if ('reason' in checkpoint) throw new Error(checkpoint.reason);
  return checkpoint;
}

test('a session of a checkpoint is a receipt with the tokens of that checkpoint', (t) => {
  t.deepEqual(parse(sum, sessionFile(session), file('a1/b2c3d4e5f6/0/prompt.txt', PRIVATE)), {
    receipts: [
      {
        id: stableId('entire', 'a1b2c3d4e5f6', 'session-e'),
        timestamp: '2026-02-03T05:02:05.500000Z',
        timestamp_basis: 'recorded',
        source: 'entire',
        tool: 'claude-code',
        provider: null,
        model: null,
        session_id: 'session-e',
        cost_usd: null,
        cost_basis: 'unknown',
        ...TOKENS,
        attributions: [{ commit: context.commit, path: 'src/a.ts', lines: null }],
      },
    ],
    claims: [],
    counts: [{ path: null, ai: 31, human: 2, tool: 'claude-code', provider: null, model: null }],
    skipped: [],
  });
});

test('the sum of a checkpoint counts nothing', (t) => {
  t.deepEqual(parseCheckpoint([sum], context), { reason: 'no metadata of a session' });
});

test('the same session in two checkpoints is two receipts, whose tokens add up', (t) => {
  const other = file('b2/c3d4e5f6a1/0/metadata.json', session);
  t.not(parse(sessionFile(session)).receipts[0]!.id, parse(other).receipts[0]!.id);
});

test('tokens counted from the beginning of the session are left out', (t) => {
  const { checkpoint_transcript_start: _, ...early } = session;
  const checkpoint = parse(sessionFile(early));
  t.is(checkpoint.receipts[0]!.input_tokens, undefined);
  t.deepEqual(checkpoint.skipped, ['tokens that were counted from the beginning of the session']);
  const { transcript_lines_at_start: __, ...first } = early;
  t.like(parse(sessionFile(first)).receipts[0], TOKENS);
});

test('tokens of any checkpoints equal the sum over their sessions, whatever sums stand beside them', (t) => {
  const amount = fc.nat({ max: 1_000_000 });
  const usage = fc.record({ input_tokens: amount, output_tokens: amount, cache_read_tokens: amount });
  const sessions = fc.uniqueArray(fc.tuple(fc.string(), usage), { selector: ([id]) => id, minLength: 1, maxLength: 6 });
  const ids = fc.integer({ min: 0, max: 255 }).map((n) => n.toString(16).padStart(12, '0'));
  fc.assert(
    fc.property(fc.dictionary(ids, sessions, { minKeys: 1 }), amount, (checkpoints, noise) => {
      const expected = { input_tokens: 0, output_tokens: 0, cache_read_tokens: 0 };
      const found = { ...expected };
      for (const [id, list] of Object.entries(checkpoints)) {
        const folder = `${id.slice(0, 2)}/${id.slice(2)}`;
        const files = list.map(([session_id, token_usage], n) =>
          file(`${folder}/${n}/metadata.json`, { ...session, checkpoint_id: id, session_id, token_usage }),
        );
        files.push(file(`${folder}/metadata.json`, { token_usage: { input_tokens: noise, output_tokens: noise } }));
        const names = Object.keys(expected) as (keyof typeof expected)[];
        for (const name of names) {
          for (const [, tokens] of list) expected[name] += tokens[name];
          for (const receipt of parse(...files).receipts) found[name] += receipt[name] ?? 0;
        }
      }
      t.deepEqual(found, expected);
    }),
  );
});

test('a session that stands twice counts as it was last', (t) => {
  const later = {
    ...session,
    created_at: '2026-02-04T00:00:00Z',
    token_usage: { ...session.token_usage, output_tokens: 99 },
  };
  const checkpoint = parse(sessionFile(later), sessionFile(session, 2));
  t.is(checkpoint.receipts.length, 1);
  t.is(checkpoint.receipts[0]!.output_tokens, 99);
  t.is(checkpoint.counts!.length, 1);
});

test('of several sessions the largest number of lines counts, and nobody’s are a person’s', (t) => {
  const other = {
    ...session,
    session_id: 'session-f',
    agent: 'Agent',
    model: 'gemini-2.5-pro',
    initial_attribution: { agent_lines: 40, human_added: 99, total_committed: 99 },
  };
  const checkpoint = parse(sessionFile(session), sessionFile(other, 1));
  t.deepEqual(checkpoint.counts, [
    { path: null, ai: 40, human: 0, tool: null, provider: 'google', model: 'gemini-2.5-pro' },
  ]);
  t.is(checkpoint.receipts.length, 2);
});

test('there are never more lines than were committed', (t) => {
  const initial_attribution = { agent_lines: 50, human_added: 50, total_committed: 60 };
  t.like(parse(sessionFile({ ...session, initial_attribution })).counts, [{ ai: 50, human: 10 }]);
});

test('test tools, damage and sessions of other checkpoints are left out', (t) => {
  const checkpoint = parse(
    sessionFile({ ...session, agent: 'mock_ai' }),
    { path: 'a1/b2c3d4e5f6/1/metadata.json', body: Buffer.from('{') },
    file('/00/0000000000/0/metadata.json', session),
  );
  t.deepEqual(checkpoint.receipts, []);
  t.deepEqual(checkpoint.skipped.sort(), [
    'a session of another checkpoint',
    'a session whose JSON cannot be read',
    'test tool mock_ai',
  ]);
});

test('files and messages name checkpoints, prose and other files do not', (t) => {
  t.is(checkpointOf('a1/b2c3d4e5f6/12/metadata.json'), 'a1b2c3d4e5f6');
  for (const path of ['a1/b2c3d4e5f6/metadata.json', 'a1/b2c3d4e5f6/0/full.jsonl', 'x/a1/b2c3d4e5f6/0/metadata.json'])
    t.is(checkpointOf(path), undefined, path);
  const squash = [
    'Add a form (#7)',
    '* Step',
    'Entire-Checkpoint: a1b2c3d4e5f6',
    '* Step\nEntire-Checkpoint:b2c3d4e5f6a1 \r',
    'Entire-Checkpoint: a1b2c3d4e5f6',
    '> Entire-Checkpoint: c3d4e5f6a1b2\nsee Entire-Checkpoint: c3d4e5f6a1b2\nEntire-Checkpoint: c3d4e5f6a1b2 and so on',
  ];
  t.deepEqual([...checkpointsNamed(squash.join('\n\n'))], ['a1b2c3d4e5f6', 'b2c3d4e5f6a1']);
});

test('summaries are never read', (t) => {
  t.false(JSON.stringify(parse(sessionFile(session))).includes(PRIVATE));
});

test('metadata of any content is read into what can be sent', (t) => {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(-1, 1e300, '\0', '\ud800', 'x'.repeat(5_000), '__proto__', []),
  );
  const fields = fc.dictionary(fc.constantFrom(...Object.keys(session)), odd);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 50 }).map((list) => Buffer.from(list)),
    fields.map((some) => Buffer.from(JSON.stringify({ ...session, ...some }))),
  );
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 4 }), (bodies) => {
      const checkpoint = parseCheckpoint(
        bodies.map((body, n) => ({ path: `a1/b2c3d4e5f6/${n}/metadata.json`, body })),
        context,
      );
      checkUsable(checkpoint);
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});
