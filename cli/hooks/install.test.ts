import { chmod, lstat, mkdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { TestClone } from '../../test/cli.js';
import {
  enterprise,
  git,
  giveBundle,
  installRecorder,
  policy,
  stage,
  stagedReceipt,
  stopBackground,
  uninstallRecorder,
  writeStaging,
} from '../../test/hooks.js';

const EVIL = policy({ rule: { blocked_models: ['evil-*'] } });

/** A clone with a policy that stops the receipt which is staged. */
async function stoppedClone(t: ExecutionContext): Promise<TestClone> {
  const clone = await TestClone.create(t);
  stopBackground(t, clone);
  await giveBundle(clone, [EVIL]);
  await writeStaging(clone, [stagedReceipt({ model: 'evil-1' })]);
  await clone.write('.git/info/exclude', '.blameprompt/\n');
  await stage(clone);
  return clone;
}

async function install(t: ExecutionContext, clone: TestClone, ...args: string[]) {
  const outcome = await enterprise(clone, ['hooks', 'install', '--json', ...args]);
  t.is(outcome.code, 0, outcome.stdout + outcome.stderr);
  return outcome.json;
}

const stateOf = (report: { hooks: { hook: string; state: string }[] }, hook: string) =>
  report.hooks.find((entry) => entry.hook === hook)?.state;

async function assertStops(t: ExecutionContext, clone: TestClone, env: Record<string, string> = {}) {
  const outcome = await git(clone, ['commit', '-m', 'x'], env);
  t.is(outcome.code, 1, outcome.stderr);
  t.regex(outcome.stderr, /stopped by the policy "No preview models"/);
  return outcome;
}

test('hooks are installed, stop a commit, and are gone without a trace after they were uninstalled', async (t) => {
  const clone = await stoppedClone(t);
  t.is(stateOf(await install(t, clone), 'pre-commit'), 'created');
  t.is(stateOf(await install(t, clone), 'pre-commit'), 'unchanged');
  await assertStops(t, clone);
  const status = (await enterprise(clone, ['hooks', 'status', '--json'])).json;
  t.true(status.installed);
  t.like(status.policies, { count: 1, org: 'acme', expired: false });
  t.is((await enterprise(clone, ['hooks', 'uninstall'])).code, 0);
  for (const hook of ['pre-commit', 'post-commit', 'post-rewrite', 'post-merge', 'pre-push']) {
    await t.throwsAsync(lstat(join(clone.path, '.git/hooks', hook)), { code: 'ENOENT' });
  }
  t.is((await git(clone, ['commit', '-m', 'x'])).code, 0);
  t.false((await enterprise(clone, ['hooks', 'status', '--json'])).json.installed);
});

const OTHERS: Record<string, string> = {
  'leaves early': '#!/bin/sh\nexit 0\n',
  'hands over': '#!/usr/bin/env bash\nexec true\n',
  'is strict': '#!/bin/sh -eu\ntrue\n',
  'has no newline at its end': '#!/bin/sh\nexit 0',
  'is only a first line': '#!/bin/sh',
  'has no first line': 'exit 0\n',
  'has bytes that are no UTF-8': '#!/bin/sh\n# \xff\xfe\xe4\nexit 0\n',
  'has CRLF below its first line': '#!/bin/sh\n: one\r\n: two\r\n',
};

for (const [what, content] of Object.entries(OTHERS)) {
  test(`a hook that ${what} keeps every byte, and ours runs all the same`, async (t) => {
    const clone = await stoppedClone(t);
    const path = join(clone.path, '.git/hooks/pre-commit');
    await writeFile(path, content, 'latin1');
    await chmod(path, 0o750);
    t.is(stateOf(await install(t, clone), 'pre-commit'), 'inserted');
    await assertStops(t, clone);
    t.is((await enterprise(clone, ['hooks', 'uninstall'])).code, 0);
    t.is(await readFile(path, 'latin1'), content);
    t.is((await stat(path)).mode & 0o777, 0o750);
  });
}

test('a hook of Windows keeps every byte', async (t) => {
  const clone = await stoppedClone(t);
  const path = join(clone.path, '.git/hooks/pre-commit');
  const content = '#!/bin/sh\r\necho one\r\nexit 0';
  await writeFile(path, content, { mode: 0o755 });
  t.is(stateOf(await install(t, clone), 'pre-commit'), 'inserted');
  t.is((await enterprise(clone, ['hooks', 'uninstall'])).code, 0);
  t.is(await readFile(path, 'latin1'), content);
});

test('a hook that is no shell script waits aside, runs after ours, and comes back', async (t) => {
  const clone = await stoppedClone(t);
  const path = join(clone.path, '.git/hooks/pre-commit');
  const content =
    "#!/usr/bin/env node\nimport('node:fs').then((fs) => fs.appendFileSync('ran', 'x')); process.exitCode = 3;";
  await writeFile(path, content, { mode: 0o700 });
  t.is(stateOf(await install(t, clone), 'pre-commit'), 'moved aside');
  t.is(stateOf(await install(t, clone), 'pre-commit'), 'unchanged');
  await assertStops(t, clone);
  await t.throwsAsync(readFile(join(clone.path, 'ran')));
  await writeStaging(clone, []);
  t.is((await git(clone, ['commit', '-m', 'x'])).code, 1, 'its own exit code stops the commit');
  t.is(await readFile(join(clone.path, 'ran'), 'utf8'), 'x');
  t.is((await enterprise(clone, ['hooks', 'uninstall'])).code, 0);
  t.is(await readFile(path, 'utf8'), content);
  t.is((await stat(path)).mode & 0o777, 0o700);
  await t.throwsAsync(stat(join(clone.path, '.git/hooks/blameprompt-original')));
});

test('a hook that is a link to a tracked script, or to a program that goes by its name, stays that link', async (t) => {
  const clone = await stoppedClone(t);
  await clone.write('scripts/tool', '#!/bin/sh\nbasename "$0" >"$HOME/called-as"\n');
  await chmod(join(clone.path, 'scripts/tool'), 0o755);
  const path = join(clone.path, '.git/hooks/pre-commit');
  await symlink('../../scripts/tool', path);
  t.is(stateOf(await install(t, clone), 'pre-commit'), 'moved aside');
  await assertStops(t, clone);
  await writeStaging(clone, []);
  t.is((await git(clone, ['commit', '-m', 'x'])).code, 0);
  t.is(await readFile(join(clone.home, 'called-as'), 'utf8'), 'pre-commit\n');
  t.is((await enterprise(clone, ['hooks', 'uninstall'])).code, 0);
  t.is(await readlink(path), '../../scripts/tool');
});

test('a hook that git ignores since it is not executable stays ignored', async (t) => {
  const clone = await stoppedClone(t);
  const path = join(clone.path, '.git/hooks/pre-commit');
  await writeFile(path, '#!/bin/sh\nexit 7\n', { mode: 0o644 });
  await install(t, clone);
  await writeStaging(clone, []);
  t.is((await git(clone, ['commit', '-m', 'x'])).code, 0);
  await enterprise(clone, ['hooks', 'uninstall']);
  t.is(await readFile(path, 'utf8'), '#!/bin/sh\nexit 7\n');
  t.is((await stat(path)).mode & 0o777, 0o644);
});

test('others who write to the file after us lose nothing when we go', async (t) => {
  const clone = await stoppedClone(t);
  const folder = join(clone.path, '.git/hooks');
  await writeFile(join(folder, 'pre-commit'), '#!/usr/bin/env python3\n', { mode: 0o755 });
  await install(t, clone);
  await installRecorder(folder);
  await installRecorder(folder);
  await assertStops(t, clone);
  t.is((await enterprise(clone, ['hooks', 'uninstall'])).code, 0);
  t.regex(
    await readFile(join(folder, 'pre-commit'), 'utf8'),
    /# BlamePrompt pre-commit hook\ntrue\n# \/BlamePrompt\n$/,
  );
  t.regex(await readFile(join(folder, 'pre-commit'), 'utf8'), /blameprompt-original\/pre-commit/);
  t.notRegex(await readFile(join(folder, 'post-commit'), 'utf8'), /blameprompt-enterprise/);
});

test('a recorder beside us keeps every byte, in whichever order we come and go', async (t) => {
  const alone = await TestClone.create(t);
  const folderOf = (clone: TestClone) => join(clone.path, '.git/hooks');
  const all = async (clone: TestClone) =>
    Promise.all(['pre-commit', 'post-commit', 'pre-push'].map((hook) => readFile(join(folderOf(clone), hook), 'utf8')));
  await installRecorder(folderOf(alone));
  const before = await stoppedClone(t);
  await installRecorder(folderOf(before));
  await install(t, before);
  await assertStops(t, before);
  await installRecorder(folderOf(before));
  await install(t, before);
  await assertStops(t, before);
  await enterprise(before, ['hooks', 'uninstall']);
  t.deepEqual(await all(before), await all(alone));
  await uninstallRecorder(folderOf(before));
  await t.throwsAsync(stat(join(folderOf(before), 'pre-commit')), undefined, 'nothing is left of either');

  const after = await stoppedClone(t);
  await install(t, after);
  await installRecorder(folderOf(after));
  await assertStops(t, after);
  await uninstallRecorder(folderOf(after));
  await assertStops(t, after);
  await enterprise(after, ['hooks', 'uninstall']);
  await t.throwsAsync(stat(join(folderOf(after), 'pre-commit')), undefined, 'nothing is left of either');
});

test('core.hooksPath is respected, and a folder that others share does nothing in their clones', async (t) => {
  const clone = await stoppedClone(t);
  const shared = join(clone.home, "team's hooks");
  await mkdir(shared);
  await clone.git('config', '--global', 'core.hooksPath', shared);
  const report = await install(t, clone);
  t.is(report.folder, shared);
  t.regex(report.remarks.join(), /all your clones/);
  await assertStops(t, clone);
  const other = await stoppedClone(t);
  await other.git('config', 'core.hooksPath', shared);
  t.is((await git(other, ['commit', '-m', 'x'])).code, 0);
  t.is(stateOf((await enterprise(other, ['hooks', 'status', '--json'])).json, 'pre-commit'), 'off in this clone');
});

test('a folder of hooks in the work tree is respected, from any folder of the clone', async (t) => {
  const clone = await stoppedClone(t);
  await clone.write('.githooks/pre-commit', '#!/bin/sh\nexit 0\n');
  await chmod(join(clone.path, '.githooks/pre-commit'), 0o755);
  await clone.git('config', 'core.hooksPath', '.githooks');
  const report = (await enterprise(clone, ['hooks', 'install', '-C', 'src', '--json'])).json;
  t.is(report.folder, join(clone.path, '.githooks'));
  t.regex(report.remarks.join(), /work tree/);
  t.notRegex(
    await readFile(join(clone.path, '.githooks/pre-commit'), 'utf8'),
    new RegExp(process.execPath),
    'no path of this machine',
  );
  await assertStops(t, clone);
});

test('all worktrees of a clone share the hooks', async (t) => {
  const clone = await stoppedClone(t);
  await install(t, clone);
  await clone.git('commit', '--no-verify', '-m', 'first');
  const other = join(clone.path, '..', 'other tree');
  await clone.git('worktree', 'add', '--quiet', '-b', 'other', other);
  await mkdir(join(other, '.blameprompt'));
  await writeFile(
    join(other, '.blameprompt/staging.json'),
    JSON.stringify({ receipts: [stagedReceipt({ model: 'evil-2' })] }),
  );
  const outcome = await git(clone, ['-C', other, 'commit', '--allow-empty', '-m', 'x']);
  t.is(outcome.code, 1, outcome.stderr);
  t.regex(outcome.stderr, /evil-2/);
  t.true((await enterprise(clone, ['hooks', 'status', '-C', other, '--json'])).json.installed);
});

test('submodules have hooks of their own, and a clone below a strange path works like any other', async (t) => {
  const clone = await stoppedClone(t);
  await clone.git('commit', '--no-verify', '-m', 'first');
  const strange = join(clone.path, '..', `it's a "strange" $path`);
  await clone.git('clone', '--quiet', '--no-local', clone.path, strange);
  await clone.git(
    '-C',
    strange,
    '-c',
    'protocol.file.allow=always',
    'submodule',
    '--quiet',
    'add',
    clone.path,
    'sub module',
  );
  for (const folder of [strange, join(strange, 'sub module')]) {
    const report = (await enterprise(clone, ['hooks', 'install', '-C', folder, '--json'])).json;
    await mkdir(join(folder, '.blameprompt'));
    await writeFile(
      join(folder, '.blameprompt/staging.json'),
      JSON.stringify({ receipts: [stagedReceipt({ model: 'evil-3' })] }),
    );
    const state = join(report.folder, '..', 'blameprompt');
    await writeFile(join(state, 'bundle.json'), await readFile(join(clone.path, '.git/blameprompt/bundle.json')));
    const outcome = await git(clone, ['-C', folder, 'commit', '--allow-empty', '-m', 'x']);
    t.is(outcome.code, 1, outcome.stderr);
    t.regex(outcome.stderr, /evil-3/);
  }
});

/** What husky 9 generates: a folder of files that all run `h`, which runs the file of that name above. */
async function installHusky(clone: TestClone): Promise<void> {
  const h = `#!/usr/bin/env sh
n=$(basename "$0")
s=$(dirname "$(dirname "$0")")/$n
[ ! -f "$s" ] && exit 0
sh -e "$s" "$@"
exit $?
`;
  await clone.write('.husky/_/.gitignore', '*');
  await clone.write('.husky/_/h', h);
  for (const hook of ['pre-commit', 'post-commit', 'pre-push', 'post-merge', 'post-rewrite', 'commit-msg']) {
    await clone.write(`.husky/_/${hook}`, '#!/usr/bin/env sh\n. "$(dirname "$0")/h"');
    await chmod(join(clone.path, '.husky/_', hook), 0o755);
  }
  await clone.git('config', 'core.hooksPath', '.husky/_');
}

test('with husky ours goes into what it generates, and nothing that is committed changes', async (t) => {
  const clone = await stoppedClone(t);
  await installHusky(clone);
  await clone.write('.husky/pre-commit', 'touch "$HOME/husky-ran"\n');
  const report = await install(t, clone);
  t.regex(report.remarks.join(), /--shared/);
  await assertStops(t, clone);
  await writeStaging(clone, []);
  t.is((await git(clone, ['commit', '-m', 'x'])).code, 0);
  await stat(join(clone.home, 'husky-ran'));
  t.is(await readFile(join(clone.path, '.husky/pre-commit'), 'utf8'), 'touch "$HOME/husky-ran"\n');
  await installHusky(clone);
  t.is(stateOf((await enterprise(clone, ['hooks', 'status', '--json'])).json, 'pre-commit'), 'absent');
  await install(t, clone);
  await enterprise(clone, ['hooks', 'uninstall']);
  t.is(await readFile(join(clone.path, '.husky/_/pre-commit'), 'utf8'), '#!/usr/bin/env sh\n. "$(dirname "$0")/h"');
});

test('with husky and --shared ours goes into the files that the team commits, once', async (t) => {
  const clone = await stoppedClone(t);
  await installHusky(clone);
  await clone.write('.husky/pre-commit', 'true\n');
  await install(t, clone);
  await install(t, clone, '--shared');
  await installHusky(clone);
  t.notRegex(await readFile(join(clone.path, '.husky/_/pre-commit'), 'utf8'), /blameprompt/);
  t.is(stateOf(await install(t, clone), 'pre-commit'), 'unchanged');
  const { stderr } = await assertStops(t, clone);
  t.is(stderr.match(/stopped by/g)?.length, 1);
  await enterprise(clone, ['hooks', 'uninstall']);
  t.is(await readFile(join(clone.path, '.husky/pre-commit'), 'utf8'), 'true\n');
  await t.throwsAsync(stat(join(clone.path, '.husky/post-commit')));
  t.is((await enterprise(await stoppedClone(t), ['hooks', 'install', '--shared'])).code, 2);
});

test('a framework that moves hooks to .legacy and runs them from there is content with ours', async (t) => {
  const clone = await stoppedClone(t);
  await install(t, clone);
  const path = join(clone.path, '.git/hooks/pre-commit');
  await writeFile(`${path}.legacy`, await readFile(path), { mode: 0o755 });
  await writeFile(path, '#!/usr/bin/env bash\n"$(dirname "$0")/pre-commit.legacy" "$@"\n', { mode: 0o755 });
  t.is(stateOf(await install(t, clone), 'pre-commit'), 'unchanged');
  t.is((await assertStops(t, clone)).stderr.match(/stopped by/g)?.length, 1);
  await enterprise(clone, ['hooks', 'uninstall']);
  await t.throwsAsync(stat(`${path}.legacy`));
});

test('programs with next to no PATH run the hooks, and a node that is gone stops nobody', async (t) => {
  const clone = await stoppedClone(t);
  await install(t, clone);
  await assertStops(t, clone, { PATH: '/usr/bin:/bin' });
  const script = join(clone.path, '.git/blameprompt/hooks/pre-commit.sh');
  const text = await readFile(script, 'utf8');
  await writeFile(script, text.replace(/^bp_node=.*$/m, "bp_node='/nowhere/node'"));
  await assertStops(t, clone);
  await writeFile(script, text.replace(/^bp_(node|program)=.*$/gm, "bp_$1='/nowhere'"));
  const first = await git(clone, ['commit', '-m', 'x'], { PATH: '/usr/bin:/bin' });
  t.is(first.code, 0);
  t.regex(first.stderr, /not checked.*hooks install/);
  const second = await git(clone, ['commit', '--amend', '-m', 'x'], { PATH: '/usr/bin:/bin' });
  t.is(second.code, 0);
  t.notRegex(second.stderr, /blameprompt/, 'said once');
});

test('hooks of clones to come are installed in the template folder', async (t) => {
  const clone = await TestClone.create(t);
  const report = (await enterprise(clone, ['hooks', 'install', '--global', '--json'])).json;
  t.regex(report.remarks.join(), /init\.templateDir is now/);
  const made = join(clone.home, 'made');
  await clone.git('init', '--quiet', made);
  t.true((await enterprise(clone, ['hooks', 'status', '-C', made, '--json'])).json.installed);
  t.is((await enterprise(clone, ['hooks', 'uninstall', '--global'])).code, 0);
  t.is((await git(clone, ['config', '--global', 'init.templateDir'])).code, 1);
  await t.throwsAsync(stat(join(clone.home, '.config/blameprompt/git-template')));

  const template = join(clone.home, 'my template');
  await mkdir(join(template, 'hooks'), { recursive: true });
  await writeFile(join(template, 'hooks/pre-commit'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  await clone.git('config', '--global', 'init.templateDir', template);
  t.is((await enterprise(clone, ['hooks', 'install', '--global', '--json'])).json.folder, join(template, 'hooks'));
  await enterprise(clone, ['hooks', 'uninstall', '--global']);
  t.is(await readFile(join(template, 'hooks/pre-commit'), 'utf8'), '#!/bin/sh\nexit 0\n');
  t.is(await clone.git('config', '--global', 'init.templateDir'), template);
});

test('init writes the project file once and installs the hooks', async (t) => {
  const clone = await TestClone.create(t);
  const first = (await enterprise(clone, ['init', '--json', '--api-url', 'https://bp.example.com'])).json;
  t.true(first.config.written);
  t.regex(await readFile(first.config.path, 'utf8'), /^api_url = "https:\/\/bp\.example\.com"$/m);
  t.is(stateOf(first.hooks, 'post-commit'), 'created');
  await writeFile(first.config.path, '[recorder]\n');
  const second = (await enterprise(clone, ['init', '--json'])).json;
  t.false(second.config.written);
  t.is(await readFile(first.config.path, 'utf8'), '[recorder]\n');
});

test('where hooks cannot be, installing says so', async (t) => {
  const clone = await TestClone.create(t);
  await clone.git('config', 'core.hooksPath', '/dev/null');
  t.is((await enterprise(clone, ['hooks', 'install'])).code, 2);
  await clone.git('init', '--quiet', '--bare', 'bare.git');
  const bare = await enterprise(clone, ['hooks', 'install', '-C', 'bare.git']);
  t.is(bare.code, 2);
  t.regex(bare.stderr, /pre-receive/);
  await rm(join(clone.path, 'bare.git'), { recursive: true });
});
