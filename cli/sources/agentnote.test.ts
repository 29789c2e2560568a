import test from 'ava';
import { stableId } from '../../shared/ids.js';
import { agentnote } from './agentnote.js';
import { checkDamage } from './damage.test.support.js';
import { attributedBy, context, ID, PRIVATE, parse, samples } from './notes.test.support.js';

const { agentnote: note, agentnoteEarly: early } = samples;
const names = { tool: 'codex', provider: 'openai', model: 'gpt-5.4' };

test('a note is its session, the files by AI, and a number of lines', (t) => {
  const parsed = parse(agentnote, note);
  t.deepEqual(parsed.receipts, [
    {
      id: stableId('agentnote', ID),
      timestamp: '2026-05-01T08:00:00.000000Z',
      timestamp_basis: 'note',
      source: 'agentnote',
      ...names,
      session_id: ID,
      cost_usd: null,
      cost_basis: 'unknown',
      attributions: [{ commit: context.commit, path: 'src/a.ts', lines: null }],
    },
  ]);
  t.deepEqual(parsed.counts, [{ path: null, ai: 9, human: 0, ...names }]);
  t.deepEqual(parsed.claims, []);
});

test('the first versions say it in other words', (t) => {
  const parsed = parse(agentnote, early);
  t.deepEqual(attributedBy(parsed), ['- src/a.ts -']);
  t.deepEqual(parsed.counts, [{ path: null, ai: 188, human: 0, tool: null, provider: null, model: null }]);
});

test('notes of one session are one receipt, whether they name the agent or not', (t) => {
  const ids = [note, early, { ...note, agent: 'claude' }].map((each) => parse(agentnote, each).receipts[0]!.id);
  t.is(new Set(ids).size, 1);
});

test('a ratio of files is no number of lines', (t) => {
  for (const attribution of [
    { ai_ratio: 100, method: 'file' },
    { ai_ratio: 100, method: 'file', lines: { ai_added: 9, total_added: 10 } },
    { ai_ratio: 0, method: 'none' },
    { method: 'line' },
    {},
  ]) {
    const parsed = parse(agentnote, { ...note, attribution });
    t.deepEqual(parsed.counts, [], JSON.stringify(attribution));
    t.deepEqual(attributedBy(parsed), ['codex src/a.ts -']);
  }
});

test('there are never more AI lines than were added', (t) => {
  const lines = { ai_added: 50, total_added: 10, deleted: 0 };
  t.like(parse(agentnote, { ...note, attribution: { method: 'line', lines } }).counts, [{ ai: 10 }]);
});

test('a session that wrote nothing in the commit was still at work', (t) => {
  const parsed = parse(agentnote, {
    ...note,
    files: [],
    attribution: { method: 'line', lines: { ai_added: 0, total_added: 5 } },
  });
  t.deepEqual(attributedBy(parsed), ['codex - -']);
  t.deepEqual(parsed.counts, []);
});

test('prompts and responses are never read', (t) => {
  t.false(JSON.stringify(parse(agentnote, note)).includes(PRIVATE));
  t.is(parse(agentnote, note).receipts[0]!.prompt_summary, undefined);
});

test('a note of a test suite is left out', (t) => {
  t.deepEqual(parse(agentnote, { ...note, agent: 'test-agent' }), {
    receipts: [],
    claims: [],
    skipped: ['test tool test-agent'],
  });
});

test('a damaged note is read or has a reason', (t) => {
  t.notThrows(() => checkDamage(agentnote));
});
