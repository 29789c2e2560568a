import { appendFile, chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CLI, lines, TestClone } from './cli.js';
import {
  enterprise,
  git,
  giveBundle,
  policy,
  stage,
  stagedReceipt,
  stateOf,
  stopBackground,
  writeStaging,
} from './hooks.js';

const EVIL = policy({ rule: { blocked_models: ['evil-*'] } });
const CLOSED = policy({ name: 'Closed', rule: { blocked_models: ['other-*'] }, on_error: 'closed' });
const evil = () => [stagedReceipt({ model: 'evil-1' })];

/** A clone with hooks, a policy, and something staged. */
async function hookedClone(t: ExecutionContext, policies = [EVIL]): Promise<TestClone> {
  const clone = await TestClone.create(t);
  stopBackground(t, clone);
  const installed = await enterprise(clone, ['hooks', 'install']);
  t.is(installed.code, 0, installed.stderr);
  await giveBundle(clone, policies);
  await clone.write('.git/info/exclude', '.blameprompt/\n');
  await stage(clone);
  return clone;
}

const commit = (clone: TestClone, env: Record<string, string> = {}, ...args: string[]) =>
  git(clone, ['commit', '--quiet', '--allow-empty', '-m', 'x', ...args], env);

/** Commits twice: nobody is stopped, and what is wrong is said in one line the first time only. */
async function assertSaidOnce(t: ExecutionContext, clone: TestClone, said: RegExp) {
  const first = await commit(clone);
  t.is(first.code, 0, first.stderr);
  t.is(
    first.stderr
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('blameprompt:') && said.test(line)).length,
    1,
    first.stderr,
  );
  const second = await commit(clone);
  t.is(second.code, 0, second.stderr);
  t.notRegex(second.stderr, said);
  return first;
}

test('a violation stops the commit and says policy, rule, place and what to do', async (t) => {
  const clone = await hookedClone(t);
  await writeStaging(clone, evil());
  const { code, stderr } = await commit(clone);
  t.is(code, 1);
  t.regex(stderr, /BLOCK {2}No preview models/);
  t.regex(stderr, /evil-1 is blocked by evil-\*/);
  t.regex(stderr, /src\/cart\.ts:1-4, receipt 6a0f6c0e/);
  t.regex(stderr, /Use another model/);
  t.is((await git(clone, ['rev-parse', 'HEAD'])).code, 128, 'nothing was committed');
});

test('a warning does not stop, and neither do receipts that break nothing', async (t) => {
  const clone = await hookedClone(t, [{ ...EVIL, action: 'warn' }]);
  await writeStaging(clone, evil());
  const warned = await commit(clone);
  t.is(warned.code, 0);
  t.regex(warned.stderr, /WARN .*No preview models/);
  await writeStaging(clone, [stagedReceipt()]);
  t.deepEqual({ ...(await commit(clone)), json: undefined }, { code: 0, stdout: '', stderr: '', json: undefined });
});

test('git and the environment skip the check, and the configuration switches it off; the log says so', async (t) => {
  const clone = await hookedClone(t);
  await writeStaging(clone, evil());
  t.is((await commit(clone, {}, '--no-verify')).code, 0);
  t.is((await commit(clone, { BLAMEPROMPT_SKIP: '1' })).code, 0);
  t.is((await commit(clone, { BLAMEPROMPT_SKIP: '0' })).code, 1);
  t.regex(await readFile(join(stateOf(clone), 'hook.log'), 'utf8'), /pre-commit: not checked, BLAMEPROMPT_SKIP is set/);
  for (const setting of ['enforce_policies = false', 'enabled = false']) {
    await clone.write('.blameprompt/config.toml', `[enterprise]\n${setting}\n`);
    const { code, stderr } = await commit(clone);
    t.is(code, 0);
    t.is(stderr, '');
  }
  t.regex(await readFile(join(stateOf(clone), 'hook.log'), 'utf8'), /configuration switches checks off/);
});

test('an expired bundle stops nobody, and its age is said once; a policy that fails closed stops', async (t) => {
  const old = { generated_at: '2026-02-01T00:00:00.000Z', not_after: '2026-02-02T00:00:00.000Z' };
  const clone = await hookedClone(t);
  await giveBundle(clone, [EVIL], old);
  await writeStaging(clone, evil());
  await assertSaidOnce(t, clone, /\d+ days old, and held until 2026-02-02 00:00 UTC/);
  await giveBundle(clone, [EVIL, CLOSED], old);
  const stopped = await commit(clone);
  t.is(stopped.code, 1);
  t.regex(stopped.stderr, /BLOCK {2}Closed\n.*could not be evaluated: the policies in this clone are \d+ days old/);
  t.notRegex(stopped.stderr, /No preview models/);
  await writeStaging(clone, []);
  t.is((await commit(clone)).code, 0, 'where no receipts are staged nothing is asked');
});

const DAMAGED: Record<string, string> = {
  'is not JSON': '{"receipts":[{"id":"6a0f6c0e',
  'holds no list': '{"receipts":{"id":1}}',
  'holds what is no receipt': '{"receipts":[1,null,"x",{}]}',
  'is null': 'null',
};
for (const [what, content] of Object.entries(DAMAGED)) {
  test(`a staging file that ${what} stops nobody, and is said once; a policy that fails closed stops`, async (t) => {
    const clone = await hookedClone(t);
    await writeStaging(clone, content);
    await assertSaidOnce(t, clone, /not everything was checked: .*staging\.json/);
    await giveBundle(clone, [CLOSED]);
    t.is((await commit(clone)).code, 1);
  });
}

test('a staging file that is too large is not read, and receipts beside a damaged one are judged', async (t) => {
  const clone = await hookedClone(t);
  await writeStaging(clone, `{"receipts":["${'x'.repeat(17 * 1024 * 1024)}"]}`);
  await assertSaidOnce(t, clone, /larger than 16 MB/);
  await writeStaging(clone, 'broken');
  await writeStaging(clone, evil(), 'api');
  t.is((await commit(clone)).code, 0, 'what cannot be told whole is left to those who can');
});

test('a broken configuration stops nobody, and is said once; a policy that fails closed stops', async (t) => {
  const clone = await hookedClone(t);
  await clone.write('.blameprompt/config.toml', '[enterprise\nenabled = 7');
  await writeStaging(clone, evil());
  const first = await assertSaidOnce(t, clone, /configuration cannot be read/);
  t.regex(first.stderr, /WARN .*No preview models/);
  await giveBundle(clone, [{ ...EVIL, on_error: 'closed' }]);
  t.is((await commit(clone)).code, 1);
});

test('a bundle that is damaged, forged or of a server without a pinned key stops nobody, and is said once', async (t) => {
  const clone = await hookedClone(t, [{ ...EVIL, on_error: 'closed' }]);
  await writeStaging(clone, evil());
  const path = join(stateOf(clone), 'bundle.json');
  const good = JSON.parse(await readFile(path, 'utf8'));
  const forge = async (bundle: unknown, said: RegExp) => {
    await rm(join(stateOf(clone), 'said.json'), { force: true });
    await writeFile(path, typeof bundle === 'string' ? bundle : JSON.stringify(bundle));
    await assertSaidOnce(t, clone, said);
  };
  await forge('{', /cannot be read/);
  await forge('null', /no bundle/);
  await forge({ ...good, payload: good.payload.replace('evil', 'good') }, /signature/);
  await forge({ ...good, signature: '' }, /signature/);
  await forge({ ...good, origin: 'https://other.example.com' }, /no key is known/);
  await writeFile(join(clone.home, '.config/blameprompt/policy-keys.json'), '{"https://policies.example.com":7}');
  await forge(good, /signature/);
});

test('a policy of a newer server stops nobody unless it fails closed, and the others hold', async (t) => {
  const newer = policy({ name: 'Newer', rule: { max_carbon: 3 } as never });
  const broken = policy({ name: 'Broken', rule: { when: 'no such (' }, scope: { repos: [''] } });
  const clone = await hookedClone(t, [newer, broken]);
  await writeStaging(clone, evil());
  await assertSaidOnce(t, clone, /policy "(Newer|Broken)" cannot be used here/);
  await giveBundle(clone, [newer, EVIL]);
  t.is((await commit(clone)).code, 1);
  await giveBundle(clone, [{ ...newer, on_error: 'closed' }]);
  const stopped = await commit(clone);
  t.is(stopped.code, 1);
  t.regex(stopped.stderr, /max_carbon could not be evaluated/);
});

test('a crash of ours stops nobody, is said once, and leaves its traces in the log', async (t) => {
  const clone = await hookedClone(t, [{ ...EVIL, on_error: 'closed' }]);
  await writeStaging(clone, evil());
  const script = join(stateOf(clone), 'hooks/pre-commit.sh');
  const crash = join(clone.home, 'crash.cjs');
  await writeFile(crash, 'throw new Error("a bug of ours")');
  await writeFile(script, (await readFile(script, 'utf8')).replace(/^bp_program=.*$/m, `bp_program='${crash}'`));
  await assertSaidOnce(t, clone, /could not run \(status 1/);
  t.regex(await readFile(join(stateOf(clone), 'hook.log'), 'utf8'), /a bug of ours/);
});

test('staged receipts are found at the top, in folders below it, and above what is staged', async (t) => {
  const clone = await hookedClone(t);
  for (const folder of ['.', 'api', 'services/api v2', 'a/b/c/d']) {
    await stage(clone, join(folder, 'x/y.ts'));
    await writeStaging(
      clone,
      [stagedReceipt({ model: 'evil-1', files_changed: [{ path: 'x/y.ts', line_range: [1, 1] }] })],
      folder,
    );
    const { code, stderr } = await commit(clone);
    t.is(code, 1, folder);
    t.true(stderr.includes(`at ${join(folder, 'x/y.ts')}:1`), stderr);
    await writeStaging(clone, [], folder);
    t.is((await commit(clone)).code, 0, folder);
  }
  await writeStaging(clone, evil(), 'a/b/c/d');
  t.is((await commit(clone)).code, 0, 'nothing of that folder is committed');
});

test('node is not started where there is nothing to check', async (t) => {
  const clone = await hookedClone(t);
  const script = join(stateOf(clone), 'hooks/pre-commit.sh');
  await clone.write('../home/node', '#!/bin/sh\necho called >>"$HOME/called"\n');
  await chmod(join(clone.home, 'node'), 0o755);
  await writeFile(script, (await readFile(script, 'utf8')).replace(/^bp_node=.*$/m, `bp_node='${clone.home}/node'`));
  const called = () => readFile(join(clone.home, 'called'), 'utf8').catch(() => '');
  await commit(clone);
  for (const empty of ['{"receipts":[]}', '{\n  "receipts": []\n}', '{\n  "receipts": []\n}\n', '']) {
    await writeStaging(clone, empty);
    await commit(clone);
    t.is(await called(), '', empty);
  }
  await writeStaging(clone, evil());
  await commit(clone);
  t.is(await called(), 'called\n');
  await rm(join(stateOf(clone), 'bundle.json'));
  await commit(clone);
  t.is(await called(), 'called\n', 'no policies, nothing to check');
});

test('what is printed cannot steer the terminal', async (t) => {
  const clone = await hookedClone(t, [{ ...EVIL, name: 'Bad\u001b[2Jname' }]);
  await writeStaging(clone, [
    stagedReceipt({ model: 'evil-\u001b[31mred\u0007', files_changed: [{ path: 'a\u001b]0;t\u0007.ts' }] }),
  ]);
  const { code, stderr } = await commit(clone);
  t.is(code, 1);
  t.notRegex(stderr, /[\u0000-\u0009\u000b-\u001f\u007f]/);
});

test('money that was spent before counts, and so does what receipts do not tell but can be estimated', async (t) => {
  const limit = policy({ name: 'Ten a day', rule: { max_cost_per_day: 10 } });
  const clone = await hookedClone(t);
  const spend = [{ policy: 'Ten a day', window: '2026-02-14', per: null, usd: 9.9 }];
  await giveBundle(clone, [limit], { state: { as_of: '2026-02-14T09:00:00Z', spend, lines: null } });
  await writeStaging(clone, [stagedReceipt({ cost_usd: 0.05 })]);
  t.is((await commit(clone)).code, 0);
  await writeStaging(clone, [stagedReceipt({ cost_usd: 0.25 })]);
  t.regex((await commit(clone)).stderr, /\$10\.15 spent/);
  await writeStaging(clone, [stagedReceipt({ cost_usd: null, input_tokens: 1_000_000, output_tokens: 1_000_000 })]);
  t.is((await commit(clone)).code, 1);
});

test('check judges what the hook judges, with the exit codes of our commands', async (t) => {
  const clone = await hookedClone(t);
  await writeStaging(clone, evil(), 'deep/down/below');
  const blocked = await enterprise(clone, ['check', '--json']);
  t.is(blocked.code, 1, blocked.stderr);
  t.like(blocked.json, { verdict: 'block', receipts: 1, policies: 1, violations: [{ policy: 'No preview models' }] });
  await writeStaging(clone, [], 'deep/down/below');
  t.like((await enterprise(clone, ['check', '--json'])).json, { verdict: 'pass', receipts: 0 });
  await rm(join(stateOf(clone), 'bundle.json'));
  t.is((await enterprise(clone, ['check'])).code, 4);
});

test('doctor tells which hooks are missing', async (t) => {
  const clone = await hookedClone(t);
  const hooks = async () => {
    const { json } = await enterprise(clone, ['doctor', '--json']);
    return json.checks.find(({ name }: { name: string }) => name === 'hooks');
  };
  t.like(await hooks(), { state: 'ok' });
  await rm(join(clone.path, '.git/hooks/pre-push'));
  t.like(await hooks(), { state: 'warning' });
  t.regex((await hooks()).message, /pre-push/);
});

test('the check starts by itself where the quick one is missing', async (t) => {
  const clone = await hookedClone(t);
  await writeStaging(clone, evil());
  const script = join(stateOf(clone), 'hooks/pre-commit.sh');
  await writeFile(script, (await readFile(script, 'utf8')).replace(/^bp_program=.*$/m, `bp_program='${CLI}'`));
  t.is((await commit(clone)).code, 1);
});

test('a commit of many files and folders is looked at in bounded time', async (t) => {
  const clone = await hookedClone(t);
  for (let n = 0; n < 800; n++) await clone.write(`d${n % 40}/e${n}/f/g.ts`, lines(1));
  await clone.git('add', '--all');
  t.is((await commit(clone)).code, 0);
  await appendFile(join(clone.path, 'd1/e1/f/g.ts'), 'x\n');
  await clone.git('add', '--all');
  await writeStaging(clone, evil(), 'd1/e1');
  t.is((await commit(clone)).code, 1);
});
