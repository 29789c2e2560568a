import test, { type ExecutionContext } from 'ava';
import { blamePromptNote, CLI, gitAiNote, lines, run, TestClone } from './cli.js';
import { receipt } from './fixtures.js';

async function stats(t: ExecutionContext, clone: TestClone, ...args: string[]) {
  const outcome = await run(CLI, ['enterprise', 'stats', '-C', clone.path, '--json', ...args], {
    env: { HOME: clone.home },
  });
  t.is(outcome.code, 0, outcome.stderr);
  return outcome.json;
}

test('stats counts a commit, a range, or the default branch since tracking start, with no server', async (t) => {
  const clone = await TestClone.create(t);
  await clone.commit({ 'old.ts': lines(100) }, 'Before tracking');
  const first = await clone.commit({ 'a.ts': lines(10) });
  const second = await clone.commit({ 'b.ts': lines(4), 'yarn.lock': lines(50) });
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-6' }));
  await clone.note('ai', second, gitAiNote({ 'b.ts': '1-4', 'yarn.lock': '1-50' }, 'ffffffffffffff', 'codex'));
  t.like(await stats(t, clone), {
    commits: 2,
    commits_with_receipts: 2,
    lines: { added: 14, deleted: 0, ai: 10, human: 0, unknown: 4 },
    ai_code_percentage: 71.43,
    by_tool: [
      { tool: 'claude-code', lines: 6 },
      { tool: 'codex', lines: 4 },
    ],
    by_model: [{ model: 'claude-opus-4-6', lines: 10 }],
  });
  t.like(await stats(t, clone, 'HEAD'), {
    range: 'HEAD',
    commits: 1,
    lines: { added: 4, ai: 4 },
    ai_code_percentage: 100,
  });
  t.like(await stats(t, clone, 'HEAD~2'), { commits: 1, lines: { added: 100, ai: 0, unknown: 100 } });
  t.like(await stats(t, clone, 'HEAD~2..HEAD'), { commits: 2, lines: { added: 14, ai: 10 } });
  t.like(await stats(t, clone, 'HEAD..HEAD'), { commits: 0, ai_code_percentage: null });
});

test('merges are counted apart and add no lines', async (t) => {
  const clone = await TestClone.create(t);
  const first = await clone.commit({ 'a.ts': lines(10) });
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-10' }));
  await clone.git('checkout', '--quiet', '-b', 'side');
  await clone.commit({ 'b.ts': lines(3) });
  await clone.git('checkout', '--quiet', 'main');
  await clone.commit({ 'c.ts': lines(2) });
  await clone.git('merge', '--quiet', '--no-ff', '-m', 'Merge', 'side');
  const merge = await clone.git('rev-parse', 'HEAD');
  await clone.note('ai', merge, gitAiNote({ 'b.ts': '1-3' }));
  t.like(await stats(t, clone), { commits: 3, merges: 1, lines: { added: 15, ai: 10 } });
});

test('two recorders that attest the same lines count them once', async (t) => {
  const clone = await TestClone.create(t);
  const first = await clone.commit({ 'a.ts': lines(10) });
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-6' }));
  const said = { ...receipt(), provider: 'claude', files_changed: [{ path: 'a.ts', line_range: [4, 8] }] };
  await clone.note('blameprompt', first, blamePromptNote(said));
  t.like((await stats(t, clone)).lines, { added: 10, ai: 8, unknown: 2 });
});

test('an empty repository and one without notes have no data, which is no error', async (t) => {
  const empty = await TestClone.create(t);
  t.like(await stats(t, empty), { commits: 0, ai_code_percentage: null });
  await empty.commit({ 'a.ts': lines(3) });
  t.like(await stats(t, empty), { commits: 0, ai_code_percentage: null });
  t.like(await stats(t, empty, 'HEAD'), { commits: 1, lines: { added: 3, unknown: 3 } });
});

test('what is no commit is refused with exit code 2, also when it looks like an option', async (t) => {
  const clone = await TestClone.create(t);
  await clone.commit({ 'a.ts': lines(3) });
  for (const name of ['nowhere', 'HEAD..nowhere', 'HEAD...HEAD', 'HEAD:a.ts', '^HEAD', '']) {
    const outcome = await run(CLI, ['enterprise', 'stats', '-C', clone.path, '--', name], {
      env: { HOME: clone.home },
    });
    t.is(outcome.code, 2, `${name}: ${outcome.stdout}`);
  }
  const option = await run(CLI, ['enterprise', 'stats', '-C', clone.path, '--', '--output=evil'], {
    env: { HOME: clone.home },
  });
  t.is(option.code, 2);
});

test('sources names the refs, the formats and what cannot be read', async (t) => {
  const clone = await TestClone.create(t);
  const first = await clone.commit({ 'a.ts': lines(10) });
  const second = await clone.commit({ 'b.ts': lines(10) });
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-6' }));
  await clone.note('ai', second, 'nonsense');
  await clone.note('blameprompt', first, '[]');
  const outcome = await run(CLI, ['enterprise', 'sources', '-C', clone.path, '--json'], { env: { HOME: clone.home } });
  t.is(outcome.code, 0, outcome.stderr);
  const [ai, blamePrompt] = outcome.json.sources;
  t.like(ai, { ref: 'refs/notes/ai', format: 'git-ai', notes: 2, readable: 1, skipped: [{ commit: second }] });
  t.like(blamePrompt, { ref: 'refs/notes/blameprompt', format: null, notes: 1, readable: 0 });
});

test('commit messages say that AI took part, never which lines, and only where no note speaks', async (t) => {
  const clone = await TestClone.create(t);
  const first = await clone.commit(
    { 'a.ts': lines(4) },
    'One\n\nCo-authored-by: Claude Opus 4.8 <noreply@anthropic.com>',
  );
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-2' }));
  await clone.commit({ 'b.ts': lines(3) }, 'Two\n\nCo-authored-by: Claude Opus 4.8 <noreply@anthropic.com>');
  await clone.commit({ 'c.ts': lines(3) }, 'Thanks to noreply@anthropic.com, a mention in prose');
  const counted = await stats(t, clone);
  t.like(counted, { commits: 3, commits_with_receipts: 1, commits_with_ai_trailers: 1, lines: { ai: 2, unknown: 8 } });
  await clone.write('.blameprompt/config.toml', '[sources]\ntrailers = false\n');
  t.like(await stats(t, clone), { commits_with_ai_trailers: 0 });
});
