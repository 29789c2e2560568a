import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { blamePromptNote, lines, TestClone } from './cli.js';
import {
  enterprise,
  git,
  giveBundle,
  installRecorder,
  policy,
  stagedReceipt,
  stateOf,
  stopBackground,
} from './hooks.js';

const EVIL = policy({ rule: { blocked_models: ['evil-*'] } });

/** A clone with hooks and a remote that has its first commit. */
async function pushedClone(t: ExecutionContext, policies = [EVIL]): Promise<TestClone> {
  const clone = await TestClone.create(t, '');
  stopBackground(t, clone);
  await clone.git('init', '--quiet', '--bare', join(clone.home, 'remote.git'));
  await clone.git('remote', 'add', 'origin', join(clone.home, 'remote.git'));
  await clone.commit({ 'base.ts': lines(10) });
  await clone.git('push', '--quiet', '-u', 'origin', 'main');
  await installRecorder(join(clone.path, '.git/hooks'));
  t.is((await enterprise(clone, ['hooks', 'install'])).code, 0);
  await giveBundle(clone, policies);
  return clone;
}

/** A commit with a note of one receipt for its file. */
async function annotated(clone: TestClone, model: string, fields: object = {}, path = 'src/cart.ts'): Promise<string> {
  const commit = await clone.commit({ [path]: lines(20, model) });
  const files_changed = [{ path, line_range: [1, 20] }];
  await clone.note('blameprompt', commit, blamePromptNote(stagedReceipt({ model, files_changed, ...fields })));
  return commit;
}

const push = (clone: TestClone, ...args: string[]) => git(clone, ['push', '--quiet', ...args]);

test('a push of a commit that breaks a policy is stopped, and the message says which commit and receipt', async (t) => {
  const clone = await pushedClone(t);
  const commit = await annotated(clone, 'evil-1');
  const { code, stderr } = await push(clone);
  t.is(code, 1);
  t.regex(stderr, /this push is stopped by the policy "No preview models"/);
  t.regex(stderr, new RegExp(`evil-1 is blocked.*${commit.slice(0, 7)}`));
  t.is((await git(clone, ['push', '--quiet', '--no-verify'])).code, 0);
  t.is((await push(clone)).code, 0, 'what the remote has is not judged again');
});

const RULES: Record<string, [rule: object, receipt: object]> = {
  allowed_models: [{ allowed_models: ['claude-*'] }, { model: 'other' }],
  blocked_providers: [{ blocked_providers: ['anthropic'] }, {}],
  allowed_providers: [{ allowed_providers: ['openai'] }, {}],
  require_review_above: [{ require_review_above: 10 }, {}],
  max_ai_percentage: [{ max_ai_percentage: 50 }, {}],
  forbidden_paths: [{ forbidden_paths: ['src/**'] }, {}],
  max_cost_per_day: [{ max_cost_per_day: 0.1 }, {}],
  max_cost_per_month: [{ max_cost_per_month: 0.1, per: 'person' }, {}],
  when: [{ when: 'receipt.cost_usd > 0.1' }, {}],
};
for (const [rule, [value, receipt]] of Object.entries(RULES)) {
  test(`${rule} warns and blocks in a push`, async (t) => {
    const named = policy({ name: `The rule ${rule}`, rule: value as never });
    const clone = await pushedClone(t, [named]);
    await annotated(clone, 'claude-opus-4-6', receipt);
    const stopped = await push(clone);
    t.is(stopped.code, 1, stopped.stderr);
    t.regex(stopped.stderr, new RegExp(`BLOCK {2}The rule ${rule}`));
    await giveBundle(clone, [{ ...named, action: 'warn' }]);
    const warned = await push(clone);
    t.is(warned.code, 0, warned.stderr);
    t.regex(warned.stderr, new RegExp(`WARN .*The rule ${rule}`));
  });
}

test('require_receipts asks for the receipts of commits that name an AI', async (t) => {
  const clone = await pushedClone(t, [policy({ rule: { require_receipts: 100 } })]);
  await clone.commit({ 'a.ts': lines(3) }, 'Change\n\nCo-authored-by: Claude <noreply@anthropic.com>');
  t.is((await push(clone)).code, 1);
  await clone.note('blameprompt', await clone.git('rev-parse', 'HEAD'), blamePromptNote(stagedReceipt()));
  t.is((await push(clone)).code, 0);
});

test('only what a push brings is judged: branches, tags and new remotes, no deletions and no notes', async (t) => {
  const clone = await pushedClone(t);
  await annotated(clone, 'evil-1');
  t.is((await push(clone, 'origin', 'HEAD:refs/heads/topic')).code, 1);
  await clone.git('tag', '-a', 'v1', '-m', 'v1');
  t.is((await push(clone, 'origin', 'v1')).code, 1);
  t.is((await push(clone, join(clone.home, 'remote.git'), 'HEAD:refs/heads/by-url')).code, 1);
  t.is((await push(clone, 'origin', 'refs/notes/blameprompt')).code, 0);
  t.is((await push(clone, 'origin', 'main~1:refs/heads/older')).code, 0);
  t.is((await push(clone, 'origin', '--delete', 'older')).code, 0);
  await clone.git('checkout', '--quiet', '-b', 'clean', 'main~1');
  await clone.commit({ 'human.ts': lines(5) });
  t.is((await push(clone, 'origin', 'clean')).code, 0);
  t.is((await push(clone, 'origin', 'clean:a', 'main:b')).code, 1);
});

test('a push that overwrites, of a branch whose old tip is not here, is judged by what it brings', async (t) => {
  const clone = await pushedClone(t);
  const elsewhere = join(clone.home, 'elsewhere');
  await clone.git('clone', '--quiet', join(clone.home, 'remote.git'), elsewhere);
  await clone.git('-C', elsewhere, 'commit', '--quiet', '--allow-empty', '-m', 'there');
  await clone.git('-C', elsewhere, 'push', '--quiet');
  await clone.commit({ 'human.ts': lines(5) });
  t.is((await push(clone, '--force')).code, 0);
  await annotated(clone, 'evil-1');
  t.is((await push(clone, '--force')).code, 1);
});

test('others still read what git tells a pre-push hook', async (t) => {
  const clone = await pushedClone(t);
  const tip = await clone.commit({ 'human.ts': lines(5) });
  const old = await clone.git('rev-parse', 'origin/main');
  t.is((await push(clone)).code, 0);
  t.is(
    await readFile(join(clone.home, 'recorder-saw-push'), 'utf8'),
    `refs/heads/main ${tip} refs/heads/main ${old}\n`,
  );
  t.is((await push(clone)).code, 0);
  t.is(await readFile(join(clone.home, 'recorder-saw-push'), 'utf8'), '', 'nothing to push');
});

test('a push of very many branches is told to others whole', async (t) => {
  const clone = await pushedClone(t);
  const names = Array.from({ length: 1500 }, (_, n) => `create refs/heads/${'x'.repeat(60)}${n} HEAD`);
  await clone.write('../home/refs', `${names.join('\n')}\n`);
  await clone.git('config', 'alias.many', '!git update-ref --stdin <"$HOME/refs"');
  await clone.git('many');
  await clone.commit({ 'human.ts': lines(5) });
  t.is((await push(clone, '--all')).code, 0);
  const seen = await readFile(join(clone.home, 'recorder-saw-push'), 'utf8');
  t.is(seen.trim().split('\n').length, 1501);
});

test('money that the server has counted counts once', async (t) => {
  const limit = policy({ name: 'Ten a day', rule: { max_cost_per_day: 10 } });
  const clone = await pushedClone(t, [limit]);
  await annotated(clone, 'claude-opus-4-6', { cost_usd: 6 });
  const spend = (usd: number) => [{ policy: 'Ten a day', window: '2026-02-14', per: null, usd }];
  // Taken after the receipt, which is of ten o'clock: its six dollars are among these eight.
  await giveBundle(clone, [limit], { state: { as_of: '2026-02-14T12:00:00Z', spend: spend(8), lines: null } });
  t.is((await push(clone)).code, 0);
  await annotated(clone, 'claude-opus-4-6', { id: '6a0f6c0e-5d5c-4a2e-9a52-0d6f0c6f7a02', cost_usd: 6 }, 'b.ts');
  await giveBundle(clone, [limit], { state: { as_of: '2026-02-14T09:00:00Z', spend: spend(8), lines: null } });
  const { code, stderr } = await push(clone);
  t.is(code, 1);
  t.regex(stderr, /\$14 spent/);
});

test('what keeps us from judging a push stops nobody', async (t) => {
  const clone = await pushedClone(t);
  await annotated(clone, 'evil-1');
  await clone.git('branch', 'other', 'main');
  await giveBundle(clone, [EVIL], { not_after: '2026-02-02T00:00:00.000Z' });
  const expired = await push(clone, '--dry-run');
  t.is(expired.code, 0, expired.stderr);
  t.regex(expired.stderr, /not everything was checked: the policies in this clone are/);
  await giveBundle(clone, [EVIL]);
  await clone.write('.blameprompt/config.toml', '[enterprise');
  const broken = await push(clone, '--dry-run');
  t.is(broken.code, 0, broken.stderr);
  t.regex(broken.stderr, /configuration cannot be read/);
  await giveBundle(clone, [{ ...EVIL, on_error: 'closed' }]);
  t.is((await push(clone, '--dry-run')).code, 1);
  await rm(join(clone.path, '.blameprompt'), { recursive: true });
  await rm(join(stateOf(clone), 'bundle.json'));
  t.is((await push(clone)).code, 0);
});
