import { join } from 'node:path';
import test from 'ava';
import { blamePromptNote, CLI, gitAiNote, lines, run, TestClone } from './cli.js';
import { receipt } from './fixtures.js';
import { startTestServer, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const environment = (clone: TestClone, key: string) => ({
  HOME: clone.home,
  BLAMEPROMPT_API_URL: server.origin,
  BLAMEPROMPT_API_KEY: key,
});

test('--show-payload prints what is sent, redacted and without conversations', async (t) => {
  const clone = await TestClone.create(t);
  const commit = await clone.commit({ 'a.ts': lines(3) });
  const said = {
    ...receipt(),
    provider: 'claude',
    prompt_summary: 'deploy with AKIAABCDEFGHIJKLMNOP and password=hunter2secret in /home/ada/app',
    conversation: [{ text: 'private-conversation' }],
    response_summary: 'private-response',
  };
  await clone.note('blameprompt', commit, blamePromptNote(said));
  const outcome = await run(CLI, ['enterprise', 'sync', '-C', clone.path, '--dry-run', '--show-payload'], {
    env: { HOME: clone.home },
  });
  t.is(outcome.code, 0, outcome.stderr);
  const batches = outcome.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.like(batches[0], { repo: { name: 'git.example.com/acme/shop' }, receipts: [{ id: said.id }] });
  t.notRegex(outcome.stdout, /private-|AKIA|hunter2|\/home\/ada/);
});

test('privacy.prompts = "none" sends neither summary nor hash, and a project cannot loosen what the user chose', async (t) => {
  const clone = await TestClone.create(t);
  await clone.write('.blameprompt/config.toml', '[privacy]\nprompts = "summary"\n');
  const commit = await clone.commit({ 'a.ts': lines(3) });
  await clone.note(
    'blameprompt',
    commit,
    blamePromptNote({ ...receipt(), prompt_summary: 'unmistakable', prompt_hash: 'sha256:unmistakable' }),
  );
  const payload = (mode: string) =>
    run(CLI, ['enterprise', 'sync', '-C', clone.path, '--dry-run', '--show-payload'], {
      env: { HOME: clone.home, BLAMEPROMPT_PROMPTS: mode },
    });
  t.is((await payload('')).stdout.match(/unmistakable/g)?.length, 2);
  t.is((await payload('hash')).stdout.match(/unmistakable/g)?.length, 1);
  t.is((await payload('none')).stdout.match(/unmistakable/g), null);
});

test('--fetch brings the remote\u2019s notes into refs of our own and leaves the user\u2019s alone', async (t) => {
  const origin = await TestClone.create(t, '');
  const commit = await origin.commit({ 'a.ts': lines(5) });
  await origin.note('ai', commit, gitAiNote({ 'a.ts': '1-5' }));
  await origin.git('update-ref', 'refs/notes/semantic-release', 'HEAD');
  const clone = await TestClone.create(t, '');
  await clone.git('remote', 'add', 'origin', origin.path);
  await clone.git('fetch', '--quiet', 'origin');
  await clone.git('reset', '--quiet', '--hard', 'origin/main');
  await clone.note('blameprompt', commit, blamePromptNote(receipt()));
  const before = await clone.git('for-each-ref', 'refs/notes');
  const { key } = await server.createOrg();
  const sync = () =>
    run(CLI, ['enterprise', 'sync', '-C', clone.path, '--fetch', '--json'], { env: environment(clone, key) });
  const first = await sync();
  t.is(first.code, 0, first.stderr);
  t.like(first.json, { notes: { read: 2 }, receipts: { inserted: 2 } });
  t.is(await clone.git('for-each-ref', 'refs/notes'), before);
  t.is(await clone.git('for-each-ref', '--format=%(refname)', 'refs/blameprompt'), 'refs/blameprompt/notes/ai');
  t.like((await sync()).json, { receipts: { sent: 0 } });
  await clone.git('fetch', '--quiet', 'origin', 'refs/notes/ai:refs/notes/ai');
  t.like((await sync()).json, { receipts: { inserted: 0, amended: 0 } });
});

test('a remote that cannot be reached ends a fetch with a message that holds no password', async (t) => {
  const clone = await TestClone.create(t, 'http://user:s3cretpassword@127.0.0.1:1/acme/shop.git');
  await clone.commit({ 'a.ts': lines(5) });
  const { key } = await server.createOrg();
  const outcome = await run(CLI, ['enterprise', 'sync', '-C', clone.path, '--fetch'], { env: environment(clone, key) });
  t.is(outcome.code, 2);
  t.false(outcome.stderr.includes('s3cretpassword'), outcome.stderr);
});

test('--all-repos syncs every clone below a folder, and one that cannot be synced stops no other', async (t) => {
  const { key } = await server.createOrg();
  const parent = await TestClone.create(t, '');
  for (const [name, count] of [
    ['one', 3],
    ['deep/two', 4],
  ] as const) {
    const path = join(parent.path, name);
    await parent.git('init', '--quiet', '--initial-branch=main', path);
    await parent.git('-C', path, 'remote', 'add', 'origin', `https://git.example.com/acme/${name}.git`);
    await parent.write(`${name}/a.ts`, lines(count));
    await parent.git('-C', path, 'add', '--all');
    await parent.git('-C', path, 'commit', '--quiet', '-m', 'x');
    await parent.git(
      '-C',
      path,
      'notes',
      '--ref=ai',
      'add',
      '-m',
      gitAiNote({ 'a.ts': '1' }, `${count}`.repeat(14)),
      'HEAD',
    );
  }
  await parent.write('broken/.git', 'gitdir: /nowhere');
  await parent.git('clone', '--quiet', '--bare', join(parent.path, 'one'), join(parent.path, 'bare.git'));
  const outcome = await run(CLI, ['enterprise', 'sync', '--all-repos', parent.path, '--json'], {
    env: environment(parent, key),
  });
  t.is(outcome.code, 2, outcome.stdout);
  const by = Object.fromEntries(
    outcome.json.repositories.map((one: { path: string }) => [one.path.slice(parent.path.length + 1), one]),
  );
  t.is(by.one.receipts.inserted, 1);
  t.is(by['deep/two'].receipts.inserted, 1);
  t.is(by['bare.git'].repo, 'one');
  t.is(by.broken.error.code, 'not-a-repository');
  const { body } = await server.request('/api/v1/analytics', { key });
  t.is(body.total_receipts, 2);
});

test('notes that were rewritten, with the old ones gone for good, are read again and count once', async (t) => {
  const { key } = await server.createOrg();
  const clone = await TestClone.create(t);
  const first = await clone.commit({ 'a.ts': lines(5) });
  const second = await clone.commit({ 'b.ts': lines(5) });
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-5' }));
  await clone.note('ai', second, gitAiNote({ 'b.ts': '1-5' }, 'ffffffffffffff'));
  const sync = async () => {
    const outcome = await run(CLI, ['enterprise', 'sync', '-C', clone.path, '--json'], {
      env: environment(clone, key),
    });
    t.is(outcome.code, 0, outcome.stderr);
    return outcome.json;
  };
  t.is((await sync()).receipts.inserted, 2);
  await clone.git('update-ref', '-d', 'refs/notes/ai');
  await clone.note('ai', second, gitAiNote({ 'b.ts': '1-2' }, 'ffffffffffffff'));
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-5' }));
  await clone.git('reflog', 'expire', '--expire=now', '--all');
  await clone.git('gc', '--quiet', '--prune=now');
  t.like(await sync(), { receipts: { inserted: 0, duplicates: 1, amended: 1 } });
  const { body } = await server.request('/api/v1/analytics', { key });
  t.like(body, { total_receipts: 2, lines: { added: 10, ai: 7 } });
  t.like(await sync(), { receipts: { sent: 0 } });
});

test('a sync with nothing new is answered without reading, and every change that matters is noticed', async (t) => {
  const { key } = await server.createOrg();
  const other = await server.createOrg();
  const clone = await TestClone.create(t);
  const first = await clone.commit({ 'a.ts': lines(5) });
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-5' }));
  const sync = async (env = environment(clone, key)) => {
    const outcome = await run(CLI, ['enterprise', 'sync', '-C', clone.path, '--json'], { env });
    t.is(outcome.code, 0, outcome.stderr);
    return outcome.json;
  };
  t.is((await sync()).receipts.inserted, 1);
  t.like(await sync(), { repo: 'git.example.com/acme/shop', notes: { read: 0 }, receipts: { sent: 0 } });

  t.is((await sync(environment(clone, other.key))).receipts.inserted, 1, 'another key may be another org');
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-2' }));
  t.is((await sync()).receipts.amended, 1, 'a note changed');
  const second = await clone.commit({ 'b.ts': lines(2) });
  t.is((await sync()).commits.sent, 1, `a commit was made: ${second}`);
  await clone.write('.blameprompt/config.toml', '[enterprise]\nrepo = "git.example.com/acme/renamed"\n');
  t.is((await sync()).repo, 'git.example.com/acme/renamed', 'the configuration changed');
  await clone.git('checkout', '--quiet', '-b', 'feature');
  await clone.commit({ 'c.ts': lines(2) });
  t.is((await sync()).commits.sent, 0, 'another branch matters not');
  await clone.git('checkout', '--quiet', 'main');
  await clone.write(
    '../home/.config/blameprompt/config.toml',
    `[enterprise]\napi_url = "${server.origin}"\napi_key_env = "MY_KEY"\n`,
  );
  const named = (own: string) => sync({ HOME: clone.home, MY_KEY: own } as unknown as ReturnType<typeof environment>);
  const third = await server.createOrg();
  await named(key);
  t.is((await named(third.key)).receipts.inserted, 1, 'a variable of another name holds the key of another org');
  const evil = await run(CLI, ['enterprise', 'sync', '-C', clone.path], { env: { HOME: clone.home } });
  t.is(evil.code, 2, 'without a key there is nothing to answer');
});
