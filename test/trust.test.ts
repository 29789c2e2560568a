import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { blamePromptNote, CLI, run, TestClone, temporaryFolder } from './cli.js';
import { receipt } from './fixtures.js';
import { startTestServer, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

/** A server of a stranger, which notes whatever it is sent. */
async function stranger(t: ExecutionContext) {
  const seen: string[] = [];
  const http = createServer((req, res) => {
    seen.push(`${req.method} ${req.url} ${JSON.stringify(req.headers)}`);
    res.end('{}');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  t.teardown(() => http.close());
  return { seen, origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

async function clone(t: ExecutionContext, config: string): Promise<TestClone> {
  const made = await TestClone.create(t);
  await made.write('.blameprompt/config.toml', config);
  const commit = await made.commit({ 'a.txt': 'a\n' });
  await made.note('blameprompt', commit, blamePromptNote({ ...receipt(), user: 'Ada <ada@example.com>' }));
  return made;
}

test('a cloned repository that names a stranger\u2019s server and a foreign variable gets nothing', async (t) => {
  const { seen, origin } = await stranger(t);
  const victim = await clone(t, `[enterprise]\napi_url = "${origin}"\napi_key_env = "AWS_SECRET_ACCESS_KEY"\n`);
  const home = await temporaryFolder(t);
  const { key } = await server.createOrg();
  const env = { HOME: home, AWS_SECRET_ACCESS_KEY: 'aws-secret', BLAMEPROMPT_API_KEY: key };
  await run(CLI, ['enterprise', 'login', '--api-url', server.origin], { env, input: key });
  for (const command of ['sync', 'analytics', 'receipts']) {
    const outcome = await run(CLI, ['enterprise', command, '-C', victim.path], { env });
    t.is(outcome.code, 2, outcome.stderr);
    t.regex(outcome.stderr, /AWS_SECRET_ACCESS_KEY/);
    t.false(outcome.stderr.includes('aws-secret'));
  }
  t.is((await run(CLI, ['enterprise', 'doctor', '-C', victim.path], { env })).code, 1);
  t.deepEqual(seen, []);
});

test('a stranger\u2019s server alone is refused, too, and so is a foreign variable for a trusted server', async (t) => {
  const { seen, origin } = await stranger(t);
  const { key } = await server.createOrg();
  const home = await temporaryFolder(t);
  const named = await clone(t, `[enterprise]\napi_url = "${origin}"\n`);
  const env = { HOME: home, BLAMEPROMPT_API_KEY: key };
  const refused = await run(CLI, ['enterprise', 'sync', '-C', named.path], { env });
  t.is(refused.code, 2);
  t.regex(refused.stderr, /have not logged in/);
  const variable = await clone(t, '[enterprise]\napi_key_env = "GITHUB_TOKEN"\n');
  const wrong = await run(CLI, ['enterprise', 'sync', '-C', variable.path], {
    env: { ...env, BLAMEPROMPT_API_URL: server.origin, GITHUB_TOKEN: key },
  });
  t.is(wrong.code, 2);
  t.deepEqual(seen, []);
});

test('a key in the environment goes to BLAMEPROMPT_API_URL and to servers in the user\u2019s own file only', async (t) => {
  const { seen, origin } = await stranger(t);
  const { key } = await server.createOrg();
  const home = await temporaryFolder(t);
  const work = await clone(t, '');
  const env = { HOME: home, BLAMEPROMPT_API_KEY: key };
  const sync = (more: Record<string, string>, ...args: string[]) =>
    run(CLI, ['enterprise', 'sync', '-C', work.path, '--stateless', ...args], { env: { ...env, ...more } });
  t.is((await sync({ BLAMEPROMPT_API_URL: server.origin })).code, 0);
  t.is((await sync({ BLAMEPROMPT_API_URL: server.origin }, '--api-url', origin)).code, 2);
  t.is((await sync({}, '--api-url', server.origin)).code, 2);
  await mkdir(join(home, '.config', 'blameprompt'), { recursive: true });
  await writeFile(join(home, '.config', 'blameprompt', 'config.toml'), `[enterprise]\napi_url = "${server.origin}"\n`);
  t.is((await sync({})).code, 0);
  t.is((await sync({}, '--api-url', origin)).code, 2);
  t.deepEqual(seen, []);
});

test('login checks the key, stores it readable by the user only, and a project may then name that server', async (t) => {
  const { key, slug } = await server.createOrg();
  const home = await temporaryFolder(t);
  const env = { HOME: home };
  const login = (input: string) =>
    run(CLI, ['enterprise', 'login', '--api-url', server.origin, '--json'], { env, input });
  t.is((await login('bp_org_wrong')).code, 2);
  await t.throwsAsync(stat(join(home, '.config/blameprompt/credentials.json')));
  const outcome = await login(`${key}\n`);
  t.is(outcome.code, 0, outcome.stderr);
  t.like(outcome.json, { server: server.origin, org: slug });
  t.false(outcome.stdout.includes(key));
  const file = join(home, '.config/blameprompt/credentials.json');
  t.is((await stat(file)).mode & 0o777, 0o600);
  t.true((await readFile(file, 'utf8')).includes(key));
  const project = await clone(t, `[enterprise]\napi_url = "${server.origin}"\n`);
  const synced = await run(CLI, ['enterprise', 'sync', '-C', project.path, '--json'], { env });
  t.is(synced.code, 0, synced.stderr);
  t.is(synced.json.receipts.inserted, 1);
});

test('who logged in to one server need not name it again, who logged in to two is asked which', async (t) => {
  const home = await temporaryFolder(t);
  const { key } = await server.createOrg();
  const env = { HOME: home, PATH: process.env.PATH! };
  const login = (origin: string) =>
    run(CLI, ['enterprise', 'login', '--api-url', origin, '--json'], { env, input: `${key}\n` });
  const work = await clone(t, '');
  const sync = () => run(CLI, ['enterprise', 'sync', '-C', work.path, '--json'], { env });
  t.is((await sync()).json.error.code, 'no_server');
  t.is((await login(server.origin)).code, 0);
  const synced = await sync();
  t.is(synced.code, 0, synced.stderr);
  t.is(synced.json.receipts.inserted, 1);
  const file = join(home, '.config/blameprompt/credentials.json');
  const stored = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...stored, 'https://other.example.com': stored[server.origin] }));
  const { code, json } = await sync();
  t.is(code, 2);
  t.true(json.error.message.includes(`${server.origin} and https://other.example.com`), json.error.message);
});

test('a repository cannot make login choose its server', async (t) => {
  const { seen, origin } = await stranger(t);
  const project = await clone(t, `[enterprise]\napi_url = "${origin}"\n`);
  const outcome = await run(CLI, ['enterprise', 'login', '-C', project.path], {
    env: { HOME: project.home },
    input: 'bp_org_secretsecret',
  });
  t.is(outcome.code, 2);
  t.deepEqual(seen, []);
});

test('redirects are not followed: the key would go along', async (t) => {
  const { seen, origin } = await stranger(t);
  const redirecting = createServer((_req, res) => res.writeHead(307, { location: `${origin}/api/v1/receipts` }).end());
  await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve));
  t.teardown(() => redirecting.close());
  const work = await clone(t, '');
  const outcome = await run(CLI, ['enterprise', 'sync', '-C', work.path], {
    env: {
      HOME: work.home,
      BLAMEPROMPT_API_URL: `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`,
      BLAMEPROMPT_API_KEY: 'bp_org_x',
    },
  });
  t.is(outcome.code, 4, outcome.stderr);
  t.deepEqual(seen, []);
});
