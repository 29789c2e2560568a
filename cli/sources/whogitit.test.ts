import test from 'ava';
import { stableId } from '../../shared/ids.js';
import { checkDamage, checkUsable } from './damage.test.support.js';
import { attributedBy, claimsOf, context, parse, samples } from './notes.test.support.js';
import { whogitit } from './whogitit.js';

const { whogitit: note } = samples;
const withLines = (lines: unknown) => ({ ...note, files: [{ path: 'a.ts', lines }] });
const line = (line_number: unknown, type: string) => ({ line_number, source: { type } });

test('a note is one session with the lines that are by AI, changed since or not', (t) => {
  const parsed = parse(whogitit, note);
  t.deepEqual(parsed.receipts, [
    {
      id: stableId('whogitit', 'claude-code', 'session-w'),
      timestamp: '2026-02-01T09:00:00.123456Z',
      timestamp_basis: 'recorded',
      source: 'whogitit',
      tool: 'claude-code',
      provider: 'anthropic',
      model: 'claude-opus-4-6',
      session_id: 'session-w',
      prompt_summary: 'add a login form',
      cost_usd: null,
      cost_basis: 'unknown',
      attributions: [{ commit: context.commit, path: 'src/login.ts', lines: '2-4' }],
    },
  ]);
  t.deepEqual(claimsOf(parsed), ['src/login.ts 2-4 ai claude-code claude-opus-4-6', 'src/login.ts 5 human - -']);
  t.deepEqual(parsed.skipped, []);
});

test('original and unknown lines are nobody’s', (t) => {
  const parsed = parse(whogitit, withLines([line(1, 'Original'), line(2, 'Unknown'), line(3, 'Alien')]));
  t.deepEqual(parsed.claims, []);
  t.deepEqual(attributedBy(parsed), ['claude-code - -']);
});

test('a line that is listed twice is whose it was said to be last', (t) => {
  const parsed = parse(whogitit, withLines([line(1, 'AI'), line(2, 'AI'), line(2, 'Human'), line(1, 'Original')]));
  t.deepEqual(claimsOf(parsed), ['a.ts 2 human - -']);
});

test('the prompt is read when summaries are wanted only, without secrets', (t) => {
  const secret = { ...note, prompts: [{ index: 0, text: 'use password=hunter2-hunter2' }] };
  t.is(parse(whogitit, secret).receipts[0]!.prompt_summary, 'use password=[REDACTED]');
  for (const prompts of ['hash', 'none'] as const) {
    const text = JSON.stringify(parse(whogitit, note, { prompts }));
    t.false(text.includes('login form'), prompts);
  }
});

test('a session without an id is known by its commit, one without a time has the commit’s', (t) => {
  const [receipt] = parse(whogitit, { ...note, session: {} }).receipts;
  t.is(receipt!.id, stableId('whogitit', context.repo, context.commit));
  t.like(receipt, { ...context.time, session_id: null, model: null });
});

test('files that cannot be read are skipped, unknown fields and later versions accepted', (t) => {
  const parsed = parse(whogitit, {
    ...note,
    version: 9,
    extra: {},
    files: [null, { path: '' }, { path: 'a.ts', lines: [null, line(2, 'AI'), line('3', 'AI')] }],
  });
  t.deepEqual(claimsOf(parsed), ['a.ts 2 ai claude-code claude-opus-4-6']);
  t.deepEqual(parsed.skipped, ['2 files that cannot be read']);
});

test('a note without a session or files has a reason', (t) => {
  t.deepEqual(whogitit.parse(Buffer.from('{"session":1,"files":[]}'), context), {
    reason: 'no session or no list of files',
  });
  t.deepEqual(whogitit.parse(Buffer.from('{"session":'), context), { reason: 'its JSON cannot be read' });
});

test('a hundred and twenty thousand lines that take turns are read', (t) => {
  const lines = Array.from({ length: 120_000 }, (_, i) => line(i + 1, i % 2 === 0 ? 'AI' : 'Human'));
  const parsed = parse(whogitit, JSON.stringify(withLines(lines)));
  checkUsable(parsed);
  t.deepEqual(
    parsed.claims.map(({ lines }) => lines.length),
    [60_000, 60_000],
  );
  t.deepEqual(parsed.skipped, ['lines of a file that no longer fit its receipt']);
});

test('a damaged note is read or has a reason', (t) => {
  t.notThrows(() => checkDamage(whogitit));
});
