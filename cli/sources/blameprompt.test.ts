import test from 'ava';
import fc from 'fast-check';
import { Receipt } from '../../shared/api/receipts.js';
import { formatLines } from '../../shared/line-set.js';
import { compileBody } from '../../shared/validate.js';
import { blameprompt } from './blameprompt.js';
import type { NoteContext, ParsedNote } from './source.js';

const context: NoteContext = {
  commit: 'd'.repeat(40),
  repo: 'github.com/acme/app',
  time: { timestamp: '2026-03-01T09:00:00.000000Z', timestamp_basis: 'note' },
  prompts: 'summary',
  root: '/home/ada/app/',
};

const ID = '11111111-2222-4333-8444-555555555555';
const receipt = (fields: object) => ({
  id: ID,
  provider: 'claude',
  model: 'claude-sonnet-4-6',
  session_id: 'session-a',
  prompt_summary: 'add a login form',
  prompt_hash: 'sha256:00',
  message_count: 3,
  cost_usd: 0.25,
  timestamp: '2026-02-25T11:42:36.002470Z',
  user: 'Ada Example <ada@example.com>',
  ...fields,
});

const noteOf = (json: object) => Buffer.from(JSON.stringify({ blameprompt_version: '1.0.1', ...json }, null, 2));

function parse(json: object): ParsedNote {
  const parsed = blameprompt.parse(noteOf(json), context);
  if ('reason' in parsed) throw new Error(parsed.reason);
  return parsed;
}

const claimsOf = ({ claims }: ParsedNote) =>
  claims.map(({ path, lines, by, tool, model }) => [path, formatLines(lines), by, tool, model]);

test('a receipt of the first version has one file', (t) => {
  const parsed = parse({ receipts: [receipt({ file_path: 'src/a.ts', line_range: [3, 9] })] });
  t.like(parsed.receipts[0], {
    id: ID,
    timestamp: '2026-02-25T11:42:36.002470Z',
    timestamp_basis: 'recorded',
    tool: 'claude-code',
    provider: 'anthropic',
    user_name: 'Ada Example',
    cost_usd: 0.25,
    cost_basis: 'recorded',
    attributions: [{ commit: context.commit, path: 'src/a.ts', lines: '3-9' }],
  });
  t.deepEqual(claimsOf(parsed), [['src/a.ts', '3-9', 'ai', 'claude-code', 'claude-sonnet-4-6']]);
});

test('a receipt without lines claims none, one without files is still a receipt', (t) => {
  const parsed = parse({
    receipts: [
      receipt({ file_path: 'a.ts', line_range: [0, 0] }),
      receipt({ id: ID.replace('1', '2'), file_path: '', line_range: [0, 0] }),
    ],
  });
  t.deepEqual(
    parsed.receipts.map(({ attributions }) => attributions),
    [[{ commit: context.commit, path: 'a.ts', lines: null }], [{ commit: context.commit, path: null, lines: null }]],
  );
  t.deepEqual(parsed.claims, []);
});

test('where receipts overlap the last one has the lines', (t) => {
  const parsed = parse({
    receipts: [
      receipt({ files_changed: [{ path: 'a.ts', line_range: [1, 10] }] }),
      receipt({
        id: ID.replace('1', '2'),
        model: 'gpt-5',
        provider: 'codex',
        files_changed: [{ path: 'a.ts', line_range: [4, 5] }],
      }),
    ],
  });
  t.deepEqual(claimsOf(parsed), [
    ['a.ts', '1-3,6-10', 'ai', 'claude-code', 'claude-sonnet-4-6'],
    ['a.ts', '4-5', 'ai', 'codex', 'gpt-5'],
  ]);
});

test('hunks say who wrote the lines of their file; edited ones are AI lines', (t) => {
  const parsed = parse({
    receipts: [
      receipt({
        files_changed: [
          { path: '/home/ada/app/a.ts', line_range: [1, 50] },
          { path: 'b.ts', line_range: [1, 2] },
        ],
      }),
    ],
    file_mappings: [
      {
        path: 'a.ts',
        hunks: [
          { start_line: 1, end_line: 9, origin: 'pure_human' },
          { start_line: 4, end_line: 5, origin: 'ai_generated' },
          { start_line: 6, end_line: 6, origin: 'human_edited' },
          { start_line: 20, end_line: 21, origin: 'ai_generated', model: 'claude-opus-4-6' },
        ],
      },
    ],
  });
  t.deepEqual(claimsOf(parsed).sort(), [
    ['a.ts', '1-3,7-9', 'human', null, null],
    ['a.ts', '20-21', 'ai', 'claude-code', 'claude-opus-4-6'],
    ['a.ts', '4-6', 'ai', 'claude-code', 'claude-sonnet-4-6'],
    ['b.ts', '1-2', 'ai', 'claude-code', 'claude-sonnet-4-6'],
  ]);
  t.deepEqual(parsed.skipped, []);
});

test('what cannot be read is skipped with a reason, the rest lands', (t) => {
  const parsed = parse({
    receipts: [7, {}, receipt({})],
    file_mappings: [
      null,
      { path: 'a.ts' },
      {
        path: 'b.ts',
        hunks: [
          null,
          { start_line: 0, end_line: 2, origin: 'ai_generated' },
          { start_line: 1, end_line: 2, origin: 'alien' },
        ],
      },
    ],
  });
  t.is(parsed.receipts.length, 1);
  t.deepEqual(parsed.skipped, [
    'a receipt is not an object',
    'a receipt has neither an id nor a session_id',
    'a file mapping that cannot be read',
    'a file mapping that cannot be read',
    'a hunk that cannot be read',
    'a hunk that cannot be read',
    'a hunk that cannot be read',
  ]);
});

test('of two receipts with one id the later one counts', (t) => {
  const parsed = parse({ receipts: [receipt({ cost_usd: 1 }), receipt({ cost_usd: 2 })] });
  t.deepEqual(
    parsed.receipts.map(({ cost_usd }) => cost_usd),
    [2],
  );
  t.deepEqual(parsed.skipped, ['a receipt that a later one of the same id replaces']);
});

test('conversations, responses and decisions are never in what is read', (t) => {
  const parsed = parse({
    receipts: [
      receipt({
        conversation: [{ role: 'user', content: 'planted text' }],
        response_summary: 'planted text',
        user_decisions: ['planted text'],
        subagent_activities: [{ description: 'planted text' }],
      }),
    ],
  });
  t.false(JSON.stringify(parsed).includes('planted'));
});

test('a receipt without a time of its own has the time of the note', (t) => {
  const parsed = parse({ receipts: [receipt({ timestamp: 'soon' })] });
  t.like(parsed.receipts[0], context.time);
});

test('a note is known by its receipts and its version, or by what all receipts have', (t) => {
  const matches = (json: object) => blameprompt.matches(Buffer.from(JSON.stringify(json)));
  t.true(matches({ blameprompt_version: '0.1.0', receipts: [] }));
  t.true(matches({ receipts: [receipt({})] }));
  t.true(blameprompt.matches(Buffer.from('\n {\n"receipts": [], "blameprompt_version": "2"}')));
  t.false(matches({ receipts: [] }));
  t.false(matches({ receipts: [{ session_id: 'x' }] }));
  t.false(matches([{ blameprompt_version: '0.1.0', receipts: [] }]));
  t.false(matches({ text: '{"blameprompt_version":"1.0.1","receipts":[]}' }));
  t.false(blameprompt.matches(Buffer.from('"receipts" "blameprompt_version"')));
});

test('an object whose receipts are no list has a reason', (t) => {
  t.deepEqual(blameprompt.parse(noteOf({ receipts: {} }), context), { reason: 'no list of receipts' });
});

test('receipts and mappings of any content are read into what can be sent', (t) => {
  const check = compileBody(Receipt);
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary' }),
    fc.nat(),
    fc.constant('a\0\ud800'),
  );
  const file = fc.record({
    path: fc.oneof(fc.constant('a.ts'), value),
    line_range: fc.oneof(fc.array(fc.nat(20), { minLength: 2, maxLength: 2 }), value),
  });
  const keys = [
    'id',
    'provider',
    'model',
    'session_id',
    'prompt_summary',
    'prompt_hash',
    'cost_usd',
    'timestamp',
    'user',
    'prompt_number',
    'file_path',
    'line_range',
    'input_tokens',
  ];
  const item = fc.record(
    { ...Object.fromEntries(keys.map((key) => [key, value])), files_changed: fc.oneof(fc.array(file), value) },
    { requiredKeys: [] },
  );
  const hunk = fc.record({
    start_line: fc.nat(9),
    end_line: fc.nat(9),
    origin: fc.constantFrom('ai_generated', 'pure_human', 'x'),
    model: value,
  });
  const mapping = fc.record({ path: fc.oneof(fc.constant('a.ts'), value), hunks: fc.array(hunk) });
  fc.assert(
    fc.property(fc.array(fc.oneof(item, value)), fc.array(fc.oneof(mapping, value)), (receipts, file_mappings) => {
      for (const read of parse({ receipts, file_mappings }).receipts) {
        const { faults } = check(read);
        if (faults) throw new Error(JSON.stringify(faults));
      }
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});

test('receipts beyond ten thousand are left out, which is said', (t) => {
  const parsed = parse({ receipts: Array.from({ length: 10_002 }, (_, i) => ({ id: `${i}` })) });
  t.is(parsed.receipts.length, 10_000);
  t.deepEqual(parsed.skipped, ['receipts beyond 10000']);
});
