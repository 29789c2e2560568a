import test from 'ava';
import { stableId } from '../../shared/ids.js';
import { agentblame } from './agentblame.js';
import { checkDamage } from './damage.test.support.js';
import { attributedBy, claimsOf, context, parse, samples } from './notes.test.support.js';

const [written] = samples.agentblame.attributions;
const noteOf = (...attributions: object[]) => ({
  ...samples.agentblame,
  attributions: attributions.map((changes) => ({ ...written, ...changes })),
});

test('both versions say the same in their own spelling', (t) => {
  for (const note of [samples.agentblame, samples.agentblameV1]) {
    const parsed = parse(agentblame, note);
    t.deepEqual(claimsOf(parsed), ['src/a.ts 3-9 ai claude-code -']);
    t.deepEqual(attributedBy(parsed), ['claude-code src/a.ts 3-9']);
    t.is(parsed.receipts[0]!.id, stableId('agentblame', context.repo, context.commit, 'claude-code', ''));
  }
});

test('the note’s time is recorded; `claude` tells the provider and no model', (t) => {
  t.like(parse(agentblame, samples.agentblame).receipts[0], {
    timestamp: '2026-01-20T10:00:00.000000Z',
    timestamp_basis: 'recorded',
    provider: 'anthropic',
    model: null,
    session_id: null,
  });
});

test('each tool and model is a receipt; where they overlap the later one has the lines', (t) => {
  const parsed = parse(
    agentblame,
    noteOf(
      { endLine: 20 },
      { startLine: 5, endLine: 6, provider: 'cursor', model: 'gpt-5' },
      { startLine: 30, endLine: 31 },
    ),
  );
  t.deepEqual(claimsOf(parsed), ['src/a.ts 3-4,7-20,30-31 ai claude-code -', 'src/a.ts 5-6 ai cursor gpt-5']);
  t.deepEqual(attributedBy(parsed), ['claude-code src/a.ts 3-4,7-20,30-31', 'cursor src/a.ts 5-6']);
});

test('test tools and what cannot be read are left out', (t) => {
  const parsed = parse(
    agentblame,
    noteOf(
      { provider: 'mock_ai' },
      { provider: 'mock_ai' },
      { path: 7 },
      { startLine: 0 },
      { endLine: 2 },
      { category: 'moved' },
    ),
  );
  t.deepEqual(parsed.receipts, []);
  t.deepEqual(parsed.claims, []);
  t.deepEqual(parsed.skipped, ['test tool mock_ai', '4 attributions that cannot be read']);
});

test('a note that lists nothing is read', (t) => {
  t.deepEqual(parse(agentblame, noteOf()), { receipts: [], claims: [], skipped: [] });
});

test('the summary of a repository is no note on a commit', (t) => {
  t.deepEqual(agentblame.parse(Buffer.from(JSON.stringify(samples.agentblameSummary)), context), {
    reason: 'a summary of the repository, not of a commit',
  });
  t.deepEqual(agentblame.parse(Buffer.from('{"attributions":{}}'), context), { reason: 'no list of attributions' });
});

test('a damaged note is read or has a reason', (t) => {
  t.notThrows(() => checkDamage(agentblame));
});
