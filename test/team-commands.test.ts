import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CLI, run, temporaryFolder } from './cli.js';
import { REPO, receipt } from './fixtures.js';
import { startTestServer, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

/** An org and its commands, as a person on a machine of their own gives them. */
async function org(t: ExecutionContext) {
  const { key, slug } = await server.createOrg();
  const home = await temporaryFolder(t);
  const env = { HOME: home, BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: key };
  const start = (args: string[], options: { input?: string; env?: Record<string, string> } = {}) =>
    run(CLI, ['enterprise', ...args], { cwd: home, ...options, env: { ...env, ...options.env } });
  return {
    key,
    slug,
    home,
    start,
    json: async (...args: string[]) => {
      const outcome = await start([...args, '--json']);
      t.is(outcome.code, 0, outcome.stderr + outcome.stdout);
      return outcome.json;
    },
    says: async (...args: string[]) => {
      const outcome = await start(args);
      t.is(outcome.code, 0, outcome.stderr + outcome.stdout);
      return outcome.stdout;
    },
  };
}

test('teams are managed from the command line', async (t) => {
  const { json, says, start, key } = await org(t);
  await server.request('/api/v1/receipts', { key, body: { repo: REPO, receipts: [receipt()] } });
  t.regex(await says('team', 'list'), /No teams yet/);
  t.like(await json('team', 'create', 'web', '--name', 'The Web'), { team: { slug: 'web', name: 'The Web' } });
  t.is((await start(['team', 'create', 'web'])).code, 1);
  t.regex(
    await says('team', 'add-member', 'web', 'Ada@example.com', '--role', 'admin', '--since', '2026-01-01'),
    /ada@example\.com is admin of web since 2026-01-01\. 1 receipt counts for another team now/,
  );
  t.like(await json('team', 'assign-repo', 'web', `git@${REPO.name.replace('/', ':')}.git`), { repo: REPO.name });
  t.regex(await says('team', 'show', 'web'), /The Web[\s\S]+ada@example\.com +admin +2026-01-01[\s\S]+acme\/shop/);
  t.like(await json('team', 'rename', 'web', 'Frontend'), { team: { slug: 'web', name: 'Frontend' } });
  t.regex(await says('team', 'list'), /web +Frontend +1 +1/);
  await says('team', 'unassign-repo', 'web', REPO.name);
  t.like(await json('team', 'remove-member', 'web', 'ada@example.com', '--until', '2026-02-01'), {
    member: { until: '2026-02-01T00:00:00.000000Z' },
    reattributed: 1,
  });
  t.like(await json('team', 'show', 'web', '--history'), { member_count: 0, members: [{ role: 'admin' }], repos: [] });
  t.regex(await says('team', 'archive', 'web'), /is archived/);
  t.deepEqual((await json('team', 'list')).teams, []);
  t.regex(await says('team', 'list', '--archived'), /Frontend/);
  t.like(await json('team', 'archive', 'web', '--undo'), { team: { archived_at: null } });
  const unknown = await start(['team', 'show', 'nobody', '--json']);
  t.is(unknown.code, 1);
  t.is(unknown.json.error.code, 'not_found');
});

test('members are imported from a CSV file as a spreadsheet writes it', async (t) => {
  const { home, json, says, start } = await org(t);
  for (const slug of ['web', 'ops']) await json('team', 'create', slug);
  const csv =
    '\ufeffEmail,Team,role,since\r\n"ada@example.com",web,admin,2026-01-01\r\nbob@example.com,"ops",member,\r\n\r\n';
  await writeFile(join(home, 'members.csv'), csv);
  t.like(await json('team', 'import', 'members.csv'), { received: 2, added: 2 });
  t.regex(await says('team', 'import', 'members.csv'), /0 added, 0 changed, 2 as they were/);
  const piped = await start(['team', 'import', '-', '--json'], { input: csv.replace('admin', 'viewer') });
  t.like(piped.json, { changed: 1, unchanged: 1 });
});

test('an import with faults names line and column of each, and imports nothing', async (t) => {
  const { home, json, start } = await org(t);
  await json('team', 'create', 'web');
  const faults = async (content: string | Uint8Array) => {
    await writeFile(join(home, 'bad.csv'), content);
    const outcome = await start(['team', 'import', 'bad.csv']);
    t.is(outcome.code, 2, outcome.stdout + outcome.stderr);
    return outcome.stderr;
  };
  const told = await faults(
    'team,email,role\nweb,ada@example.com,boss\nweb,"eve\n@example.com",member\nnobody,bob@example.com,member\nweb,x@example.com,member\nweb,X@example.com,member\n',
  );
  for (const line of [
    'line 2, column 3 (role): must be one of admin, member, viewer',
    'line 3, column 2 (email): must be an e-mail address',
    'line 5, column 1 (team): there is no team nobody',
    'line 7: repeats the person and team of line 6',
  ])
    t.true(told.includes(line), told);
  t.regex(await faults('web,ada@example.com,member\n'), /must name the columns/);
  t.regex(await faults('team;email;role\n'), /must name the columns/);
  t.regex(await faults('team,email,role,role\n'), /line 1, column 4/);
  t.regex(await faults('team,email,role\nweb,a@b,member,x\nweb\n'), /line 2: 4 fields[\s\S]+line 3: 1 fields/);
  t.regex(await faults('team,email,role\nweb,"a@b,member\n'), /line 2, column 5/);
  t.regex(await faults(Buffer.from('team,email,role\nweb,\xe9@b,member\n', 'latin1')), /not UTF-8/);
  t.regex(await faults(`team,email,role\n${'web,a@b,member\n'.repeat(10_001)}`), /10000 rows at most/);
  t.regex(await faults('team,email,role\nweb,\u001b[2Ja@b@,member\n'), /line 2, column 2/);
  t.is((await start(['team', 'import', 'nowhere.csv'])).code, 2);
  t.is((await json('team', 'show', 'web')).member_count, 0);
});

test('keys are made, rotated and revoked from the command line', async (t) => {
  const { json, says, start } = await org(t);
  const made = await json('key', 'create', '--name', 'ci', '--scopes', 'receipts:read, teams:read', '--expires', '90d');
  const as = (key: string, ...args: string[]) => start(args, { env: { BLAMEPROMPT_API_KEY: key } });
  t.is((await as(made.api_key, 'team', 'list')).code, 0);
  const list = await says('key', 'list');
  t.regex(list, /ci +[0-9a-f-]{36} +….{4} +active/);
  t.false(list.includes(made.api_key));
  t.is((await as(made.api_key, 'key', 'list')).code, 2, 'a scope is missing');
  const rotated = await start(['key', 'rotate', made.key.id, '--grace-hours', '0']);
  const [successor] = /bp_org_\w+/.exec(rotated.stdout)!;
  t.is((await as(made.api_key, 'team', 'list')).code, 2);
  t.is((await as(successor, 'team', 'list')).code, 0);
  t.regex(await says('key', 'list', '--all'), /expired, rotated/);
  const { key: own } = await json('whoami');
  const revoked = await start(['key', 'revoke', own.id]);
  t.is(revoked.code, 0);
  t.regex(revoked.stderr, /this is the key that you use/);
  t.is((await start(['whoami'])).code, 2);
  t.is((await as(successor, 'whoami')).code, 0);
  for (const args of [
    ['--name', 'x', '--scopes', 'all'],
    ['--name', 'x', '--scopes', '*', '--expires', '90'],
    ['--name', 'x'],
  ])
    t.is((await start(['key', 'create', ...args])).code, 2, args.join(' '));
});

test('making a key is not tried again when the answer is lost: nobody would know of the first one', async (t) => {
  const { start } = await org(t);
  let asked = 0;
  const busy = createServer((_req, res) => {
    asked++;
    res.writeHead(503, { 'retry-after': '0' }).end('{}');
  });
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  t.teardown(() => busy.close());
  const env = { BLAMEPROMPT_API_URL: `http://127.0.0.1:${(busy.address() as AddressInfo).port}` };
  t.is((await start(['key', 'create', '--name', 'x', '--scopes', '*'], { env })).code, 4);
  t.is(asked, 1);
  t.is((await start(['key', 'list'], { env })).code, 4);
  t.true(asked > 2, 'reading is');
});

test('settings are shown and set from the command line', async (t) => {
  const { home, json, says, start, slug } = await org(t);
  t.regex(await says('settings', 'show'), /privacy\.prompts +summary/);
  t.regex(await says('settings', 'set', 'time_zone', 'Europe/Berlin'), /time_zone +Europe\/Berlin/);
  await says('settings', 'set', 'ignore', 'gen/**', '*.pb.go');
  await says('settings', 'set', 'privacy.prompts', 'hash');
  await says('settings', 'set', 'retention_days.prompts', '30');
  const row = { model: 'acme-*', provider: 'acme', input: 1, output: 2, cache_read: 0.1, cache_write: 1 };
  const toml = Object.entries(row).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
  await writeFile(join(home, 'prices.toml'), `version = "contract 2026"\n[[prices]]\n${toml.join('')}`);
  await writeFile(join(home, 'prices.json'), JSON.stringify({ prices: [row, row] }));
  t.deepEqual((await json('settings', 'set', 'prices', '--file', 'prices.toml')).settings, {
    privacy: { prompts: 'hash' },
    retention_days: { receipts: null, prompts: 30, audit: null },
    prices: [row],
    ignore: ['gen/**', '*.pb.go'],
    legal_hold: null,
    reports: { min_group_size: null },
    time_zone: 'Europe/Berlin',
  });
  t.like(await json('settings', 'set', 'retention_days.prompts', '--default'), {
    settings: { retention_days: { prompts: null } },
  });
  const twice = await start(['settings', 'set', 'prices', '--file', 'prices.json']);
  t.is(twice.code, 1);
  t.regex(twice.stderr, /\/prices\/1 prices a model a second time/);
  for (const args of [
    ['colour', 'red'],
    ['time_zone'],
    ['time_zone', 'a', 'b'],
    ['time_zone', 'UTC', '--default'],
    ['time_zone', '--file', 'prices.toml'],
    ['prices', 'cheap'],
    ['retention_days.audit', 'long'],
  ])
    t.is((await start(['settings', 'set', ...args])).code, 2, args.join(' '));
  t.is((await start(['settings', 'set', 'time_zone', 'Mars/Olympus'])).code, 1);
  const { org: seen, settings } = await json('whoami');
  t.is(seen.slug, slug);
  t.deepEqual(settings, { privacy: { prompts: 'hash' }, ignore: ['gen/**', '*.pb.go'] });
  t.regex(await says('whoami'), /Prompts +hash\nIgnored +gen\/\*\* \*\.pb\.go/);
});

test('names of teams and keys cannot steer the terminal', async (t) => {
  const { json, start, home } = await org(t);
  const evil = 'evil\u001b[2J\u0007name';
  await json('team', 'create', 'web', '--name', evil);
  await json('team', 'add-member', 'web', 'a\u001b[31m@example.com');
  await json('team', 'assign-repo', 'web', 'acme/\u001b[31mred');
  await json('key', 'create', '--name', evil, '--scopes', 'teams:read');
  await json('settings', 'set', 'ignore', evil);
  await writeFile(join(home, 'x.csv'), `team,email,role\nweb,${evil},member\n`);
  for (const args of [
    ['team', 'list'],
    ['team', 'show', 'web'],
    ['team', 'rename', 'web', evil],
    ['team', 'add-member', 'web', 'a\u001b[31m@example.com'],
    ['team', 'assign-repo', 'web', 'acme/\u001b[31mred'],
    ['team', 'import', 'x.csv'],
    ['key', 'list'],
    ['settings', 'show'],
    ['whoami'],
  ]) {
    const { stdout, stderr } = await start(args);
    t.notRegex(stdout + stderr, /[\u0000-\u0009\u000b-\u001f\u007f]/, args.join(' '));
  }
});
