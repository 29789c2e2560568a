import { access, chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { gitAiNote, lines, TestClone } from './cli.js';
import {
  enterprise,
  eventually,
  git,
  installRecorder,
  POLICY_KEY,
  stage,
  stagedReceipt,
  stateOf,
  stopBackground,
  writeStaging,
} from './hooks.js';
import { startTestServer, type TestOrg, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer({ poolSize: 10 });
});
test.after.always(() => server?.stop());

/** A clone with hooks whose user is logged in. */
async function loggedInClone(t: ExecutionContext, org: TestOrg, before?: (clone: TestClone) => Promise<void>) {
  const clone = await TestClone.create(t);
  stopBackground(t, clone);
  await clone.git('config', 'user.email', 'ada@example.com');
  await clone.write('.git/info/exclude', '.blameprompt/\n');
  await before?.(clone);
  const { run, CLI } = await import('./cli.js');
  const login = ['enterprise', 'login', '--api-url', server.origin];
  t.is((await run(CLI, login, { env: { HOME: clone.home }, input: org.key })).code, 0);
  await mkdir(join(clone.home, '.config/blameprompt'), { recursive: true });
  await useServer(clone, server.origin);
  const installed = await enterprise(clone, ['hooks', 'install']);
  t.is(installed.code, 0, installed.stderr);
  return clone;
}

const useServer = (clone: TestClone, origin: string, more = '') =>
  writeFile(join(clone.home, '.config/blameprompt/config.toml'), `[enterprise]\napi_url = "${origin}"\n${more}`);

/** Commits, with the hooks in quiet: what is printed is an error of the test. */
async function commit(t: ExecutionContext, clone: TestClone) {
  await stage(clone);
  const outcome = await git(clone, ['commit', '--quiet', '-m', 'x']);
  t.is(outcome.code, 0, outcome.stderr);
  return outcome.stderr;
}

const received = async ({ key }: TestOrg) => (await server.request('/api/v1/receipts', { key })).body.receipts;
const arrives = (org: TestOrg, count = 1) =>
  eventually(
    async () => (await received(org)).length >= count && (await received(org)),
    `${count} receipts at the server`,
  );
const isGone = (path: string) =>
  access(path).then(
    () => false,
    () => true,
  );
const settles = (clone: TestClone) =>
  eventually(
    async () => (await isGone(join(stateOf(clone), 'waiting'))) && (await isGone(join(stateOf(clone), 'lock'))),
    'the background process ends',
  );
const log = (clone: TestClone) => readFile(join(stateOf(clone), 'hook.log'), 'utf8').catch(() => '');
const logged = (clone: TestClone, what: RegExp) =>
  eventually(async () => what.test(await log(clone)), `${what} in the log`);

for (const order of ['before', 'after'] as const) {
  test.serial(
    `what a recorder attaches in a hook that was installed ${order} ours arrives at the server`,
    async (t) => {
      const org = await server.createOrg();
      const hooks = (clone: TestClone) => installRecorder(join(clone.path, '.git/hooks'));
      const clone = await loggedInClone(t, org, order === 'before' ? hooks : undefined);
      if (order === 'after') await hooks(clone);
      for (const n of [1, 2]) {
        await writeStaging(clone, [stagedReceipt({ id: `6a0f6c0e-5d5c-4a2e-9a52-0d6f0c6f7a0${n}` })]);
        t.is(await commit(t, clone), '');
        await arrives(org, n);
      }
      await settles(clone);
      await enterprise(clone, ['hooks', 'uninstall']);
      await enterprise(clone, ['hooks', 'install']);
      await writeStaging(clone, [stagedReceipt({ id: '6a0f6c0e-5d5c-4a2e-9a52-0d6f0c6f7a03' })]);
      await commit(t, clone);
      await arrives(org, 3);
      t.notRegex(await log(clone), /failed/);
    },
  );
}

test.serial('notes that a daemon writes after git has ended arrive, too', async (t) => {
  const org = await server.createOrg();
  const clone = await loggedInClone(t, org, async (made) => {
    // One program for all hooks, which knows by its name which one it is; its daemon comes when ours has sent once.
    await made.write(
      '../home/recorder',
      `#!/bin/sh
[ "\${0##*/}" = post-commit ] || exit 0
(
  for n in $(seq 1500); do grep -q 'commits sent' .git/blameprompt/hook.log && break; sleep 0.1; done
  git notes --ref=ai add -F "$HOME/note" HEAD
) >/dev/null 2>&1 </dev/null &
`,
    );
    await chmod(join(made.home, 'recorder'), 0o755);
    await symlink(join(made.home, 'recorder'), join(made.path, '.git/hooks/post-commit'));
    await writeFile(join(made.home, 'note'), gitAiNote({ 'src/cart.ts': '1' }));
  });
  await commit(t, clone);
  t.is((await arrives(org))[0].source, 'git-ai');
});

test.serial('policies come with the sync, stop the next commit, and go when they are switched off', async (t) => {
  const org = await server.createOrg();
  const clone = await loggedInClone(t, org);
  const { body: made } = await server.request('/api/v1/policies', {
    key: org.key,
    body: { name: 'No preview models', rule: { blocked_models: ['evil-*'] }, action: 'block' },
  });
  await commit(t, clone);
  await logged(clone, /1 policies, good until/);
  await writeStaging(clone, [stagedReceipt({ model: 'evil-1' })]);
  await stage(clone);
  t.is((await git(clone, ['commit', '-m', 'x'])).code, 1);
  await writeStaging(clone, []);
  await server.request(`/api/v1/policies/${made.id}`, { key: org.key, method: 'PATCH', body: { enabled: false } });
  await commit(t, clone);
  await logged(clone, /no policies/);
  t.true(await isGone(join(stateOf(clone), 'bundle.json')));
  t.is((await enterprise(clone, ['check', '--json'])).json.policies, 0);
});

test.serial('policies that another key has signed are not taken, and that is said once', async (t) => {
  const org = await server.createOrg();
  const clone = await loggedInClone(t, org);
  const body = { name: 'No preview models', rule: { blocked_models: ['evil-*'] }, action: 'block' };
  await server.request('/api/v1/policies', { key: org.key, body });
  const keys = join(clone.home, '.config/blameprompt/policy-keys.json');
  t.regex(await readFile(keys, 'utf8'), new RegExp(server.origin), 'login pins the key');
  await writeFile(keys, JSON.stringify({ [server.origin]: POLICY_KEY }));
  await commit(t, clone);
  await logged(clone, /signs its policies with another key/);
  t.true(await isGone(join(stateOf(clone), 'bundle.json')));
  await settles(clone);
  t.regex(await commit(t, clone), /^blameprompt: .*another key.*\n$/);
});

/** A server of the test's own. */
async function listen(t: ExecutionContext, answer: (req: IncomingMessage, res: ServerResponse) => void, port = 0) {
  const http: Server = createServer(answer);
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  t.teardown(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

test.serial(
  'a server that is down stops no commit, is said once in one line, and gets everything when it is back',
  async (t) => {
    const org = await server.createOrg();
    const clone = await loggedInClone(t, org, (made) => installRecorder(join(made.path, '.git/hooks')));
    await writeFile(join(clone.home, 'env'), '');
    const down = { BLAMEPROMPT_API_URL: 'http://127.0.0.1:9', BLAMEPROMPT_API_KEY: org.key };
    const commitDown = async () => {
      await stage(clone);
      const outcome = await git(clone, ['commit', '--quiet', '-m', 'x'], down);
      t.is(outcome.code, 0);
      return outcome.stderr;
    };
    await writeStaging(clone, [stagedReceipt()]);
    t.is(await commitDown(), '');
    await logged(clone, /failed: .*Cannot reach http:\/\/127\.0\.0\.1:9/);
    await settles(clone);
    t.regex(await commitDown(), /^blameprompt: the background sync failed: Cannot reach .*\n$/);
    await settles(clone);
    t.is(await commitDown(), '');
    await settles(clone);
    await commit(t, clone);
    await arrives(org);
    await settles(clone);
    t.is(await commit(t, clone), '');
  },
);

test.serial('a server that accepts and never answers holds up no commit and gathers no processes', async (t) => {
  const org = await server.createOrg();
  let asked = 0;
  let open = 0;
  const hanging = await listen(t, (req) => {
    asked++;
    open++;
    req.socket.once('close', () => open--);
  });
  const clone = await loggedInClone(t, org);
  const env = { BLAMEPROMPT_API_URL: hanging, BLAMEPROMPT_API_KEY: org.key };
  for (let n = 0; n < 8; n++) {
    await stage(clone);
    t.is((await git(clone, ['commit', '--quiet', '-m', 'x'], env)).code, 0);
  }
  await eventually(async () => asked > 0, 'the server is asked');
  for (let n = 0; n < 4; n++) {
    await stage(clone);
    t.is((await git(clone, ['commit', '--quiet', '-m', 'x'], env)).code, 0);
  }
  t.is(open, 1, 'one process asks, the other commits wait their turn');
  t.regex(await readFile(join(stateOf(clone), 'waiting'), 'utf8'), /^\d+ post-commit \//);
  await t.notThrowsAsync(access(join(stateOf(clone), 'lock')));
});

test.serial('a lock that a dead process left behind holds up nothing', async (t) => {
  const org = await server.createOrg();
  const clone = await loggedInClone(t, org, (made) => installRecorder(join(made.path, '.git/hooks')));
  await writeFile(join(stateOf(clone), 'lock'), '99999999\n');
  await writeStaging(clone, [stagedReceipt()]);
  await commit(t, clone);
  await arrives(org);
});

test.serial('without a server, or where nobody is logged in, nothing is said and nothing is sent', async (t) => {
  const clone = await TestClone.create(t);
  stopBackground(t, clone);
  await enterprise(clone, ['hooks', 'install']);
  t.is(await commit(t, clone), '');
  await logged(clone, /nothing sent: No server is configured/);
  await settles(clone);
  let asked = 0;
  const stranger = await listen(t, (_req, res) => {
    asked++;
    res.end('{}');
  });
  await clone.write('.blameprompt/config.toml', `[enterprise]\napi_url = "${stranger}"\n`);
  t.is(await commit(t, clone), '');
  await logged(clone, /nothing sent: .*have not logged in/);
  await settles(clone);
  t.is(await commit(t, clone), '');
  t.is(asked, 0);
});

test.serial('sync_on_commit and enabled switch the background off', async (t) => {
  const org = await server.createOrg();
  const clone = await loggedInClone(t, org, (made) => installRecorder(join(made.path, '.git/hooks')));
  await useServer(clone, server.origin, 'sync_on_commit = false\n');
  await writeStaging(clone, [stagedReceipt()]);
  await commit(t, clone);
  await logged(clone, /no policies/);
  await settles(clone);
  t.notRegex(await log(clone), /sent/);
  await useServer(clone, server.origin, 'enabled = false\n');
  await commit(t, clone);
  await settles(clone);
  t.deepEqual(await received(org), []);
});

test.serial('a broken configuration is said once by the next commit', async (t) => {
  const org = await server.createOrg();
  const clone = await loggedInClone(t, org);
  await clone.write('.blameprompt/config.toml', '[enterprise');
  t.is(await commit(t, clone), '');
  await logged(clone, /failed: .*config\.toml/);
  await settles(clone);
  t.regex(await commit(t, clone), /^blameprompt: the background sync failed: Cannot use the configuration file .*\n$/);
  await settles(clone);
  t.is(await commit(t, clone), '');
});

test.serial(
  'a rebase of many commits syncs them, notes what became of each, and leaves its input to others',
  async (t) => {
    const org = await server.createOrg();
    const clone = await loggedInClone(t, org, (made) => installRecorder(join(made.path, '.git/hooks')));
    await clone.commit({ 'base.ts': lines(1) });
    await clone.git('branch', 'other');
    const old: string[] = [];
    for (let n = 0; n < 5; n++) old.push(await clone.commit({ [`file${n}.ts`]: lines(3) }));
    await clone.git('checkout', '--quiet', 'other');
    await clone.commit({ 'elsewhere.ts': lines(2) });
    await clone.git('rebase', '--quiet', 'other', 'main');
    const rewritten = await readFile(join(stateOf(clone), 'rewritten'), 'utf8');
    t.deepEqual(
      rewritten
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
      old,
    );
    t.is(await readFile(join(clone.home, 'recorder-saw-rewrite'), 'utf8'), rewritten);
    await clone.git('commit', '--amend', '--quiet', '-m', 'again');
    t.is((await readFile(join(stateOf(clone), 'rewritten'), 'utf8')).trim().split('\n').length, 6);
  },
);

test.serial('a merge and a commit in another worktree are synced as well', async (t) => {
  const org = await server.createOrg();
  const clone = await loggedInClone(t, org);
  await clone.commit({ 'base.ts': lines(1) });
  const other = join(clone.path, '..', 'other tree');
  await clone.git('worktree', 'add', '--quiet', '-b', 'topic', other);
  await clone.git('-C', other, 'commit', '--quiet', '--allow-empty', '-m', 'there');
  await logged(clone, /sent/);
  const topic = await clone.git('rev-parse', 'topic');
  await clone.note('blameprompt', topic, { receipts: [stagedReceipt()] });
  await clone.git('merge', '--quiet', '--no-ff', '-m', 'merge', 'topic');
  await arrives(org);
});

test.serial('the log does not grow without end', async (t) => {
  const clone = await TestClone.create(t);
  stopBackground(t, clone);
  await enterprise(clone, ['hooks', 'install']);
  await writeFile(join(stateOf(clone), 'hook.log'), 'x'.repeat(300_000));
  await commit(t, clone);
  await logged(clone, /nothing sent/);
  t.true((await stat(join(stateOf(clone), 'hook.log'))).size < 10_000);
});
