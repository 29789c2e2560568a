import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { blamePromptNote, CLI, gitAiNote, lines, run, TestClone } from './cli.js';
import { receipt } from './fixtures.js';
import { BY_FILE, gate, policyFile, startFeature, type TestPolicy } from './gate.js';

const said = (fields: object) => blamePromptNote({ ...receipt(), provider: 'claude', files_changed: [], ...fields });

async function judged(t: ExecutionContext, clone: TestClone, code: number, ...args: string[]) {
  const outcome = await gate(clone, [...BY_FILE, '--json', ...args]);
  t.is(outcome.code, code, outcome.stdout + outcome.stderr);
  return outcome.json;
}

/** Each rule with a limit that the change below breaks, and what the message says. */
const RULES: [rule: Record<string, unknown>, message: RegExp][] = [
  [{ max_cost_per_day: 2 }, /\$3 spent on 2026-02-14 by this change alone, above the limit of \$2/],
  [{ max_cost_per_month: 2 }, /\$3 spent in 2026-02 by this change alone, above the limit of \$2/],
  [{ allowed_models: ['gpt-*'] }, /claude-opus-4-6 is not one of gpt-\*/],
  [{ blocked_models: ['claude-opus-*'] }, /claude-opus-4-6 is blocked by claude-opus-\*/],
  [{ allowed_providers: ['openai'] }, /anthropic is not one of openai/],
  [{ blocked_providers: ['anthropic'] }, /anthropic is blocked by anthropic/],
  [{ require_review_above: 3 }, /4 AI lines in this change .* above the limit of 3/],
  [{ max_ai_percentage: 50 }, /66\.67 % of the lines .* above the limit of 50 %/],
  [{ require_receipts: 100 }, /50 % of the commits that AI took part in have receipts/],
  [{ forbidden_paths: ['crypto/**'] }, /AI lines 1-4 in crypto\/key\.ts/],
  [{ when: 'receipt.cost_usd > 1.0' }, /when: receipt\.cost_usd > 1\.0 is true/],
];

test('every rule warns and blocks, with a message that says what, how much and where', async (t) => {
  for (const [action, code] of [
    ['warn', 0],
    ['block', 1],
  ] as const) {
    const clone = await TestClone.create(t, '');
    await startFeature(clone, policyFile(...RULES.map(([rule]): TestPolicy => ({ action, rule }))));
    const commit = await clone.commit({ 'crypto/key.ts': lines(4) });
    await clone.commit({ 'b.ts': lines(2) }, 'More\n\nCo-authored-by: Claude <noreply@anthropic.com>');
    await clone.note('ai', commit, gitAiNote({ 'crypto/key.ts': '1-4' }));
    await clone.note('blameprompt', commit, said({ cost_usd: 3, model: 'claude-opus-4-6' }));
    const result = await judged(t, clone, code);
    t.is(result.verdict, action);
    for (const [rule, message] of RULES) {
      const name = Object.keys(rule)[0];
      const found = result.violations.find((violation: { rule: string }) => violation.rule === name);
      t.like(found, { policy: name, action, limit: Object.values(rule)[0] }, name);
      t.regex(found?.message, message);
      t.truthy(found?.advice);
    }
    const text = await gate(clone, BY_FILE);
    t.is(text.code, code);
    t.regex(text.stdout, action === 'warn' ? /Verdict: pass, with warnings\n$/ : /Verdict: blocked\n$/);
    t.regex(text.stdout, /crypto\/key\.ts:1\n {4}forbidden_paths: AI lines 1-4 in crypto\/key\.ts/);
  }
});

test('a change within all limits passes, and what cannot be known is said', async (t) => {
  const clone = await TestClone.create(t, '');
  await startFeature(clone, policyFile({ rule: { max_cost_per_day: 5 } }, { rule: { require_review_above: 100 } }));
  const commit = await clone.commit({ 'a.ts': lines(4) });
  await clone.note('blameprompt', commit, said({ cost_usd: 3 }));
  const result = await judged(t, clone, 0);
  t.like(result, { verdict: 'pass', violations: [], commits: 1, cost: { usd: 3, recorded: 1 } });
  t.like(result.not_evaluated, [{ policy: 'max_cost_per_day' }]);
  await clone.git('checkout', '--quiet', 'main');
  await clone.commit({ 'policies.toml': policyFile({ rule: { max_cost_per_day: 5 }, on_error: 'closed' }) });
  await clone.git('checkout', '--quiet', 'feature');
  t.like(await judged(t, clone, 1), { verdict: 'block', violations: [{ rule: 'max_cost_per_day' }] });
});

test('only the commits of the change count: not those of the base, and of merges only what they merge', async (t) => {
  const clone = await TestClone.create(t, '');
  await startFeature(clone, policyFile({ rule: { forbidden_paths: ['crypto/**'] } }));
  const mine = await clone.commit({ 'a.ts': lines(3) });
  await clone.git('checkout', '--quiet', 'main');
  const theirs = await clone.commit({ 'crypto/b.ts': lines(5) });
  await clone.note('ai', mine, gitAiNote({ 'a.ts': '1-3' }));
  await clone.note('ai', theirs, gitAiNote({ 'crypto/b.ts': '1-5' }, 'ffffffffffffff'));
  t.like(await judged(t, clone, 0, '--head', 'feature'), { commits: 1, receipts: 1, lines: { added: 3, ai: 3 } });

  await clone.git('checkout', '--quiet', 'feature');
  await clone.git('merge', '--quiet', '--no-ff', '-m', 'Merge main', 'main');
  const merge = await clone.git('rev-parse', 'HEAD');
  await clone.note('ai', merge, gitAiNote({ 'crypto/b.ts': '1-5' }));
  t.like(await judged(t, clone, 0), {
    commits: 2,
    merges: 1,
    lines: { added: 3, ai: 3 },
    diff: { files: 1, added: 3, deleted: 0 },
  });
});

test('a squash counts once, with the note that it has', async (t) => {
  const clone = await TestClone.create(t, '');
  await startFeature(clone, policyFile({ rule: { require_review_above: 5 } }));
  await clone.git('checkout', '--quiet', '-b', 'topic');
  for (const name of ['a.ts', 'b.ts']) {
    const commit = await clone.commit({ [name]: lines(4) });
    await clone.note('ai', commit, gitAiNote({ [name]: '1-4' }));
  }
  await clone.git('checkout', '--quiet', 'feature');
  await clone.git('merge', '--quiet', '--squash', 'topic');
  const squash = await clone.commit({});
  t.like(await judged(t, clone, 0), { commits: 1, receipts: 0, lines: { added: 8, ai: 0 } });
  await clone.note('ai', squash, gitAiNote({ 'a.ts': '1-4', 'b.ts': '1-4' }));
  t.like(await judged(t, clone, 1), {
    commits: 1,
    receipts: 1,
    lines: { added: 8, ai: 8 },
    violations: [{ value: 8 }],
  });
});

test('an empty change passes and says that there was nothing; one without notes says that there is no data', async (t) => {
  const clone = await TestClone.create(t, '');
  await startFeature(clone, policyFile({ rule: { max_ai_percentage: 0 } }));
  const empty = await judged(t, clone, 0);
  t.like(empty, { verdict: 'pass', commits: 0, ai_code_percentage: null });
  t.regex(empty.notices[0], /nothing to judge/);
  await clone.commit({ 'a.ts': lines(3) });
  const silent = await judged(t, clone, 0);
  t.like(silent, { verdict: 'pass', commits: 1, commits_with_receipts: 0, coverage_percentage: 0 });
  t.regex(silent.notices[0], /No data: none of the 1 commits has a receipt .* not the same as no AI/);
});

test('violations are shown where their lines are now', async (t) => {
  const clone = await TestClone.create(t, '');
  await startFeature(clone, policyFile({ rule: { forbidden_paths: ['crypto/**'] } }));
  const commit = await clone.commit({ 'crypto/a.ts': lines(4), 'crypto/gone.ts': lines(2) });
  await clone.note('ai', commit, gitAiNote({ 'crypto/a.ts': '2-3', 'crypto/gone.ts': '1-2' }));
  await clone.git('rm', '--quiet', 'crypto/gone.ts');
  await clone.commit({ 'crypto/a.ts': `first\nsecond\n${lines(4)}` });
  const { violations } = await judged(t, clone, 1);
  t.deepEqual(
    violations.map(({ lines, location }: { lines: string; location: object }) => [lines, location]),
    [
      ['2-3', { path: 'crypto/a.ts', line: 4, end_line: 5 }],
      ['1-2', { path: 'crypto/gone.ts', line: null, end_line: null }],
    ],
  );
});

test('an exemption excuses, and is told', async (t) => {
  const clone = await TestClone.create(t, '');
  const exemption = { reason: 'Reviewed by two', approver: 'eve@example.com', expires_at: '2199-01-01T00:00:00Z' };
  const rule = { forbidden_paths: ['crypto/**'] };
  await startFeature(clone, policyFile({ rule, exemptions: [{ ...exemption, paths: ['crypto/a.ts'] }] }));
  const commit = await clone.commit({ 'crypto/a.ts': lines(4) });
  await clone.note('ai', commit, gitAiNote({ 'crypto/a.ts': '2-3' }));
  t.like(await judged(t, clone, 0), { verdict: 'pass', violations: [], exempted: [{ exemption }] });
});

test('a commit that cannot be counted is not passed', async (t) => {
  const clone = await TestClone.create(t, '');
  await startFeature(clone, policyFile({ rule: { require_review_above: 5 } }));
  await clone.commit({ 'a.ts': lines(9) });
  await clone.commit({ 'a.ts': lines(3) });
  const blob = await clone.git('rev-parse', 'HEAD~1:a.ts');
  await rm(join(clone.path, '.git/objects', blob.slice(0, 2), blob.slice(2)));
  const result = await judged(t, clone, 4);
  t.like(result, { verdict: 'error', unreadable: { length: 2 } });
  t.regex(result.notices.join(' '), /The lines of 2 commits cannot be counted/);
});

test('a note that cannot be read is told', async (t) => {
  const clone = await TestClone.create(t, '');
  await startFeature(clone, policyFile({ rule: { require_review_above: 5 } }));
  await clone.note('ai', await clone.commit({ 'a.ts': lines(2) }), 'nonsense');
  const result = await judged(t, clone, 0);
  t.like(result, { skipped_notes: [{ ref: 'refs/notes/ai' }] });
  t.regex(result.notices.join(' '), /1 notes of these commits cannot be read/);
});

test('what whoever calls can correct ends with 2, and warnings with 3 where they are to fail', async (t) => {
  const clone = await TestClone.create(t, '');
  await startFeature(clone, policyFile({ rule: { require_review_above: 1 }, action: 'warn' }));
  await clone.note('ai', await clone.commit({ 'a.ts': lines(2) }), gitAiNote({ 'a.ts': '1-2' }));
  await judged(t, clone, 0);
  await judged(t, clone, 3, '--fail-on', 'warn');
  await writeFile(join(clone.home, 'bad.toml'), '[[policies]]\nname = "x"\n[policies.rule]\nmax_cost = 1\n');
  for (const [args, message] of [
    [['--policies', 'policies.toml'], /Name the branch that the change goes to: --base/],
    [['--base', 'main'], /nothing to judge by: name a policy file/],
    [['--base', 'nowhere', '--policies', 'policies.toml'], /"nowhere" is no commit/],
    [[...BY_FILE, '--head', '--output=x'], /is no commit|Expected|Missing/],
    [['--base', 'main', '--policies', 'none.toml'], /Cannot use the policies of none.toml: it cannot be read/],
    [['--base', 'main', '--policies', join(clone.home, 'bad.toml')], /Policy "x", rule: must have one of/],
    [[...BY_FILE, '--format', 'pdf'], /"pdf" is no format/],
    [[...BY_FILE, '--format', 'sarif', '--format', 'junit'], /Only one format can be printed/],
  ] as const) {
    const outcome = await gate(clone, [...args]);
    t.is(outcome.code, 2, args.join(' '));
    t.regex(outcome.stderr, message);
    t.is(outcome.stdout, '');
  }
});

test('check judges by hand what is not pushed yet, by a policy file, with the same exit codes', async (t) => {
  const clone = await TestClone.create(t, '');
  const check = (...args: string[]) =>
    run(CLI, ['enterprise', 'check', '--policies', 'policies.toml', '--json', ...args], {
      cwd: clone.path,
      env: { HOME: clone.home },
    });
  await clone.write('policies.toml', policyFile({ rule: { forbidden_paths: ['crypto/**'] }, action: 'warn' }));
  t.like((await check()).json, { verdict: 'pass', commits: 0, policies: 1, not_refreshed: null });
  const commit = await clone.commit({ 'crypto/a.ts': lines(2) });
  await clone.note('ai', commit, gitAiNote({ 'crypto/a.ts': '1-2' }));
  t.like((await check()).json, { verdict: 'warn', commits: 1, violations: [{ path: 'crypto/a.ts' }] });
  t.is((await check('--fail-on', 'warn')).code, 3);
  await clone.write('policies.toml', policyFile({ rule: { forbidden_paths: ['crypto/**'] } }));
  t.is((await check()).code, 1, 'the file as it is on disk counts: nobody but its author is judged');
  await clone.git('update-ref', 'refs/remotes/origin/main', commit);
  t.like((await check()).json, { verdict: 'pass', commits: 0 });
});
