import { execFile, spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { appendFile, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { Policy, PolicyState } from '../shared/api/policies.js';
import type { Bundle } from '../shared/policy/bundle.js';
import { CLI, type Outcome, run, type TestClone } from './cli.js';

const KEYS = generateKeyPairSync('ed25519');
const DER = KEYS.publicKey.export({ type: 'spki', format: 'der' });
export const POLICY_KEY = {
  key_id: createHash('sha256').update(DER).digest('hex').slice(0, 16),
  public_key: DER.toString('base64'),
};
const ORIGIN = 'https://policies.example.com';
export const stateOf = (clone: TestClone) => join(clone.path, '.git', 'blameprompt');

/** A policy; what a test is about stands in `fields`. */
export const policy = (fields: Partial<Policy> & Pick<Policy, 'rule'>): Policy => ({
  id: null,
  version: 1,
  name: 'No preview models',
  action: 'block',
  enabled: true,
  ...fields,
});

/** Puts a bundle into a clone as if it had come from a server whose key is pinned. */
export async function giveBundle(clone: TestClone, policies: Policy[], fields: Partial<Bundle> = {}): Promise<void> {
  const now = new Date();
  const state: PolicyState = { as_of: now.toISOString(), spend: [], lines: null };
  const bundle: Bundle = {
    version: 1,
    org: 'acme',
    repo: 'git.example.com/acme/shop',
    person: null,
    teams: [],
    generated_at: now.toISOString(),
    not_after: new Date(now.getTime() + 86_400_000).toISOString(),
    policies,
    state,
    ...fields,
  };
  const payload = JSON.stringify(bundle);
  const signature = sign(null, Buffer.from(payload), KEYS.privateKey).toString('base64');
  await mkdir(stateOf(clone), { recursive: true });
  await writeFile(
    join(stateOf(clone), 'bundle.json'),
    JSON.stringify({ payload, signature, ...POLICY_KEY, origin: ORIGIN, etag: null }),
  );
  await mkdir(join(clone.home, '.config', 'blameprompt'), { recursive: true });
  await writeFile(
    join(clone.home, '.config', 'blameprompt', 'policy-keys.json'),
    JSON.stringify({ [ORIGIN]: POLICY_KEY }),
  );
}

/** Runs `enterprise …` in the clone with its home, as its user. */
export const enterprise = (clone: TestClone, args: string[], env: Record<string, string> = {}): Promise<Outcome> =>
  run(CLI, ['enterprise', ...args], { cwd: clone.path, env: { HOME: clone.home, GIT_CONFIG_NOSYSTEM: '1', ...env } });

/** `git` as a program in the clone, whatever comes of it. */
export function git(clone: TestClone, args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const identity = {
    GIT_AUTHOR_NAME: 'Ada Example',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada Example',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
  return new Promise((resolve) => {
    execFile(
      'git',
      args,
      {
        cwd: clone.path,
        env: { PATH: process.env.PATH, HOME: clone.home, GIT_CONFIG_NOSYSTEM: '1', ...identity, ...env },
      },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr, json: undefined }),
    );
  });
}

/** Changes a file and stages it. */
export async function stage(clone: TestClone, path = 'src/cart.ts'): Promise<void> {
  await mkdir(join(clone.path, path, '..'), { recursive: true });
  await appendFile(join(clone.path, path), `${Math.random()}\n`);
  await clone.git('add', path);
}

/** Resolves with the first thing that `look` finds; fails when minutes have brought nothing. */
export async function eventually<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> {
  for (const until = Date.now() + 150_000; Date.now() < until; await setTimeout(25)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error(`waited in vain: ${what}`);
}

/** Ends what a clone's hooks have left running, so that its folder can go. */
export function stopBackground(t: Pick<ExecutionContext, 'teardown'>, clone: TestClone): void {
  t.teardown(async () => {
    await rm(join(stateOf(clone), 'hooks'), { recursive: true, force: true }); // nothing new starts
    const pid = Number.parseInt(await readFile(join(stateOf(clone), 'lock'), 'utf8').catch(() => ''), 10);
    if (!(pid > 0)) return;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone by itself
    }
  });
}

/** A receipt as BlamePrompt keeps it in staging.json. */
export const stagedReceipt = (fields: object = {}) => ({
  id: '6a0f6c0e-5d5c-4a2e-9a52-0d6f0c6f7a01',
  provider: 'claude',
  model: 'claude-opus-4-6',
  session_id: 'session-1',
  prompt_summary: 'Add a cart',
  prompt_hash: 'sha256:1',
  message_count: 3,
  cost_usd: 0.25,
  timestamp: '2026-02-14T10:00:00Z',
  user: 'Ada Example <ada@example.com>',
  files_changed: [{ path: 'src/cart.ts', line_range: [1, 4] }],
  ...fields,
});

export const writeStaging = (clone: TestClone, content: unknown, folder = '.') =>
  clone.write(
    join(folder, '.blameprompt/staging.json'),
    typeof content === 'string' ? content : JSON.stringify({ receipts: content }),
  );

/**
 * A recorder that installs as BlamePrompt does (formats.md, section 2): takes every range of lines between its two marks out of a
 * hook, and puts its own at the end. Its post-commit attaches what is staged and empties the list.
 */
export async function installRecorder(folder: string): Promise<void> {
  for (const hook of ['pre-commit', 'post-commit', 'pre-push', 'post-merge', 'post-rewrite']) {
    const path = join(folder, hook);
    const existing = await readFile(path, 'utf8').catch(() => undefined);
    const rest = existing === undefined ? '#!/bin/sh\n' : `${withoutRecorder(existing).trimEnd()}\n`;
    await writeFile(path, `${rest}\n# BlamePrompt ${hook} hook\n${RECORDER[hook] ?? 'true\n'}# /BlamePrompt\n`);
    await chmod(path, 0o755);
  }
}

export async function uninstallRecorder(folder: string): Promise<void> {
  for (const hook of ['pre-commit', 'post-commit', 'pre-push', 'post-merge', 'post-rewrite']) {
    const rest = withoutRecorder(await readFile(join(folder, hook), 'utf8'));
    if (rest.trim() === '#!/bin/sh') await rm(join(folder, hook));
    else await writeFile(join(folder, hook), rest);
  }
}

function withoutRecorder(text: string): string {
  let skipping = false;
  const kept: string[] = [];
  for (const line of text.split('\n').slice(0, text.endsWith('\n') ? -1 : undefined)) {
    if (line.includes('# /BlamePrompt')) skipping = false;
    else if (line.includes('# BlamePrompt')) skipping = true;
    else if (!skipping) kept.push(line);
  }
  return `${kept.join('\n')}\n`;
}

const RECORDER: Record<string, string> = {
  'post-commit': `if [ -s .blameprompt/staging.json ]; then
  git notes --ref=blameprompt add -f -F .blameprompt/staging.json HEAD 2>/dev/null
  printf '{"receipts":[]}' >.blameprompt/staging.json
fi
`,
  'pre-push': 'cat >"$HOME/recorder-saw-push"\n',
  'post-rewrite': 'cat >"$HOME/recorder-saw-rewrite"\n',
};

/** Starts a program and answers its exit code. */
export const exitCode = (command: string, args: string[], cwd: string) =>
  new Promise<number | null>((resolve) => spawn(command, args, { cwd, stdio: 'ignore' }).once('exit', resolve));
