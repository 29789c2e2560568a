import test from 'ava';
import { gitAi } from './git-ai.js';
import type { NoteContext, ParsedNote } from './source.js';

const context: NoteContext = {
  commit: 'f'.repeat(40),
  repo: 'github.com/acme/app',
  time: { timestamp: '2026-03-01T09:00:00.000000Z', timestamp_basis: 'commit' },
  prompts: 'summary',
};

const prompts = { '0f1e2d3c4b5a6978': { agent_id: { tool: 'cursor', id: 'session-b', model: 'gpt-5' } } };

function parse(attestation: string, json: object): ParsedNote {
  const parsed = gitAi.parse(Buffer.from(`${attestation}---\n${JSON.stringify(json)}`), context);
  if ('reason' in parsed) throw new Error(parsed.reason);
  return parsed;
}

test('lines that no longer fit a receipt are cut there, not in the claims', (t) => {
  const odd = Array.from({ length: 60_000 }, (_, i) => 2 * i + 1).join(',');
  const parsed = parse(`a.ts\n  0f1e2d3c4b5a6978 ${odd}\n`, { prompts });
  t.is(parsed.claims[0]!.lines.length, 60_000);
  const lines = parsed.receipts[0]!.attributions![0]!.lines!;
  t.true(lines.length <= 200_000);
  t.true(odd.startsWith(`${lines},`));
  t.deepEqual(parsed.skipped, ['lines of a file that no longer fit its receipt']);
});

test('files that no longer fit a receipt are cut there, not in the claims', (t) => {
  const files = Array.from({ length: 50_003 }, (_, i) => `f${i}\n  0f1e2d3c4b5a6978 1\n`).join('');
  const parsed = parse(files, { prompts });
  t.is(parsed.claims.length, 50_003);
  t.is(parsed.receipts[0]!.attributions!.length, 50_000);
  t.deepEqual(parsed.skipped, ['3 files of a session beyond 50000']);
});

test('a hundred thousand overlapping entries on one file are resolved', (t) => {
  const keys = Array.from({ length: 100_000 }, (_, i) => `  k${i % 1000}::t ${i + 1}-99999999\n`);
  const sessions = Object.fromEntries(
    Array.from({ length: 1000 }, (_, i) => [`k${i}`, { agent_id: { tool: 'codex', id: `${i}`, model: null } }]),
  );
  const parsed = parse(`a.ts\n${keys.join('')}`, { sessions });
  t.is(parsed.receipts.length, 1000);
  t.is(parsed.receipts[0]!.attributions![0]!.lines!.split(',').length, 100);
  t.is(parsed.receipts[999]!.attributions![0]!.lines!.split(',').at(-1), '100000-99999999');
});

test('sessions beyond ten thousand are one that is unknown', (t) => {
  const sessions = Object.fromEntries(
    Array.from({ length: 10_002 }, (_, i) => [`s_${i}`, { agent_id: { tool: 'codex', id: `${i}`, model: null } }]),
  );
  const parsed = parse('a.ts\n  s_9999::t 1\n  s_10001::t 2\n', { sessions });
  t.is(parsed.receipts.length, 10_001);
  t.deepEqual(
    parsed.claims.map(({ tool }) => tool),
    ['codex', null],
  );
  t.deepEqual(parsed.skipped, ['receipts beyond 10000']);
});

test('an attestation of more than 4 MiB is not read', (t) => {
  const note = Buffer.from(`${'a.ts\n  human 1\n'.repeat(300_000)}---\n{}`);
  t.deepEqual(gitAi.parse(note, context), { reason: 'an attestation of more than 4 MiB' });
});
