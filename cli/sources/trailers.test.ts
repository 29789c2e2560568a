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
  ]) {
    t.deepEqual(parseTrailers(message, ADA), [], message);
  }
});

test('megabytes of what is almost a trailer are read', (t) => {
  const pieces = [
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
      'Co-authored-by: ',
      'Claude',
      '<noreply@anthropic.com>',
      'Assisted-by: ',
      '\ud800\0\n',
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
