import test from 'ava';
import fc from 'fast-check';
import { stableId } from '../../shared/ids.js';
import { hasBlocks, parseBlocks } from './agitrack.js';
import { checkUsable } from './damage.test.support.js';
import { context } from './notes.test.support.js';

const receipts = (message: string) => parseBlocks(message, context).receipts;
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

test('a block is a receipt of its session with the tokens since the commit before', (t) => {
  const message = `<aGiTrack> Add a form\n\n# Interaction Trace\n\n## User\nadd it\n\n${block(turn)}\n`;
  t.deepEqual(parseBlocks(message, context), {
    receipts: [
      {
        id: stableId('agitrack', 'claude-code', 'session-t', '2026-08-01T09:42:55.000000Z'),
        timestamp: '2026-08-01T09:42:55.000000Z',
        timestamp_basis: 'recorded',
        source: 'agitrack',
        tool: 'claude-code',
        provider: 'anthropic',
        model: 'claude-opus-4-8',
        session_id: 'session-t',
        cost_usd: null,
        cost_basis: 'unknown',
        ...TOKENS,
        attributions: [{ commit: context.commit, path: null, lines: null }],
      },
    ],
    claims: [],
    skipped: [],
  });
});

test('a squash has a block for each commit it joined; one that stands twice counts once', (t) => {
  const user = block({ commit_type: 'user', backend: 'agit', agitrack_session_id: 'agitrack-1' });
  const second = block({ ...turn, agent_ended_at: '2026-08-01T11:00:00Z' });
  const message = `Squash\n\n${[user, block(turn), second, block(turn)].map((text) => `* <aGiTrack> Step\n\n${text}`).join('\n')}\nCo-authored-by: Claude <noreply@anthropic.com>\n`;
  t.like(receipts(message), [
    { session_id: 'session-t', timestamp: '2026-08-01T09:42:55.000000Z', ...TOKENS },
    { session_id: 'session-t', timestamp: '2026-08-01T11:00:00.000000Z', ...TOKENS },
  ]);
  t.is(receipts(message).length, 2);
  t.is(receipts(message)[0]!.id, receipts(block(turn))[0]!.id);
});

test('blocks of the time when it was called aGiT are read, also where input left the cache out', (t) => {
  const early = {
    ...turn,
    agitrack_session_id: 'agit-1',
    backend_session_id: 'unknown',
    tokens_since_last_commit_input: 70,
  };
  t.like(receipts(`T\n\n${block(early, '# aGiT Metadata')}`), [{ session_id: 'agit-1', ...TOKENS, input_tokens: 70 }]);
});

test('sub-agents and reasoning are tokens too; unknown numbers are none', (t) => {
  const more = {
    ...turn,
    tokens_since_last_commit_reasoning: 5,
    tokens_since_last_commit_subagent_input: 200,
    tokens_since_last_commit_subagent_cache_write: 100,
    tokens_since_last_commit_subagent_output: 20,
  };
  t.like(receipts(`T\n\n${block(more)}`), [
    { ...TOKENS, input_tokens: 1_100, output_tokens: 925, cache_creation_tokens: 3_100 },
  ]);
  const none = {
    commit_type: 'agent-merge',
    backend: 'codex',
    backend_session_id: 's',
    tokens_since_last_commit_input: 'unknown',
  };
  const [unknown] = receipts(`T\r\n\r\n${block(none).replaceAll('\n', '\r\n')}`);
  t.like(unknown, { tool: 'codex', session_id: 's', input_tokens: null, output_tokens: null });
  t.like(unknown, context.time);
});

test('a block that lacks what the tool always writes is a quotation', (t) => {
  for (const lacking of [
    { commit_type: 'agent' },
    { commit_type: 'agent', backend: 'claude' },
    { backend: 'claude', backend_session_id: 's' },
    { ...turn, commit_type: 'user' },
  ]) {
    t.false(hasBlocks(`T\n\n${block(lacking)}...\n`));
    t.deepEqual(receipts(`T\n\n${block(lacking)}...\n`), []);
  }
  t.false(hasBlocks(`T\n\n${block(turn).replace(/^/gm, '    ')}`));
  t.true(hasBlocks(`T\n\n${block(turn)}`));
});

test('a test tool is left out with that reason', (t) => {
  t.like(parseBlocks(block({ ...turn, backend: 'mock_ai' }), context), {
    receipts: [],
    skipped: ['test tool mock_ai'],
  });
});

test('megabytes of what is almost a block are read, and of real ones ten thousand', (t) => {
  for (const piece of ['# aGiTrack Metadata\n', '# aGiT', '\n# aGiT', 'commit_type: agent\n', `${block(turn)}x: `])
    t.notThrows(() => receipts(piece.repeat(3_000_000 / piece.length)), piece);
  const many = Array.from({ length: 10_001 }, (_, n) => block({ ...turn, backend_session_id: `s${n}` })).join('\n');
  t.like(parseBlocks(many, context), { skipped: ['receipts beyond 10000'] });
  t.is(receipts(many).length, 10_000);
});

test('any message at all is read into what can be sent', (t) => {
  const part = fc.oneof(
    fc.constantFrom(
      '\n',
      '# aGiTrack Metadata\n',
      'commit_type: agent\n',
      'backend: x\n',
      'backend_session_id: \ud800\0\n',
      'backend_session_id: s\n',
      'agent_ended_at: 2026-02-30T00:00:00Z\n',
      'tokens_since_last_commit_output: 999999999999\n',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const parsed = parseBlocks(parts.join(''), context);
      checkUsable(parsed);
      if (hasBlocks(parts.join('')) !== parsed.receipts.length > 0) throw new Error('a block without a receipt');
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});
