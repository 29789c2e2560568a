import test from 'ava';
import { stableId } from '../../shared/ids.js';
import { checkDamage } from './damage.test.support.js';
import { context, fixtures, PRIVATE, parse, samples } from './notes.test.support.js';
import { gitMemento, promptStory, shiftlog } from './session-notes.js';

const INVOLVED = [{ commit: context.commit, path: null, lines: null }];
const [memento, envelope] = fixtures.get('git-memento')!;

test('git-prompt-story: each session is a receipt as old as the session', (t) => {
  const other = { tool: 'cursor', id: 'session-q', created: 'soon' };
  const parsed = parse(promptStory, {
    ...samples.promptStory,
    sessions: [...samples.promptStory.sessions, other, null],
  });
  t.deepEqual(
    parsed.receipts.map(({ id, tool, timestamp, timestamp_basis, session_id }) => [
      id,
      tool,
      timestamp,
      timestamp_basis,
      session_id,
    ]),
    [
      [
        stableId('git-prompt-story', 'claude-code', 'session-p'),
        'claude-code',
        '2026-01-08T08:01:07.862000Z',
        'recorded',
        'session-p',
      ],
      [stableId('git-prompt-story', 'cursor', 'session-q'), 'cursor', context.time.timestamp, 'commit', 'session-q'],
    ],
  );
  t.deepEqual(parsed.receipts[0]!.attributions, INVOLVED);
  t.deepEqual(parsed.claims, []);
});

test('git-prompt-story: a note without a list of sessions has a reason', (t) => {
  t.deepEqual(promptStory.parse(Buffer.from('{"start_work":"","sessions":{}}'), context), {
    reason: 'no list of sessions',
  });
});

test('shiftlog: a note is one session, by Claude Code unless it says otherwise', (t) => {
  const [claude] = parse(shiftlog, samples.shiftlog).receipts;
  t.like(claude, {
    id: stableId('shiftlog', 'claude-code', 'session-s'),
    tool: 'claude-code',
    timestamp: '2026-02-07T10:00:00.000000Z',
    timestamp_basis: 'note',
  });
  t.deepEqual(claude!.attributions, INVOLVED);
  const [gemini] = parse(shiftlog, { ...samples.shiftlog, agent: 'gemini', model: 'gemini-2.5-pro' }).receipts;
  t.like(gemini, { tool: 'gemini', provider: 'google', model: 'gemini-2.5-pro' });
});

test('git-memento: one session, or several in an envelope', (t) => {
  const sessions = (note: Buffer) => parse(gitMemento, note).receipts.map(({ tool, session_id }) => [tool, session_id]);
  t.deepEqual(sessions(memento!), [['codex', 'session-m']]);
  t.deepEqual(sessions(envelope!), [
    ['codex', 'session-Codex'],
    ['claude-code', 'session-Claude'],
  ]);
});

test('git-memento: summaries and audits begin with other lines', (t) => {
  const ids = (note: string) => parse(gitMemento, note).receipts.map(({ session_id }) => session_id);
  t.deepEqual(
    ids('# Git Memento Session Summary\r\n\r\n- Session Kind: Summary\r\n- Provider: Codex\r\n- Session ID: one\r\n'),
    ['one'],
  );
  const audit =
    '<!-- git-memento-full-audit:v1 -->\n- Session Kind: Full Session\n- Summary SHA256: 00\n\n# Git Memento Session\n\n- Provider: Codex\n- Session ID: two\n';
  t.deepEqual(
    ids(
      `<!-- git-memento-sessions:v1 -->\n\n<!-- git-memento-session:start -->\n${audit}<!-- git-memento-session:end -->`,
    ),
    ['two'],
  );
});

test('git-memento: what a title or a conversation says is no session', (t) => {
  const title = '# Git Memento Session\n\n- Provider: Codex\n- Session Title: x\n- Session ID: fake\n';
  t.deepEqual(gitMemento.parse(Buffer.from(title), context), { reason: 'no session' });
  const quoted = Buffer.from(`${envelope}\n\\<!-- git-memento-session:start -->\n- Session ID: quoted\n`);
  t.is(parse(gitMemento, quoted).receipts.length, 2);
});

test('conversations are never read', (t) => {
  for (const [source, note] of [
    [gitMemento, memento],
    [gitMemento, envelope],
    [shiftlog, samples.shiftlog],
  ] as const) {
    t.false(JSON.stringify(parse(source, note)).includes(PRIVATE));
  }
});

test('sessions of test suites are left out, sessions without an id are known by their commit', (t) => {
  const parsed = parse(promptStory, { start_work: '', sessions: [{ tool: 'mock_ai', id: 'x' }, { tool: 'cursor' }] });
  t.deepEqual(parsed.skipped, ['test tool mock_ai']);
  t.deepEqual(
    parsed.receipts.map(({ id }) => id),
    [stableId('git-prompt-story', context.repo, context.commit)],
  );
});

test('sessions beyond ten thousand are left out, which is said', (t) => {
  const section = '<!-- git-memento-session:start -->\n# Git Memento Session\n- Session ID: x\n';
  const parsed = parse(gitMemento, `<!-- git-memento-sessions:v1 -->\n${section.repeat(10_001)}`);
  t.is(parsed.receipts.length, 1);
  t.deepEqual(parsed.skipped, ['receipts beyond 10000']);
});

test('other Markdown is not taken for git-memento’s', (t) => {
  for (const text of [
    '# Git Memento Sessions\n',
    '# Git Memento',
    '<!-- git-memento-sessions:v1 -->x',
    'see # Git Memento Session\n',
  ]) {
    t.false(gitMemento.matches(Buffer.from(text)), text);
  }
});

test('a damaged note is read or has a reason', (t) => {
  for (const source of [promptStory, shiftlog, gitMemento]) t.notThrows(() => checkDamage(source), source.name);
});
