import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { blamePromptNote, CLI, lines, TestClone } from './cli.js';
import { git, stagedReceipt } from './hooks.js';

const PRE_RECEIVE = fileURLToPath(new URL('../../hooks/pre-receive', import.meta.url));

const POLICIES = `[[policies]]
name = "No preview models"
action = "block"
[policies.rule]
blocked_models = ["evil-*"]

[[policies]]
name = "Receipts"
action = "block"
[policies.rule]
require_receipts = 100
`;

/** A clone of a bare repository on a git server that has our pre-receive hook. */
async function servedClone(t: ExecutionContext, policies = POLICIES): Promise<TestClone> {
  const clone = await TestClone.create(t, '');
  const bare = join(clone.home, 'server.git');
  await clone.git('init', '--quiet', '--bare', '--initial-branch=main', bare);
  await clone.git('remote', 'add', 'origin', bare);
  await copyFile(PRE_RECEIVE, join(bare, 'hooks/pre-receive'));
  await chmod(join(bare, 'hooks/pre-receive'), 0o755);
  const settings = join(clone.home, 'git server');
  await mkdir(settings);
  await writeFile(join(settings, 'policies.toml'), policies);
  await writeFile(join(settings, 'program'), `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  await chmod(join(settings, 'program'), 0o755);
  await clone.git('-C', bare, 'config', 'blameprompt.policies', join(settings, 'policies.toml'));
  await clone.git('-C', bare, 'config', 'blameprompt.program', join(settings, 'program'));
  await clone.commit({ 'base.ts': lines(10) });
  t.is((await push(clone, 'main')).code, 0, 'the first push has nothing to be compared with');
  return clone;
}

const push = (clone: TestClone, ...refs: string[]) => git(clone, ['push', 'origin', ...refs]);

async function annotated(clone: TestClone, model: string): Promise<void> {
  const commit = await clone.commit(
    { 'src/cart.ts': lines(5, model) },
    'Change\n\nCo-authored-by: Claude <noreply@anthropic.com>',
  );
  await clone.note('blameprompt', commit, blamePromptNote(stagedReceipt({ model })));
}

test('a git server refuses a push that breaks a policy, with the receipts that are pushed along', async (t) => {
  const clone = await servedClone(t);
  await annotated(clone, 'evil-1');
  const refused = await push(clone, 'main', 'refs/notes/blameprompt');
  t.is(refused.code, 1);
  t.regex(refused.stderr, /remote: .*evil-1 is blocked/);
  t.regex(refused.stderr, /pre-receive hook declined/);
  t.is((await git(clone, ['ls-remote', '--exit-code', 'origin', 'refs/notes/*'])).code, 2, 'nothing of it arrived');
  t.is((await push(clone, 'main:refs/heads/topic', 'refs/notes/blameprompt')).code, 1, 'a new branch neither');
});

test('receipts count that are pushed along or before, and are missed where they are not', async (t) => {
  const clone = await servedClone(t);
  await annotated(clone, 'claude-opus-4-6');
  const without = await push(clone, 'main');
  t.is(without.code, 1);
  t.regex(without.stderr, /require_receipts/);
  t.is((await push(clone, 'main', 'refs/notes/blameprompt')).code, 0);
  await annotated(clone, 'claude-opus-4-6');
  t.is((await push(clone, 'refs/notes/blameprompt')).code, 0);
  t.is((await push(clone, 'main')).code, 0);
  await clone.git('push', '--quiet', 'origin', 'main~1:refs/heads/old');
  t.is((await push(clone, '--delete', 'old')).code, 0);
});

test('what cannot be judged is let through with a line about it, unless the server fails closed', async (t) => {
  const clone = await servedClone(t, '[[policies');
  await clone.commit({ 'a.ts': lines(2) });
  const open = await push(clone, 'main');
  t.is(open.code, 0, open.stderr);
  t.regex(open.stderr, /refs\/heads\/main could not be judged/);
  await clone.git('-C', join(clone.home, 'server.git'), 'config', 'blameprompt.failClosed', 'yes');
  await clone.commit({ 'b.ts': lines(2) });
  t.is((await push(clone, 'main')).code, 1);
});
