import test from 'ava';
import type { Receipt } from './api/receipts.js';
import { type BlamePromptOptions, fromBlamePrompt } from './blameprompt-receipt.js';

const COMMIT = 'e'.repeat(40);
const ID = '11111111-2222-4333-8444-555555555555';
const options: BlamePromptOptions = {
  prompts: 'summary',
  fallbackTime: () => ({ timestamp: '2026-03-01T00:00:00.000000Z', timestamp_basis: 'received' }),
};

function read(fields: object, more: Partial<BlamePromptOptions> = {}): Receipt {
  const receipt = fromBlamePrompt({ id: ID, ...fields }, COMMIT, { ...options, ...more });
  if ('reason' in receipt) throw new Error(receipt.reason);
  return receipt;
}

test('a receipt with all fields is read with all fields', (t) => {
  const receipt = read({
    provider: 'claude',
    model: 'claude-opus-4-6',
    session_id: 'session-a',
    prompt_summary: 'open /home/ada/app',
    prompt_hash: 'sha256:00',
    message_count: 3,
    cost_usd: 0.5,
    input_tokens: 1,
    output_tokens: 2,
    cache_read_tokens: 3,
    cache_creation_tokens: 4,
    timestamp: '2026-02-25T12:42:36.00247+01:00',
    session_duration_secs: 60,
    accepted_lines: 5,
    overridden_lines: 6,
    user: 'Ada Example <Ada@Example.com>',
    files_changed: [{ path: 'a.ts', line_range: [1, 4], additions: 4, deletions: 0 }],
    total_additions: 4,
    total_deletions: 0,
    conversation: [{ role: 'user', content: 'never read' }],
    a_field_of_a_later_version: true,
  });
  t.deepEqual(receipt, {
    id: ID,
    timestamp: '2026-02-25T11:42:36.002470Z',
    tokens_suspect: null,
    timestamp_basis: 'recorded',
    source: 'blameprompt',
    tool: 'claude-code',
    provider: 'anthropic',
    model: 'claude-opus-4-6',
    session_id: 'session-a',
    user_name: 'Ada Example',
    user_email: 'ada@example.com',
    prompt_summary: 'open /home/[REDACTED_USER]/app',
    prompt_hash: 'sha256:00',
    message_count: 3,
    cost_usd: 0.5,
    cost_basis: 'recorded',
    input_tokens: 1,
    output_tokens: 2,
    cache_read_tokens: 3,
    cache_creation_tokens: 4,
    session_duration_secs: 60,
    total_additions: 4,
    total_deletions: 0,
    accepted_lines: 5,
    overridden_lines: 6,
    attributions: [{ commit: COMMIT, path: 'a.ts', lines: '1-4' }],
  });
});

test('a receipt is known by its id, else by session and prompt number', (t) => {
  t.is(read({ id: ID.toUpperCase() }).id, ID);
  const first = read({ id: undefined, session_id: 's', prompt_number: 1 }).id;
  t.is(read({ id: '', session_id: 's', prompt_number: 1, model: 'gpt-5' }).id, first);
  t.not(read({ id: undefined, session_id: 's', prompt_number: 2 }).id, first);
  t.not(read({ id: 'not a uuid' }).id, read({ id: 'not a uuid either' }).id);
});

test('what has no identity is no receipt', (t) => {
  for (const value of [null, 7, 'text', [], {}, { session_id: '' }, { session_id: 5 }]) {
    t.true('reason' in fromBlamePrompt(value, COMMIT, options), JSON.stringify(value));
  }
});

test('fields of the wrong type count as absent, whatever they are', (t) => {
  const hostile = { toString: 1, valueOf: 1 };
  const receipt = read({
    id: undefined,
    session_id: 's\ud800',
    prompt_number: hostile,
    provider: 'constructor',
    model: hostile,
    user: hostile,
    cost_usd: '1',
    input_tokens: -1,
    line_range: [hostile, hostile],
    file_path: 'a.ts',
    files_changed: hostile,
  });
  t.like(receipt, {
    tool: 'constructor',
    model: null,
    user_name: null,
    cost_usd: null,
    cost_basis: 'unknown',
    input_tokens: null,
  });
  t.deepEqual(receipt.attributions, [{ commit: COMMIT, path: 'a.ts', lines: null }]);
});

test('files that are listed twice are one attribution', (t) => {
  const files_changed = [
    { path: 'a.ts', line_range: [5, 9] },
    { path: 'b.ts', line_range: [0, 0] },
    { path: 'a.ts', line_range: [1, 4] },
  ];
  t.deepEqual(read({ files_changed }).attributions, [
    { commit: COMMIT, path: 'a.ts', lines: '1-9' },
    { commit: COMMIT, path: 'b.ts', lines: null },
  ]);
});

test('a hundred thousand mentions of one file are one attribution', (t) => {
  const files_changed = Array.from({ length: 100_000 }, () => ({ path: 'a.ts', line_range: [1, 2] }));
  t.is(read({ files_changed }).attributions!.length, 1);
});

test('a receipt with more files than can be sent has a reason', (t) => {
  const files_changed = Array.from({ length: 50_001 }, (_, i) => ({ path: `f${i}` }));
  t.deepEqual(fromBlamePrompt({ id: ID, files_changed }, COMMIT, options), {
    reason: 'a receipt names more than 50000 files',
  });
});

test('absolute paths become relative to the work tree, elsewhere they lose the name of the user', (t) => {
  const path = (file_path: string) => read({ file_path }, { root: '/home/ada/app/' }).attributions![0]!.path;
  t.is(path('/home/ada/app/src/a.ts'), 'src/a.ts');
  t.is(path('/home/ada/other/a.ts'), '/home/[REDACTED_USER]/other/a.ts');
  t.is(path('C:\\Users\\ada\\a.ts'), 'C:/Users/[REDACTED_USER]/a.ts');
  t.is(path('//home//ada/a.ts'), '//home//[REDACTED_USER]/a.ts');
  t.is(path('src\\a.ts'), 'src/a.ts');
});

test('prompts are sent as the mode allows', (t) => {
  const fields = { prompt_summary: 'add a form', prompt_hash: 'sha256:00' };
  t.like(read(fields, { prompts: 'summary' }), { prompt_summary: 'add a form', prompt_hash: 'sha256:00' });
  t.like(read(fields, { prompts: 'hash' }), { prompt_summary: null, prompt_hash: 'sha256:00' });
  t.like(read(fields, { prompts: 'none' }), { prompt_summary: null, prompt_hash: null });
});

test('the first time that can be read is the time of the receipt', (t) => {
  t.like(read({ timestamp: 'soon', session_start: '2026-02-25T11:42:36Z' }), {
    timestamp: '2026-02-25T11:42:36.000000Z',
    timestamp_basis: 'recorded',
  });
  t.like(read({}), { timestamp: '2026-03-01T00:00:00.000000Z', timestamp_basis: 'received' });
});
