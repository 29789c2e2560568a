import test from 'ava';
import type { Receipt } from '../../shared/api/receipts.js';
import { stableId } from '../../shared/ids.js';
import { formatLines } from '../../shared/line-set.js';
import { gitAi } from './git-ai.js';
import type { NoteContext, ParsedNote } from './source.js';

const context: NoteContext = {
  commit: 'c0ffee'.padEnd(40, '0'),
  repo: 'github.com/acme/app',
  time: { timestamp: '2026-03-01T09:00:00.000000Z', timestamp_basis: 'commit' },
  prompts: 'summary',
};

const claude = {
  agent_id: { tool: 'claude', id: 'session-a', model: 'claude-opus-4-6' },
  human_author: 'ada@example.com',
};
const cursor = {
  agent_id: { tool: 'cursor', id: 'session-b', model: '"gpt-5"' },
  human_author: 'Bob Example <bob@example.com>',
  total_additions: 25,
  accepted_lines: 20,
  overriden_lines: 3,
  messages: [{ type: 'user', text: 'a conversation that stays' }],
};

function noteOf(attestation: string, json: object = {}): Buffer {
  return Buffer.from(`${attestation}---\n${JSON.stringify({ schema_version: 'authorship/3.0.0', ...json }, null, 2)}`);
}

function parse(attestation: string, json?: object): ParsedNote {
  const parsed = gitAi.parse(noteOf(attestation, json), context);
  if ('reason' in parsed) throw new Error(parsed.reason);
  return parsed;
}

const claimsOf = ({ claims }: ParsedNote) =>
  claims.map(({ path, lines, by, tool, model }) => [path, formatLines(lines), by, tool, model]);

const byTool = ({ receipts }: ParsedNote, tool: string | null): Receipt =>
  receipts.find((receipt) => receipt.tool === tool)!;

test('a session is a receipt with its lines in this commit', (t) => {
  const parsed = parse('src/server.ts\n  s_0123456789abcd::t_aaaaaaaaaaaaaa 1-10,15\n', {
    sessions: { s_0123456789abcd: claude },
  });
  t.deepEqual(parsed, {
    receipts: [
      {
        id: stableId('git-ai', 'claude-code', 'session-a'),
        timestamp: '2026-03-01T09:00:00.000000Z',
        timestamp_basis: 'commit',
        source: 'git-ai',
        tool: 'claude-code',
        provider: 'anthropic',
        model: 'claude-opus-4-6',
        session_id: 'session-a',
        user_name: null,
        user_email: 'ada@example.com',
        cost_usd: null,
        cost_basis: 'unknown',
        attributions: [{ commit: context.commit, path: 'src/server.ts', lines: '1-10,15' }],
      },
    ],
    claims: [
      {
        path: 'src/server.ts',
        lines: [
          [1, 10],
          [15, 15],
        ],
        by: 'ai',
        tool: 'claude-code',
        provider: 'anthropic',
        model: 'claude-opus-4-6',
      },
    ],
    skipped: [],
  });
});

test('prompts are known by 16 and, in the oldest notes, by 7 hex digits', (t) => {
  const parsed = parse('a.ts\n  0f1e2d3c4b5a6978 1\n  0f1e2d3 2\n', {
    prompts: { '0f1e2d3c4b5a6978': cursor, '0f1e2d3': claude },
  });
  t.deepEqual(claimsOf(parsed), [
    ['a.ts', '1', 'ai', 'cursor', 'gpt-5'],
    ['a.ts', '2', 'ai', 'claude-code', 'claude-opus-4-6'],
  ]);
  t.is(byTool(parsed, 'cursor').user_name, 'Bob Example');
});

test('counters and conversations of prompts are not in a receipt', (t) => {
  const text = JSON.stringify(parse('a.ts\n  0f1e2d3c4b5a6978 1\n', { prompts: { '0f1e2d3c4b5a6978': cursor } }));
  t.false(text.includes('conversation'));
  t.notRegex(text, /additions|accepted|overrid|messages/);
});

test('a session without lines in this commit is a receipt for the commit', (t) => {
  const parsed = parse('', { sessions: { s_0123456789abcd: claude } });
  t.deepEqual(parsed.receipts[0]!.attributions, [{ commit: context.commit, path: null, lines: null }]);
  t.deepEqual(parsed.claims, []);
});

test('a session whose lines were all attested again by others is a receipt for the commit', (t) => {
  const parsed = parse('a.ts\n  s_0123456789abcd::t_aaaaaaaaaaaaaa 3-4\n  0f1e2d3c4b5a6978 1-9\n', {
    sessions: { s_0123456789abcd: claude },
    prompts: { '0f1e2d3c4b5a6978': cursor },
  });
  t.deepEqual(byTool(parsed, 'claude-code').attributions, [{ commit: context.commit, path: null, lines: null }]);
  t.deepEqual(claimsOf(parsed), [['a.ts', '1-9', 'ai', 'cursor', 'gpt-5']]);
});

test('per line the last entry wins, also where a path is listed twice', (t) => {
  const parsed = parse(
    'a.ts\n  s_0123456789abcd 1-10\n  h_fedcba98765432 4-5\nb.ts\n  s_0123456789abcd 1\na.ts\n  zz 5-6\n',
    {
      sessions: { s_0123456789abcd: claude },
    },
  );
  t.deepEqual(claimsOf(parsed).sort(), [
    ['a.ts', '1-3,7-10', 'ai', 'claude-code', 'claude-opus-4-6'],
    ['a.ts', '4', 'human', null, null],
    ['a.ts', '5-6', 'ai', null, null],
    ['b.ts', '1', 'ai', 'claude-code', 'claude-opus-4-6'],
  ]);
});

test('h_ keys and human are people', (t) => {
  const parsed = parse('a.ts\n  h_fedcba98765432 1-2\n  human 3\n', {
    humans: { h_fedcba98765432: { author: 'Ada <ada@example.com>' } },
  });
  t.deepEqual(claimsOf(parsed), [['a.ts', '1-3', 'human', null, null]]);
  t.deepEqual(parsed.receipts, []);
});

test('keys that lead nowhere share one receipt of the commit, without tool and session', (t) => {
  const parsed = parse(
    'a.ts\n  ai_agent 1\n  0123456789abcdef 2\n  s_ffffffffffffff::t_aaaaaaaaaaaaaa 3\nb.ts\n  3f0e8a52-0000-4000-8000-000000000000 7\n',
  );
  t.is(parsed.receipts.length, 1);
  const receipt = parsed.receipts[0]!;
  t.is(receipt.id, stableId('git-ai', 'github.com/acme/app', context.commit));
  t.deepEqual([receipt.tool, receipt.provider, receipt.model, receipt.session_id], [null, null, null, null]);
  t.deepEqual(receipt.attributions, [
    { commit: context.commit, path: 'a.ts', lines: '1-3' },
    { commit: context.commit, path: 'b.ts', lines: '7' },
  ]);
});

test('keys that are names of every JavaScript object lead nowhere unless the note has them', (t) => {
  const attestation = 'a.ts\n  __proto__ 1\n  constructor 2\n  toString::t_aaaaaaaaaaaaaa 3\n';
  t.deepEqual(claimsOf(parse(attestation)), [['a.ts', '1-3', 'ai', null, null]]);
  const note = `${attestation}---\n{"sessions":{"__proto__":${JSON.stringify(claude)}},"prompts":{"constructor":${JSON.stringify(cursor)}}}`;
  const parsed = gitAi.parse(Buffer.from(note), context) as ParsedNote;
  t.deepEqual(claimsOf(parsed), [
    ['a.ts', '1', 'ai', 'claude-code', 'claude-opus-4-6'],
    ['a.ts', '2', 'ai', 'cursor', 'gpt-5'],
    ['a.ts', '3', 'ai', null, null],
  ]);
});

test('sessions and prompts that name one tool and id are one receipt', (t) => {
  const unknown = { agent_id: { tool: 'claude_code', id: 'session-a', model: 'unknown' }, human_author: null };
  const parsed = parse('a.ts\n  s_0123456789abcd::t_aaaaaaaaaaaaaa 1\n  0f1e2d3c4b5a6978 2\n', {
    sessions: { s_0123456789abcd: unknown },
    prompts: { '0f1e2d3c4b5a6978': claude },
  });
  t.is(parsed.receipts.length, 1);
  const { model, provider, user_email, attributions } = parsed.receipts[0]!;
  t.deepEqual([model, provider, user_email], ['claude-opus-4-6', 'anthropic', 'ada@example.com']);
  t.is(attributions![0]!.lines, '1-2');
});

test('test tools are left out and counted, and still override what stood before', (t) => {
  const mock = { agent_id: { tool: 'mock_ai', id: 'x', model: 'test' }, human_author: null };
  const parsed = parse('a.ts\n  s_0123456789abcd::t_aaaaaaaaaaaaaa 1-5\n  0f1e2d3c4b5a6978 2-3\n', {
    sessions: { s_0123456789abcd: claude },
    prompts: { '0f1e2d3c4b5a6978': mock, '1111111111111111': mock },
  });
  t.deepEqual(claimsOf(parsed), [['a.ts', '1,4-5', 'ai', 'claude-code', 'claude-opus-4-6']]);
  t.is(parsed.receipts.length, 1);
  t.deepEqual(parsed.skipped, ['test tool mock_ai']);
});

test('of two attestation sections only the first counts', (t) => {
  const note = `a.ts\n  0f1e2d3c4b5a6978 1-3\n---\na.ts\n  other 1-30\n---\n${JSON.stringify({
    schema_version: 'authorship/4.0.0',
    prompts: { '0f1e2d3c4b5a6978': cursor },
  })}`;
  const parsed = gitAi.parse(Buffer.from(note), context) as ParsedNote;
  t.deepEqual(claimsOf(parsed), [['a.ts', '1-3', 'ai', 'cursor', 'gpt-5']]);
  t.is(parsed.receipts.length, 1);
});

test('odd agents, models and authors are read as far as they go', (t) => {
  const parsed = parse('', {
    sessions: {
      s_1: { agent_id: { tool: null, id: 'one', model: '<synthetic>' }, human_author: 'Ada Example' },
      s_2: { agent_id: { tool: 'codex', model: 'openai/gpt-5.4' } },
      s_3: {},
      s_4: null,
      s_5: { agent_id: { tool: 7, id: {}, model: [] }, human_author: {} },
      s_6: { agent_id: { tool: 'x'.repeat(900), id: `${'y'.repeat(900)}\ud800\0`, model: 'z\0'.repeat(900) } },
    },
  });
  t.deepEqual(
    parsed.receipts.slice(0, 4).map(({ id, tool, model, user_name }) => [id, tool, model, user_name]),
    [
      [stableId('git-ai', '', 'one'), null, null, 'Ada Example'],
      [stableId('git-ai', 'codex', 's_2'), 'codex', 'gpt-5.4', null],
      [stableId('git-ai', '', 's_3'), null, null, null],
      [stableId('git-ai', '', 's_5'), null, null, null],
    ],
  );
  t.is(parsed.receipts.length, 5);
  t.is(parsed.receipts[4]!.tool!.length, 200);
});
