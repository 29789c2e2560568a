import test, { type ExecutionContext } from 'ava';
import { described } from '../cli/sources/index.js';
import { blamePromptNote, CLI, gitAiNote, lines, run, TestClone } from './cli.js';
import { receipt } from './fixtures.js';
import { startTestServer, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const enterprise = (clone: TestClone, command: string, env: Record<string, string> = {}) =>
  run(CLI, ['enterprise', command, '-C', clone.path, '--json'], { env: { HOME: clone.home, ...env } });

async function json(t: ExecutionContext, clone: TestClone, command: string, env: Record<string, string> = {}) {
  const outcome = await enterprise(clone, command, env);
  t.is(outcome.code, 0, outcome.stderr + outcome.stdout);
  return outcome.json;
}

const only = (clone: TestClone, ...names: string[]) =>
  clone.write('.blameprompt/config.toml', `[sources]\nonly = ${JSON.stringify(names)}\n`);

const block = (session: string, ended: string, output: number) => `# aGiTrack Metadata
commit_type: agent
backend: claude
model: claude-opus-4-8
backend_session_id: ${session}
agent_ended_at: ${ended}
tokens_since_last_commit_input: 100
tokens_since_last_commit_cache_write: 40
tokens_since_last_commit_output: ${output}
`;
const ONE = block('session-t', '2026-02-14T09:00:00Z', 7);
const TWO = block('session-t', '2026-02-14T09:30:00Z', 11);

test('sources.only names what is read, for every command; the rest moves no tracking start', async (t) => {
  const clone = await TestClone.create(t);
  const first = await clone.commit({ 'a.ts': lines(4) });
  const second = await clone.commit({ 'b.ts': lines(6) });
  await clone.commit({ 'c.ts': lines(2) }, `Step\n\n${ONE}`);
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-4' }));
  const said = { ...receipt(), provider: 'claude', files_changed: [{ path: 'b.ts', line_range: [1, 3] }] };
  await clone.note('blameprompt', second, blamePromptNote(said));
  t.like(await json(t, clone, 'stats'), { commits: 3, commits_with_receipts: 3, lines: { added: 12, ai: 7 } });

  const { key } = await server.createOrg();
  const env = { BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: key };
  await only(clone, 'blameprompt');
  t.like(await json(t, clone, 'stats'), { commits: 2, commits_with_receipts: 1, lines: { added: 8, ai: 3 } });
  t.like(await json(t, clone, 'sources'), { sources: [{ ref: 'refs/notes/blameprompt', notes: 1, readable: 1 }] });
  t.is((await json(t, clone, 'sources')).sources.length, 1);
  t.like(await json(t, clone, 'status', env), { pending: { notes: 1, commits: 2 } });
  t.like(await json(t, clone, 'sync', env), { notes: { read: 1 }, receipts: { inserted: 1 }, commits: { sent: 2 } });

  await only(clone, 'git-ai', 'agitrack');
  t.like(await json(t, clone, 'stats'), { commits: 3, commits_with_receipts: 2, lines: { added: 12, ai: 4 } });
  t.like(await json(t, clone, 'sync', env), { notes: { read: 2 }, receipts: { inserted: 2 }, commits: { sent: 3 } });
});

test('a note of another format in a ref that is read says why it is not', async (t) => {
  const clone = await TestClone.create(t);
  const first = await clone.commit({ 'a.ts': lines(4) });
  await clone.note('ai', first, blamePromptNote(receipt()));
  await only(clone, 'git-ai');
  t.like(await json(t, clone, 'sources'), {
    sources: [
      {
        format: null,
        notes: 1,
        readable: 0,
        skipped: [{ commit: first, reason: 'blameprompt: not one of sources.only' }],
      },
    ],
  });
});

test('a source that nobody knows is refused with exit code 2 and the known ones', async (t) => {
  const clone = await TestClone.create(t);
  await clone.commit({ 'a.ts': lines(4) });
  for (const names of [['git-ai', 'gitai'], [], ['trailers']]) {
    await only(clone, ...names);
    for (const command of ['stats', 'sources', 'status']) t.is((await enterprise(clone, command)).code, 2, command);
  }
  const { message } = (await enterprise(clone, 'sources')).json.error;
  for (const { name } of described) t.true(message.includes(name), message);
});

test('blocks of aGiTrack are receipts with tokens; those of a squash count once, wherever they stand', async (t) => {
  const org = await server.createOrg();
  const env = { BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: org.key };
  const clone = await TestClone.create(t);
  await clone.commit({ 'old.ts': lines(30) }, 'Before tracking');
  const trailer = 'Co-authored-by: Claude Opus 4.8 <noreply@anthropic.com>';
  await clone.commit({ 'a.ts': lines(4) }, `Squash\n\n* Step\n\n${ONE}\n* Step\n\n${TWO}\n${ONE}\n${trailer}`);
  await clone.commit({ 'b.ts': lines(6) }, `Step\n\n${TWO}\n${trailer}`);
  await clone.commit({ 'c.ts': lines(2) }, `Ours\n\n${ONE.replace('agent', 'user')}`);
  t.like(await json(t, clone, 'sync', env), { notes: { read: 2 }, receipts: { inserted: 2 }, commits: { sent: 3 } });
  t.like((await server.request('/api/v1/analytics', org)).body, {
    total_receipts: 2,
    tokens: { input: 120, output: 18, cache_creation: 80 },
    lines: { added: 12, ai: 0, human: 0, unknown: 12 },
    coverage: { commits: 3, commits_with_receipts: 2, commits_with_ai_trailers: 0 },
  });
  t.like(await json(t, clone, 'sync', env), { notes: { read: 0 }, receipts: { sent: 0 } });
  t.like(await json(t, clone, 'sources'), {
    sources: [{ ref: 'refs/heads/main', format: 'agitrack', notes: 2, readable: 2, skipped: [] }],
  });
  await clone.commit({ 'd.ts': lines(1) }, `Step\n\n${block('session-u', '2026-02-14T10:00:00Z', 1)}`);
  t.like(await json(t, clone, 'sync', env), { notes: { read: 1 }, receipts: { inserted: 1 }, commits: { sent: 1 } });
});
