import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { gitAiNote, lines, TestClone, temporaryFolder } from './cli.js';
import { BY_FILE, gate, policyFile, startFeature } from './gate.js';

const POLICIES = policyFile({ rule: { forbidden_paths: ['crypto/**'] } });

/** A remote with `main` and `feature`, whose commit has a note, and a folder for clones of it. */
async function remote(t: ExecutionContext) {
  const clone = await TestClone.create(t, '');
  await clone.commit({ 'old.ts': lines(1) });
  await startFeature(clone, POLICIES);
  const commit = await clone.commit({ 'crypto/a.ts': lines(3) });
  await clone.commit({ 'b.ts': lines(3) });
  await clone.note('ai', commit, gitAiNote({ 'crypto/a.ts': '1-3' }));
  return { clone, commit, folder: await temporaryFolder(t) };
}

/** A clone as CI makes it. */
const checkout = (from: TestClone, folder: string, ...options: string[]) =>
  from.cloneTo(join(folder, `clone${options.join('')}`), '--branch=feature', ...options);

test('notes that only the remote has are fetched, and the refs of the clone stay as they are', async (t) => {
  const { clone, folder } = await remote(t);
  const ci = await checkout(clone, folder);
  const silent = await gate(ci, ['--base', 'origin/main', '--policies', 'policies.toml', '--no-fetch', '--json']);
  t.is(silent.code, 0, silent.stdout);
  t.regex(silent.json.notices[0], /No data/);
  const outcome = await gate(ci, ['--base', 'main', '--policies', 'policies.toml', '--json']);
  t.is(outcome.code, 1, outcome.stdout);
  t.like(outcome.json, { verdict: 'block', violations: [{ path: 'crypto/a.ts' }] });
  t.is(await ci.git('for-each-ref', 'refs/notes'), '');
});

test('a remote that cannot be read is no pass', async (t) => {
  const { clone, folder } = await remote(t);
  const ci = await checkout(clone, folder);
  await ci.git('remote', 'set-url', 'origin', `file://user:secret@${join(folder, 'gone')}`);
  const outcome = await gate(ci, ['--base', 'origin/main', '--policies', 'policies.toml', '--json']);
  t.is(outcome.code, 4);
  t.like(outcome.json, { verdict: 'error', violations: [], error: { code: 'fetch_failed' } });
  t.regex(outcome.json.error.message, /notes of origin cannot be fetched .* add --no-fetch/);
  t.false(outcome.stdout.includes('secret'));
});

test('a shallow clone says what to do, and does where it is deep enough', async (t) => {
  const { clone, folder } = await remote(t);
  const shallow = await checkout(clone, folder, '--depth=1');
  const args = ['--policies', 'policies.toml', '--json'];
  const lacking = await gate(shallow, ['--base', 'origin/main', ...args]);
  t.is(lacking.code, 4, lacking.stdout);
  t.regex(
    lacking.json.error.message,
    /base origin\/main is not in this clone.*"fetch-depth: 0".*GIT_DEPTH.*--unshallow/,
  );

  const both = await checkout(clone, folder, '--depth=1', '--no-single-branch');
  const apart = await gate(both, ['--base', 'origin/main', ...args]);
  t.is(apart.code, 4, apart.stdout);
  t.regex(apart.json.error.message, /point where the head left the base is not in this clone/);

  const deep = await checkout(clone, folder, '--depth=3', '--no-single-branch');
  const outcome = await gate(deep, ['--base', 'origin/main', ...args]);
  t.is(outcome.code, 1, outcome.stdout);
  t.like(outcome.json, { commits: 2, lines: { added: 6, ai: 3 } });
});

test('a shallow clone whose end is inside of the change is not judged by halves', async (t) => {
  const { clone, folder } = await remote(t);
  await clone.git('checkout', '--quiet', 'main');
  await clone.git('merge', '--quiet', '--no-ff', '-m', 'Merge', 'feature~1');
  const ci = await checkout(clone, folder, '--depth=2', '--no-single-branch');
  await ci.git('checkout', '--quiet', 'feature');
  const outcome = await gate(ci, ['--base', 'HEAD', '--head', 'origin/main', '--policies', 'policies.toml', '--json']);
  t.is(outcome.code, 4, outcome.stdout);
  t.regex(outcome.stdout, /not in this clone/);
});

test('the pull request is found in what GitHub says, whatever it has checked out', async (t) => {
  const { clone, folder } = await remote(t);
  const ci = await checkout(clone, folder);
  const head = await ci.git('rev-parse', 'HEAD');
  await ci.git('checkout', '--quiet', '--detach', 'origin/main');
  await ci.git('merge', '--quiet', '--no-ff', '-m', 'Merge', 'origin/feature');
  const event = join(folder, 'event.json');
  const pull = (sha: string) =>
    writeFile(event, JSON.stringify({ pull_request: { head: { sha }, base: { sha: '0'.repeat(40) } } }));
  const env = { GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: 'main', GITHUB_EVENT_PATH: event };
  const args = ['--policies', 'policies.toml', '--json'];
  await pull(head);
  const merged = await gate(ci, args, env);
  t.is(merged.code, 1, merged.stdout);
  t.like(merged.json, { head, commits: 2, merges: 0 });

  await ci.git('checkout', '--quiet', 'origin/main');
  t.like((await gate(ci, args, env)).json, { head, commits: 2 }, 'pull_request_target checks out the base alone');
  const named = await gate(ci, ['--base', 'origin/main', ...args], env);
  t.like(named.json, { head, commits: 2 }, 'the base alone being named makes no difference');
  await pull('f'.repeat(40));
  const absent = await gate(ci, args, env);
  t.is(absent.code, 4);
  t.regex(absent.json.error.message, /The head f+ is not in this clone/);
});

test('other CI systems name the target branch, and a clone without it is told so', async (t) => {
  const { clone, folder } = await remote(t);
  const ci = await checkout(clone, folder);
  const known: Record<string, string>[] = [
    { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main' },
    { CI_MERGE_REQUEST_DIFF_BASE_SHA: await ci.git('rev-parse', 'origin/main') },
    { BITBUCKET_PR_DESTINATION_BRANCH: 'main' },
    { SYSTEM_PULLREQUEST_TARGETBRANCH: 'refs/heads/main' },
    { CHANGE_TARGET: 'main' },
  ];
  for (const env of known) {
    const outcome = await gate(ci, ['--policies', 'policies.toml', '--json', '--no-fetch'], env);
    t.like(outcome.json, { commits: 2 }, JSON.stringify(env));
  }
  const outcome = await gate(ci, ['--policies', 'policies.toml', '--json'], { CHANGE_TARGET: 'release' });
  t.is(outcome.code, 4);
  t.regex(outcome.json.error.message, /base refs\/remotes\/origin\/release is not in this clone.*git fetch origin/);
});

test('a change is judged by the policies and the settings of its base, not by its own', async (t) => {
  const clone = await TestClone.create(t, '');
  await startFeature(clone, POLICIES);
  const commit = await clone.commit({
    'policies.toml': policyFile({ rule: { require_review_above: 100 } }),
    '.blameprompt/config.toml': '[enterprise]\nignore = ["**"]\nrepo = "elsewhere"\n[sources]\ntrailers = false\n',
    'crypto/a.ts': lines(3),
  });
  await clone.note('ai', commit, gitAiNote({ 'crypto/a.ts': '1-3' }));
  const relaxed = await gate(clone, [...BY_FILE, '--json']);
  t.is(relaxed.code, 1, relaxed.stdout);
  t.like(relaxed.json, { repo: 'clone', lines: { ai: 3 }, violations: [{ rule: 'forbidden_paths' }] });
  t.regex(relaxed.json.policies, /^policies\.toml of base [0-9a-f]{12}$/);
  t.is((await gate(clone, [...BY_FILE, '--policies-from', 'worktree'])).code, 0);

  await clone.git('rm', '--quiet', 'policies.toml');
  await clone.commit({});
  t.is((await gate(clone, BY_FILE)).code, 1, 'a deleted file still holds');
  await mkdir(join(clone.path, 'sub'));
  t.is((await gate(clone, ['-C', 'sub', ...BY_FILE])).code, 1);
});

test('a policy file that the base lacks is taken from the change, which is said', async (t) => {
  const clone = await TestClone.create(t, '');
  await clone.commit({ 'a.ts': lines(1) });
  await clone.git('checkout', '--quiet', '-b', 'feature');
  const commit = await clone.commit({ 'ci/policies.toml': POLICIES, 'crypto/a.ts': lines(3) });
  await clone.note('ai', commit, gitAiNote({ 'crypto/a.ts': '1-3' }));
  const outcome = await gate(clone, ['--base', 'main', '--policies', 'ci/policies.toml', '--json']);
  t.is(outcome.code, 1);
  t.regex(outcome.json.notices.join(), /base has no ci\/policies\.toml yet: the one of the change was used/);
});

test('a bare clone with a policy file beside it is judged like any other', async (t) => {
  const { clone, folder } = await remote(t);
  await clone.cloneTo(join(folder, 'bare.git'), '--bare');
  await writeFile(join(folder, 'policies.toml'), POLICIES);
  const args = ['-C', 'bare.git', '--base', 'main', '--head', 'feature', '--policies', 'policies.toml', '--json'];
  const outcome = await gate({ path: folder, home: clone.home }, args);
  t.is(outcome.code, 1, outcome.stdout);
  t.like(outcome.json, { commits: 2, policies: 'policies.toml' });
});

test('reports go to files, to GitHub’s summary and outputs; what cannot be written is an error', async (t) => {
  const { clone, folder } = await remote(t);
  const file = (name: string) => join(folder, 'reports', name);
  const env = { GITHUB_STEP_SUMMARY: join(folder, 'summary.md'), GITHUB_OUTPUT: join(folder, 'output') };
  const formats = ['sarif', 'junit', 'gitlab', 'json', 'markdown'].flatMap((name) => [
    '--format',
    `${name}=${file(name)}`,
  ]);
  const outcome = await gate(clone, [...BY_FILE, '--format', 'text', '--format', 'github', ...formats], env);
  t.is(outcome.code, 1, outcome.stderr);
  t.regex(outcome.stdout, /Verdict: blocked\n::error file=crypto\/a\.ts,line=1,endLine=3,title=/);
  t.is(JSON.parse(await readFile(file('sarif'), 'utf8')).version, '2.1.0');
  t.is(JSON.parse(await readFile(file('json'), 'utf8')).verdict, 'block');
  t.is(JSON.parse(await readFile(file('gitlab'), 'utf8')).length, 1);
  t.regex(await readFile(file('junit'), 'utf8'), /^<\?xml/);
  t.is(await readFile(env.GITHUB_STEP_SUMMARY, 'utf8'), await readFile(file('markdown'), 'utf8'));
  t.is(await readFile(env.GITHUB_OUTPUT, 'utf8'), 'verdict=block\ncommits=2\nviolations=1\nai_code_percentage=50\n');

  const failed = await gate(clone, [
    '--base',
    'main',
    '--policies',
    'policies.toml',
    '--format',
    'sarif',
    '--output',
    folder,
  ]);
  t.is(failed.code, 2);
  t.regex(failed.stderr, /Cannot write .* \(EISDIR\)/);
  await gate(clone, [...BY_FILE, '--format', 'junit', '--output', file('one.xml')]);
  t.regex(await readFile(file('one.xml'), 'utf8'), /<failure /);
});

test('reports are written when nothing could be judged, too', async (t) => {
  const { clone, folder } = await remote(t);
  const shallow = await checkout(clone, folder, '--depth=1');
  const outcome = await gate(shallow, [
    '--base',
    'origin/main',
    '--policies',
    'policies.toml',
    '--format',
    'github',
    '--format',
    `sarif=${join(folder, 'x.sarif')}`,
  ]);
  t.is(outcome.code, 4);
  t.regex(outcome.stdout, /^::error title=BlamePrompt gate::The base origin\/main is not in this clone/);
  const [log] = JSON.parse(await readFile(join(folder, 'x.sarif'), 'utf8')).runs;
  t.like(log, { results: { length: 0 }, invocations: [{ executionSuccessful: false }] });
});

test('hostile notes, names and file names stay text in every format', async (t) => {
  const clone = await TestClone.create(t, '');
  await startFeature(
    clone,
    policyFile({ rule: { forbidden_paths: ['crypto/'] } }, { rule: { allowed_models: ['gpt-5'] } }),
  );
  const names = [
    '\n::error::pwned',
    ']]> <script>',
    '##vso[task.setvariable variable=a]b',
    '@team [x](y)',
    '\u001b[31m"red"',
  ];
  const files = Object.fromEntries(names.map((name) => [`crypto/${name}.ts`, lines(2)]));
  const commit = await clone.commit(files);
  const paths = names.map((name) => `crypto/${name}.ts`);
  const receipts = names.map((model, n) => ({
    id: `00000000-0000-4000-8000-00000000000${n}`,
    ...{ provider: 'claude', model, session_id: model, prompt_summary: model, prompt_hash: 'x', message_count: 1 },
    ...{
      cost_usd: 1,
      timestamp: '2026-02-14T10:00:00Z',
      user: `${model} <eve@example.com>`,
      file_path: '',
      line_range: [0, 0],
    },
    files_changed: [{ path: paths[n], line_range: [1, 2] }],
  }));
  await clone.note('blameprompt', commit, { blameprompt_version: '1.0.1', receipts });
  const json = (await gate(clone, [...BY_FILE, '--json'])).json;
  t.deepEqual(
    json.violations
      .filter(({ rule }: { rule: string }) => rule === 'forbidden_paths')
      .map(({ path }: { path: string }) => path)
      .sort(),
    [...paths].sort(),
  );
  for (const format of ['text', 'github', 'markdown', 'junit', 'sarif', 'gitlab', 'json']) {
    const { stdout, code } = await gate(clone, [...BY_FILE, '--format', format]);
    t.is(code, 1, stdout);
    for (const line of stdout.split('\n')) {
      if (format === 'github') t.regex(`${line}\n`, /^(::(error|warning|notice) (file|title)=[^\u0000-\u001f]*)?\n$/);
      else t.notRegex(line, /^\s*::/, format);
      // GitHub reads a line that begins with a command as that command alone.
      if (format !== 'github') t.notRegex(line, /##\w*\[/, format);
    }
    t.notRegex(stdout, /\u001b/, format);
    if (format === 'markdown' || format === 'junit') t.notRegex(stdout, /<script|\]\]>/, format);
    if (format === 'markdown') t.notRegex(stdout, /@team|\]\(/, format);
  }
});

test('a repository’s hooks and filters are not run', async (t) => {
  const { clone, folder } = await remote(t);
  const trap = join(folder, 'trap');
  await writeFile(trap, `#!/bin/sh\ntouch ${join(folder, 'sprung')}\n`);
  await chmod(trap, 0o755);
  await clone.git('config', 'diff.external', trap);
  await clone.git('config', 'core.fsmonitor', trap);
  await clone.git('config', 'diff.x.textconv', trap);
  await clone.write('.git/info/attributes', '*.ts diff=x\n');
  await clone.git('config', 'blame.ignoreRevsFile', '/nonexistent');
  t.is((await gate(clone, BY_FILE)).code, 1);
  await t.throwsAsync(readFile(join(folder, 'sprung')));
  await rm(trap);
});
