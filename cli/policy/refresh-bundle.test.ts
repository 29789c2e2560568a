import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { TestClone } from '../../test/cli.js';
import { POLICY_KEY, policy, signBundle, stateOf } from '../../test/hooks.js';
import { createApiClient } from '../api-client.js';
import { loadSettings } from '../config/settings.js';
import { openRepository } from '../git/repository.js';
import { readBundle } from './cached-bundle.js';
import { pinKey, pinnedKey } from './pinned-keys.js';
import { refreshBundle } from './refresh-bundle.js';

const EVIL = policy({ rule: { blocked_models: ['evil-*'] } });

/** A clone and a server that answers what the test says. */
async function setUp(t: ExecutionContext) {
  const clone = await TestClone.create(t);
  await clone.git('config', 'user.email', 'Ada@example.com');
  const asked: { url: string; etag: string | undefined }[] = [];
  const reply = { status: 200, body: signBundle([EVIL], { person: 'ada@example.com' }) as object, etag: '"1"' };
  const http = createServer((req, res) => {
    asked.push({ url: req.url ?? '', etag: req.headers['if-none-match'] });
    const status = req.headers['if-none-match'] === reply.etag ? 304 : reply.status;
    res.writeHead(status, { etag: reply.etag }).end(status === 304 ? undefined : JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  t.teardown(() => http.close());
  const url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const access = { url, key: 'bp_org_test', keyFrom: 'login' } as const;
  const client = createApiClient(access, { retries: 0 });
  t.teardown(() => client.close());
  const env = { HOME: clone.home };
  const repository = await openRepository(clone.path);
  const settings = await loadSettings(repository.root, {}, env);
  await mkdir(stateOf(clone), { recursive: true });
  const refresh = () => refreshBundle(client, repository, settings, access, env);
  return { clone, asked, reply, env, origin: url.origin, refresh };
}

test('a bundle is kept, and asked for again with its tag', async (t) => {
  const { clone, asked, reply, env, refresh } = await setUp(t);
  t.is((await refresh())?.policies.length, 1);
  t.is((await refresh())?.policies.length, 1);
  t.deepEqual(asked, [
    { url: '/api/v1/policies/bundle?repo=git.example.com%2Facme%2Fshop&person=Ada%40example.com', etag: undefined },
    { url: '/api/v1/policies/bundle?repo=git.example.com%2Facme%2Fshop&person=Ada%40example.com', etag: '"1"' },
  ]);
  await clone.git('config', 'user.email', 'bea@example.com');
  await refresh();
  t.is(asked.at(-1)?.etag, undefined, 'another person\u2019s bundle is another one');
  Object.assign(reply, { body: signBundle([]), etag: '"2"' });
  t.is(await refresh(), undefined);
  t.is(await readBundle(stateOf(clone), env), undefined, 'without policies there is nothing to check');
});

test('the first bundle pins the server\u2019s key, and another key is refused from then on', async (t) => {
  const { clone, env, origin, reply, refresh } = await setUp(t);
  t.is(await pinnedKey(env, origin), undefined);
  await refresh();
  t.deepEqual(await pinnedKey(env, origin), POLICY_KEY);
  const before = await readFile(join(stateOf(clone), 'bundle.json'), 'utf8');
  await pinKey(env, origin, { ...POLICY_KEY, public_key: 'MCowBQYDK2VwAyEA' });
  reply.etag = '"2"';
  await t.throwsAsync(refresh(), { code: 'policy_key_changed' });
  t.is(await readFile(join(stateOf(clone), 'bundle.json'), 'utf8'), before, 'the old one stays');
});

test('a bundle with a wrong signature, or of another repository, is refused', async (t) => {
  const { env, origin, reply, refresh } = await setUp(t);
  const good = signBundle([EVIL]);
  reply.body = { ...good, payload: good.payload.replace('evil', 'good') };
  await t.throwsAsync(refresh(), { code: 'bad_bundle' });
  reply.body = { ...good, signature: 'x' };
  await t.throwsAsync(refresh(), { code: 'bad_bundle' });
  reply.body = signBundle([EVIL], { repo: 'git.example.com/other/repo' });
  await t.throwsAsync(refresh(), { code: 'bad_bundle' });
  t.is(await pinnedKey(env, origin), undefined, 'a key is pinned only with a good bundle');
});
