import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { parse } from 'yaml';
import { temporaryFolder } from './cli.js';

const ROOT = new URL('../../', import.meta.url);
const read = async (name: string) => readFile(new URL(name, ROOT), 'utf8');
const action = async () => parse(await read('action.yml'));
const template = async () => parse(await read('ci/gitlab/blameprompt-gate.yml'))['blameprompt-gate'];
const version = async () => JSON.parse(await read('package.json')).version;

const HOSTILE = '"; touch pwned; $(touch pwned) `touch pwned` \' && touch pwned #';

/** Runs a script with an `npx` and a `git` that only write down what they were called with; answers that of npx. */
async function calledWith(t: ExecutionContext, shell: string[], script: string, env: Record<string, string>) {
  const folder = await temporaryFolder(t);
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(
    join(bin, 'npx'),
    `#!/bin/sh\nprintf '%s\\n' "$BLAMEPROMPT_API_URL" "$PWD" "$@" > ${folder}/called\n`,
  );
  await writeFile(join(bin, 'git'), '#!/bin/sh\n');
  for (const name of await readdir(bin)) await chmod(join(bin, name), 0o755);
  const [command = '', ...options] = shell;
  await promisify(execFile)(command, [...options, script], {
    cwd: folder,
    env: {
      PATH: `${bin}:${process.env.PATH}`,
      RUNNER_TEMP: '/tmp',
      GITHUB_WORKSPACE: '/clone',
      CI_PROJECT_DIR: '/clone',
      ...env,
    },
  });
  t.deepEqual((await readdir(folder)).sort(), ['bin', 'called']);
  return (await readFile(join(folder, 'called'), 'utf8')).split('\n').slice(0, -1);
}

test('the action takes inputs by the environment only, and names what it runs exactly', async (t) => {
  const { runs, inputs } = await action();
  t.is(runs.using, 'composite');
  for (const { run, uses, shell } of runs.steps) {
    if (run !== undefined) t.false(run.includes('${{'), run);
    if (run !== undefined) t.is(shell, 'bash');
    if (uses !== undefined) t.regex(uses, /@[0-9a-f]{40}$/);
  }
  t.is(inputs.version.default, await version());
  const used = JSON.stringify(runs).match(/inputs\.[a-z-]+/g) ?? [];
  t.deepEqual(
    [...new Set(used)].sort(),
    Object.keys(inputs)
      .map((name) => `inputs.${name}`)
      .sort(),
  );
});

test('the action calls the gate outside of the clone, with its inputs as they are', async (t) => {
  const { runs } = await action();
  const { run, env } = runs.steps.at(-1);
  const names = Object.keys(env);
  const none = Object.fromEntries(names.map((name) => [name, '']));
  const bash = ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c'];
  const plain = { ...none, GATE_VERSION: '1.2.3', GATE_FAIL_ON: 'block', GATE_DIRECTORY: '.' };
  t.deepEqual(await calledWith(t, bash, run, plain), [
    ...['', '/tmp', '--yes', 'blameprompt-enterprise@1.2.3', 'enterprise', 'gate', '-C', '/clone/.'],
    ...['--fail-on', 'block', '--format', 'text', '--format', 'github'],
  ]);
  const hostile = Object.fromEntries(names.map((name) => [name, HOSTILE]));
  t.deepEqual(await calledWith(t, bash, run, hostile), [
    ...[HOSTILE, '/tmp', '--yes', `blameprompt-enterprise@${HOSTILE}`, 'enterprise', 'gate', '-C', `/clone/${HOSTILE}`],
    ...['--fail-on', HOSTILE, '--format', 'text', '--format', 'github', '--base', HOSTILE],
    ...['--policies', `/clone/${HOSTILE}/${HOSTILE}`],
    ...['--format', `sarif=/clone/${HOSTILE}/${HOSTILE}`, '--format', `markdown=/clone/${HOSTILE}/${HOSTILE}`],
  ]);
});

test('the template for GitLab does the same, and keeps the reports that it writes', async (t) => {
  const job = await template();
  t.is(job.variables.GIT_DEPTH, '0');
  t.is(job.variables.BLAMEPROMPT_VERSION, await version());
  const script = job.script.join('\n');
  const called = await calledWith(t, ['sh', '-e', '-c'], script, { ...job.variables, BLAMEPROMPT_POLICIES: HOSTILE });
  t.deepEqual(called.slice(1, 4), ['/tmp', '--yes', `blameprompt-enterprise@${await version()}`]);
  t.deepEqual(called.slice(-2), ['--policies', `/clone/${HOSTILE}`]);
  const files = called.filter((argument) => argument.includes('=')).map((argument) => argument.split('=/clone/'));
  t.deepEqual(Object.fromEntries(files), {
    gitlab: job.artifacts.reports.codequality,
    junit: job.artifacts.reports.junit,
  });
});
