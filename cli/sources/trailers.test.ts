import test from 'ava';
import fc from 'fast-check';
import { parseTrailers } from './trailers.js';

const ADA = { name: 'Ada Example', email: 'ada@example.com' };
const OPUS = { tool: 'claude-code', provider: 'anthropic', model: 'claude-opus-4-8' };
const involved = (...trailers: string[]) =>
  parseTrailers(`Add a form\n\nIt has fields.\n\n${trailers.join('\n')}\n`, ADA);

test('co-authors that are AI are involved, people are not', (t) => {
  t.deepEqual(
    involved('Co-authored-by: Claude Opus 4.8 <noreply@anthropic.com>', 'Co-Authored-By: Bob <bob@example.com>'),
    [OPUS],
  );
});

test('assistants and generators are named by what they are', (t) => {
  t.deepEqual(involved('Assisted-by: Codex:gpt-5.4'), [{ tool: 'codex', provider: 'openai', model: 'gpt-5.4' }]);
  t.deepEqual(involved('generated-by: Claude Opus 4.8 <noreply@anthropic.com>'), [OPUS]);
  t.deepEqual(involved('AI-authored-by: kiro'), [{ tool: 'kiro', provider: null, model: null }]);
  t.deepEqual(involved('Prompt-Story: Used Claude Code (3 user prompts) [0.15.3]'), [{ ...OPUS, model: null }]);
  t.deepEqual(involved('Prompt-Story: Used Claude Code | prompt-story-0a1b2c3'), [{ ...OPUS, model: null }]);
  t.deepEqual(involved('Prompt-Story: none'), []);
  t.deepEqual(involved('Assisted-by: Claude <claude@example.com>', 'Generated-by: protoc', 'Assisted-by: Bob'), []);
});

test('sessions are read out of ids and addresses', (t) => {
  t.deepEqual(involved('Claude-Session: https://claude.ai/code/session_01Abc'), [
    { ...OPUS, model: null, session_id: 'session_01Abc' },
  ]);
  t.deepEqual(involved('Amp-Thread-ID: https://ampcode.com/threads/T-0a'), [
    { tool: 'amp', provider: null, model: null, session_id: 'T-0a' },
  ]);
  t.deepEqual(involved('Agentnote-Session: 0a1b'), [{ tool: null, provider: null, model: null, session_id: '0a1b' }]);
});

test('a checkpoint of Entire is named, with what its first versions wrote beside it', (t) => {
  t.deepEqual(involved('Entire-Checkpoint: a1b2c3d4e5f6'), [
    { tool: null, provider: null, model: null, checkpoint_id: 'a1b2c3d4e5f6' },
  ]);
  t.deepEqual(
    involved('Entire-Session: s', 'Entire-Strategy: manual', 'Entire-Agent: Claude Code', 'Entire-Checkpoint: a1'),
    [{ ...OPUS, model: null, session_id: 's', checkpoint_id: 'a1' }],
  );
});

test('several lines about one tool are one involvement', (t) => {
  const claude = 'Co-authored-by: Claude <noreply@anthropic.com>';
  const opus = 'Co-authored-by: Claude Opus 4.8 <noreply@anthropic.com>';
  t.deepEqual(involved(claude, opus, opus), [OPUS]);
  t.deepEqual(involved(opus, 'Claude-Session: s', 'Claude-Session: s'), [{ ...OPUS, session_id: 's' }]);
  t.deepEqual(involved('Agentnote-Session: s', opus), [{ ...OPUS, session_id: 's' }]);
  t.is(involved(opus, 'Co-authored-by: Claude Sonnet 4.6 <noreply@anthropic.com>').length, 2);
  t.is(involved('Claude-Session: a', 'Claude-Session: b').length, 2);
});

test('a session without a tool stays so where several tools are named', (t) => {
  const found = involved(
    'Agentnote-Session: s',
    'Co-authored-by: Codex <noreply@openai.com>',
    'Co-authored-by: Cursor <cursoragent@cursor.com>',
  );
  t.deepEqual(
    found.map(({ tool }) => tool),
    [null, 'codex', 'cursor'],
  );
});

test('the author may be AI', (t) => {
  t.deepEqual(
    parseTrailers('Title', {
      name: 'google-labs-jules[bot]',
      email: '161369871+google-labs-jules[bot]@users.noreply.github.com',
    }),
    [{ tool: 'jules', provider: 'google', model: null }],
  );
  t.deepEqual(parseTrailers('Title', { name: 'Ada Example (aider)', email: 'ada@example.com' }), [
    { tool: 'aider', provider: null, model: null },
  ]);
  t.deepEqual(parseTrailers('Title', { name: null, email: null }), []);
});

test('a mention in prose is none', (t) => {
  for (const message of [
    'Drop Co-authored-by: Claude <noreply@anthropic.com>',
    'Title\n\nCo-authored-by: Claude <noreply@anthropic.com>\n\nWas in the commit before.',
    'Title\n\nGit says\nCo-authored-by: Claude <noreply@anthropic.com>\nand so on',
    'Title\n\n> Claude-Session: s',
    'Title\n\n    # aGiTrack Metadata\n    commit_type: agent\n    backend: claude\n    backend_session_id: s',
  ]) {
    t.deepEqual(parseTrailers(message, ADA), [], message);
  }
});

const block = (fields: object, heading = '# aGiTrack Metadata') =>
  `${heading}\n${Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('')}`;
const turn = {
  commit_type: 'agent',
  backend: 'claude',
  model: 'claude-opus-4-8',
  session_name: 'unknown',
  agitrack_session_id: 'agitrack-1',
  backend_session_id: 'session-t',
  agent_ended_at: '2026-08-01T09:42:55Z',
  context_tokens: 50_000,
  tokens_since_last_commit_input: 4_000,
  tokens_since_last_commit_cache_read: 90_000,
  tokens_since_last_commit_cache_write: 3_000,
  tokens_since_last_commit_output: 900,
};
const TOKENS = { input_tokens: 1_000, output_tokens: 900, cache_read_tokens: 90_000, cache_creation_tokens: 3_000 };

test('a block of aGiTrack has the session and its tokens since the commit before', (t) => {
  t.deepEqual(
    parseTrailers(`<aGiTrack> Add a form\n\n# Interaction Trace\n\n## User\nadd it\n\n${block(turn)}\n`, ADA),
    [{ ...OPUS, session_id: 'session-t', ended_at: '2026-08-01T09:42:55.000000Z', tokens: TOKENS }],
  );
});

test('a squash has a block for each commit it joined; one that stands twice counts once', (t) => {
  const user = block({ commit_type: 'user', backend: 'agit', agitrack_session_id: 'agitrack-1' });
  const second = block({ ...turn, agent_ended_at: '2026-08-01T11:00:00Z' });
  const message = `Squash\n\n${[user, block(turn), second, block(turn)].map((text) => `* <aGiTrack> Step\n\n${text}`).join('\n')}\nCo-authored-by: Claude <noreply@anthropic.com>\n`;
  t.deepEqual(
    parseTrailers(message, ADA).map(({ session_id, ended_at, tokens }) => [session_id, ended_at, tokens]),
    [
      ['session-t', '2026-08-01T09:42:55.000000Z', TOKENS],
      ['session-t', '2026-08-01T11:00:00.000000Z', TOKENS],
    ],
  );
});

test('blocks of the time when it was called aGiT are read, also where input left the cache out', (t) => {
  const early = {
    ...turn,
    agitrack_session_id: 'agit-1',
    backend_session_id: 'unknown',
    tokens_since_last_commit_input: 70,
  };
  t.like(parseTrailers(`T\n\n${block(early, '# aGiT Metadata')}`, ADA), [
    { session_id: 'agit-1', tokens: { ...TOKENS, input_tokens: 70 } },
  ]);
});

test('sub-agents and reasoning are tokens too; unknown numbers are none', (t) => {
  const more = {
    ...turn,
    tokens_since_last_commit_reasoning: 5,
    tokens_since_last_commit_subagent_input: 200,
    tokens_since_last_commit_subagent_cache_write: 100,
    tokens_since_last_commit_subagent_output: 20,
  };
  t.like(parseTrailers(`T\n\n${block(more)}`, ADA), [
    { tokens: { ...TOKENS, input_tokens: 1_100, output_tokens: 925, cache_creation_tokens: 3_100 } },
  ]);
  const none = {
    commit_type: 'agent-merge',
    backend: 'codex',
    backend_session_id: 's',
    tokens_since_last_commit_input: 'unknown',
  };
  t.deepEqual(parseTrailers(`T\r\n\r\n${block(none).replaceAll('\n', '\r\n')}`, ADA), [
    { tool: 'codex', provider: null, model: null, session_id: 's' },
  ]);
});

test('a block that lacks what the tool always writes is a quotation', (t) => {
  for (const lacking of [
    { commit_type: 'agent' },
    { commit_type: 'agent', backend: 'claude' },
    { backend: 'claude', backend_session_id: 's' },
    { ...turn, backend: 'mock_ai' },
  ]) {
    t.deepEqual(parseTrailers(`T\n\n${block(lacking)}...\n`, ADA), []);
  }
});

test('megabytes of what is almost a block or a trailer are read', (t) => {
  const pieces = [
    '# aGiTrack Metadata\n',
    '# aGiT',
    block(turn),
    'Co-authored-by: Claude Opus 4.8 <noreply@anthropic.com>\n',
    'Claude-Session: /\n',
    '<',
    '(',
    'a: ',
    ' / ',
    `Assisted-by: ${'/'.repeat(99)}\n`,
  ];
  for (const piece of pieces)
    t.notThrows(() => parseTrailers(`T\n\n${piece.repeat(3_000_000 / piece.length)}`, ADA), piece);
  const models = Array.from({ length: 50_000 }, (_, i) => `Co-authored-by: Claude Opus ${i} <noreply@anthropic.com>`);
  t.is(parseTrailers(`T\n\n${models.join('\n')}`, ADA).length, 50_000);
});

test('any message at all is read', (t) => {
  const part = fc.oneof(
    fc.constantFrom(
      '\n',
      '\n\n',
      ' ',
      ':',
      '# aGiTrack Metadata\n',
      'Co-authored-by: ',
      'Claude',
      '<noreply@anthropic.com>',
      'Assisted-by: ',
      'commit_type: agent\n',
      'backend: x\n',
      'backend_session_id: \ud800\0\n',
      'Entire-Checkpoint: ',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      for (const { tool, session_id } of parseTrailers(parts.join(''), ADA)) {
        if (tool === '' || session_id === '') throw new Error('an empty name');
      }
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});
