import test, { type ExecutionContext } from 'ava';
import { CLI, gitAiNote, lines, run, TestClone } from './cli.js';
import { startTestServer, type TestOrg, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const BRANCH = 'entire/checkpoints/v1';
const naming = (id: string, title = 'Add a form') => `${title}\n\nEntire-Checkpoint: ${id}`;

async function enterprise(t: ExecutionContext, clone: TestClone, org: TestOrg, command: string, ...args: string[]) {
  const outcome = await run(CLI, ['enterprise', command, '-C', clone.path, '--json', ...args], {
    env: { HOME: clone.home, BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: org.key },
  });
  t.is(outcome.code, 0, outcome.stderr + outcome.stdout);
  return outcome.json;
}

const analytics = async ({ key }: TestOrg) => (await server.request('/api/v1/analytics', { key })).body;

interface Session {
  session: string;
  input: number;
  output: number;
  ai?: number;
  human?: number;
}

/** The metadata of a checkpoint as Entire lays them out: one of each session, and a sum that repeats their tokens. */
function checkpoint(id: string, ...sessions: Session[]): Record<string, string> {
  const usage = (input: number, output: number) => ({
    input_tokens: input,
    output_tokens: output,
    cache_read_tokens: 10 * input,
    cache_creation_tokens: 2 * input,
  });
  const folder = `${id.slice(0, 2)}/${id.slice(2)}`;
  const total = (of: 'input' | 'output') => sessions.reduce((sum, one) => sum + one[of], 0);
  const files = sessions.map(({ session, input, output, ai, human = 0 }, n) => [
    `${folder}/${n}/metadata.json`,
    JSON.stringify({
      checkpoint_id: id,
      session_id: session,
      created_at: `2026-02-14T09:0${n}:00Z`,
      agent: 'Claude Code',
      model: 'claude-opus-4-6',
      files_touched: ['a.ts'],
      token_usage: usage(input, output),
      ...(ai !== undefined && {
        initial_attribution: { agent_lines: ai, human_added: human, total_committed: ai + human },
      }),
    }),
  ]);
  return {
    ...Object.fromEntries(files),
    [`${folder}/metadata.json`]: JSON.stringify({
      checkpoint_id: id,
      token_usage: usage(total('input'), total('output')),
    }),
    [`${folder}/0/full.jsonl`]: '{"text":"private-conversation"}\n',
  };
}

/** Commits files to the branch of checkpoints and comes back. */
async function addCheckpoints(clone: TestClone, files: Record<string, string>): Promise<void> {
  const exists = (await clone.git('for-each-ref', `refs/heads/${BRANCH}`)) !== '';
  await clone.git('checkout', '--quiet', ...(exists ? [] : ['--orphan']), BRANCH);
  if (!exists) await clone.git('rm', '-r', '-f', '--quiet', '--ignore-unmatch', '.');
  await clone.commit(files, 'Checkpoint');
  await clone.git('checkout', '--quiet', 'main');
}

const ONE = checkpoint('0a0000000001', { session: 'x', input: 5, output: 70, ai: 6, human: 2 });
const TWO = checkpoint(
  '0b0000000002',
  { session: 'x', input: 7, output: 11, ai: 3 },
  { session: 'y', input: 13, output: 17, ai: 4 },
);
const ALONE = checkpoint('0c0000000003', { session: 'z', input: 100, output: 200, ai: 2 });
const SUMS = { input: 5 + 7 + 13 + 100, output: 70 + 11 + 17 + 200 };
const TOKENS = { ...SUMS, cache_read: 10 * SUMS.input, cache_creation: 2 * SUMS.input };

async function cloneWithCheckpoints(t: ExecutionContext): Promise<TestClone> {
  const clone = await TestClone.create(t);
  await clone.commit({ 'old.ts': lines(50) }, 'Before tracking');
  await clone.commit({ 'a.ts': lines(10) }, naming('0a0000000001'));
  await clone.commit({ 'b.ts': lines(3) }, naming('0b0000000002'));
  await clone.commit({ 'c.ts': lines(4) }, naming('0d0000000004', 'Of a checkpoint that is not here'));
  await addCheckpoints(clone, { ...ONE, ...TWO, ...ALONE });
  return clone;
}

test('Entire tokens equal the sum over sessions', async (t) => {
  const org = await server.createOrg();
  const clone = await cloneWithCheckpoints(t);
  t.like(await enterprise(t, clone, org, 'sync'), {
    notes: { read: 3, skipped: [], left_out: [] },
    receipts: { sent: 4, inserted: 4 },
    commits: { sent: 3 },
  });
  const counted = await analytics(org);
  t.deepEqual(counted.tokens, TOKENS);
  t.is(counted.total_receipts, 4);
});

test('a checkpoint counts for the commit that names it: receipts, a number of lines, no mere trailer', async (t) => {
  const org = await server.createOrg();
  const clone = await cloneWithCheckpoints(t);
  await enterprise(t, clone, org, 'sync');
  t.like(await analytics(org), {
    // 6 of 10; of two sessions that say 3 and 4 the larger, but no more than the commit's 3; none of the third commit.
    lines: { added: 17, ai: 9, human: 2, unknown: 6 },
    coverage: { commits: 3, commits_with_receipts: 2, commits_with_ai_trailers: 1 },
  });
  t.like(await enterprise(t, clone, org, 'stats'), {
    commits: 3,
    commits_with_receipts: 2,
    commits_with_ai_trailers: 1,
    lines: { added: 17, ai: 9, human: 2, unknown: 6 },
    by_model: [{ model: 'claude-opus-4-6', lines: 9 }],
  });
  const { receipts } = (await server.request('/api/v1/receipts', org)).body;
  const commits = await clone.git('log', '--format=%H', '--grep=Entire-Checkpoint: 0[ab]');
  t.deepEqual(
    new Set(receipts.map(({ commit_hash }: { commit_hash: string | null }) => commit_hash)),
    new Set([...commits.split('\n'), null]),
  );
  t.false(JSON.stringify(receipts).includes('private-'));
});

test('a checkpoint in the user’s branch, a remote’s and a fetched one counts once; the later of two states wins', async (t) => {
  const org = await server.createOrg();
  const clone = await cloneWithCheckpoints(t);
  await clone.git('update-ref', `refs/remotes/origin/${BRANCH}`, BRANCH);
  await clone.git('update-ref', `refs/blameprompt/${BRANCH}/branch`, BRANCH);
  const grown = { ...JSON.parse(ALONE['0c/0000000003/0/metadata.json']!), created_at: '2026-02-14T10:00:00Z' };
  grown.token_usage.output_tokens += 1;
  await addCheckpoints(clone, { '0c/0000000003/0/metadata.json': JSON.stringify(grown) });
  t.like(await enterprise(t, clone, org, 'sync'), { notes: { read: 3 }, receipts: { sent: 4, inserted: 4 } });
  t.deepEqual((await analytics(org)).tokens, { ...TOKENS, output: TOKENS.output + 1 });
});

test('a sync reads the checkpoints that changed, and one again that a new commit names', async (t) => {
  const org = await server.createOrg();
  const clone = await cloneWithCheckpoints(t);
  await enterprise(t, clone, org, 'sync');
  t.like(await enterprise(t, clone, org, 'sync'), { notes: { read: 0 }, receipts: { sent: 0 } });

  await addCheckpoints(clone, checkpoint('0d0000000004', { session: 'w', input: 1, output: 1, ai: 4 }));
  t.like(await enterprise(t, clone, org, 'status'), { pending: { notes: 1, commits: 1 } });
  t.like(await enterprise(t, clone, org, 'sync'), {
    notes: { read: 1 },
    receipts: { inserted: 1 },
    commits: { sent: 1 },
  });
  t.like(await analytics(org), {
    lines: { ai: 13 },
    coverage: { commits_with_receipts: 3, commits_with_ai_trailers: 0 },
  });

  await clone.commit({ 'd.ts': lines(5) }, naming('0c0000000003'));
  t.like(await enterprise(t, clone, org, 'sync'), {
    notes: { read: 1 },
    receipts: { sent: 1, inserted: 0, duplicates: 1, amended: 0 },
    commits: { sent: 1 },
  });
  t.like(await analytics(org), {
    total_receipts: 5,
    lines: { added: 22, ai: 15 },
    coverage: { commits_with_receipts: 4 },
  });
  t.deepEqual((await analytics(org)).tokens.output, TOKENS.output + 1);
});

test('a squash names several checkpoints, whose lines add up; of several commits that name one the first has its lines', async (t) => {
  const org = await server.createOrg();
  const clone = await TestClone.create(t);
  const squash = '* One\n\nEntire-Checkpoint: 0a0000000001\n\n* Two\n\nEntire-Checkpoint: 0b0000000002\n\n* Tidy up';
  await clone.commit({ 'a.ts': lines(20) }, `Add forms (#7)\n\n${squash}`);
  await clone.commit({ 'b.ts': lines(20) }, naming('0a0000000001', 'Again'));
  await addCheckpoints(clone, { ...ONE, ...TWO });
  await enterprise(t, clone, org, 'sync');
  t.like(await analytics(org), {
    total_receipts: 3,
    lines: { added: 40, ai: 10 },
    coverage: { commits_with_receipts: 2 },
  });
  t.like(await enterprise(t, clone, org, 'stats', 'HEAD'), { lines: { added: 20, ai: 0 }, commits_with_receipts: 1 });
});

test('sources and status list the checkpoints, with what cannot be read', async (t) => {
  const org = await server.createOrg();
  const clone = await cloneWithCheckpoints(t);
  const early = JSON.stringify({ session_id: 's', token_usage: { input_tokens: 9 }, transcript_lines_at_start: 3 });
  await addCheckpoints(clone, { '0e/0000000005/0/metadata.json': early, '0f/0000000006/0/metadata.json': '{' });
  await clone.note('ai', 'HEAD', gitAiNote({ 'c.ts': '1-4' }));
  const { sources } = await enterprise(t, clone, org, 'sources');
  t.deepEqual(
    sources.map(({ ref, format, notes, readable }: Record<string, unknown>) => [ref, format, notes, readable]),
    [
      ['refs/notes/ai', 'git-ai', 1, 1],
      [`refs/heads/${BRANCH}`, 'entire', 5, 5],
    ],
  );
  t.deepEqual(sources[1].skipped, [
    { commit: '0e0000000005', reason: 'tokens that were counted from the beginning of the session' },
    { commit: '0f0000000006', reason: 'a session whose JSON cannot be read' },
  ]);
  const { notes } = await enterprise(t, clone, org, 'status');
  t.deepEqual(notes, [
    { ref: 'refs/notes/ai', notes: 1 },
    { ref: `refs/heads/${BRANCH}`, notes: 5 },
  ]);
});

test('--fetch brings the remote’s checkpoints into refs of our own and leaves the user’s alone', async (t) => {
  const org = await server.createOrg();
  const origin = await cloneWithCheckpoints(t);
  const clone = await TestClone.create(t, '');
  await clone.git('remote', 'add', 'origin', origin.path);
  await clone.git('fetch', '--quiet', 'origin', 'main');
  await clone.git('reset', '--quiet', '--hard', 'FETCH_HEAD');
  await addCheckpoints(clone, checkpoint('0e0000000005', { session: 'mine', input: 1, output: 1 }));
  const before = await clone.git('for-each-ref', 'refs/heads', 'refs/remotes');
  t.like(await enterprise(t, clone, org, 'sync', '--fetch'), { notes: { read: 4 }, receipts: { inserted: 5 } });
  t.is(await clone.git('for-each-ref', 'refs/heads', 'refs/remotes'), before);
  t.is(await clone.git('for-each-ref', '--format=%(refname)', 'refs/blameprompt'), `refs/blameprompt/${BRANCH}/branch`);
});

for (const [filter, skipped] of [
  ['blob:none', ['0a0000000001', '0b0000000002', '0c0000000003'].map((id) => [id, 'not in this clone'])],
  [
    'tree:0',
    ['heads', 'remotes/origin'].map((kind) => [
      `refs/${kind}/${BRANCH}`,
      'its trees are not in this clone, or damaged',
    ]),
  ],
] as const) {
  test(`checkpoints that a clone with --filter=${filter} lacks are read when they have come`, async (t) => {
    const org = await server.createOrg();
    const origin = await cloneWithCheckpoints(t);
    await origin.git('config', 'uploadpack.allowFilter', 'true');
    const clone = await TestClone.create(t, '');
    await clone.git('remote', 'add', 'origin', `file://${origin.path}`);
    await clone.git('fetch', '--quiet', `--filter=${filter}`, 'origin', `${BRANCH}:${BRANCH}`);
    await clone.git('fetch', '--quiet', '--no-filter', 'origin', 'main');
    await clone.git('reset', '--quiet', '--hard', 'FETCH_HEAD');
    const first = await enterprise(t, clone, org, 'sync');
    t.like(first, { notes: { read: 0 }, receipts: { sent: 0 } });
    t.deepEqual(
      first.notes.skipped.map(({ commit, reason }: Record<string, string>) => [commit, reason]),
      skipped,
    );
    await clone.git('fetch', '--quiet', '--no-filter', '--refetch', 'origin', BRANCH);
    t.like(await enterprise(t, clone, org, 'sync'), { notes: { read: 3, skipped: [] }, receipts: { inserted: 4 } });
    t.like(await analytics(org), { tokens: TOKENS, lines: { added: 17, ai: 9, human: 2 } });
    t.like(await enterprise(t, clone, org, 'sync'), { notes: { read: 0 } });
  });
}
