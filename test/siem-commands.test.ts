import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { parseCef, parseSyslog } from '../shared/siem/parse.test.support.js';
import { CLI, run, temporaryFolder } from './cli.js';
import { receipt } from './fixtures.js';
import { startTestServer, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

async function orgWithEvents(t: ExecutionContext, teams: number) {
  const org = await server.createOrg();
  const folder = await temporaryFolder(t);
  const env = { HOME: folder, BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: org.key };
  const cli = (...args: string[]) => run(CLI, ['enterprise', ...args], { cwd: folder, env });
  const post = (path: string, body: unknown) => server.request(`/api/v1${path}`, { key: org.key, body });
  for (let n = 0; n < teams; n++) await post('/teams', { slug: `team-${n}`, name: `Team\u001b[31m|=${n}` });
  await server.sequence(org);
  return { org, cli, post, read: (name: string) => readFile(join(folder, name), 'utf8') };
}

const linesOf = (text: string) => text.split('\n').slice(0, -1);

test('the audit log goes to standard output or a file in every format, oldest first', async (t) => {
  const { org, cli, read } = await orgWithEvents(t, 3);
  const ocsf = await cli('audit', 'export', '--format', 'ocsf');
  t.is(ocsf.code, 0, ocsf.stderr);
  const events = linesOf(ocsf.stdout).map((line) => JSON.parse(line));
  t.deepEqual(
    events.map(({ metadata, class_uid }) => [metadata.sequence, metadata.tenant_uid, class_uid]),
    [0, 1, 2].map((seq) => [seq, org.id, 6003]),
  );
  t.false(ocsf.stdout.includes('\u001b'));
  const cef = linesOf((await cli('audit', 'export', '--format', 'cef')).stdout).map(parseCef);
  t.deepEqual(
    cef.map(({ extension }) => extension.cs6),
    [org.slug, org.slug, org.slug],
  );
  const syslog = linesOf((await cli('audit', 'export', '--format', 'syslog')).stdout).map(parseSyslog);
  t.is(syslog[2]!.data.seq, '2');
  const saved = await cli('audit', 'export', '--format', 'ecs', '--start', '2', '-o', 'new.jsonl', '--json');
  t.deepEqual(saved.json, { file: 'new.jsonl', events: 1, next: 3 });
  t.like(JSON.parse(await read('new.jsonl')), { event: { sequence: 2, action: 'team.created' } });
  const jsonl = linesOf((await cli('audit', 'export', '--format', 'jsonl')).stdout).map((line) => JSON.parse(line));
  // Each export is an event itself; the checkpoint does not cover these yet.
  const { body } = await server.request('/api/v1/audit?action=team.created', { key: org.key });
  const precise = (list: { seq: number; recorded_at: string }[]) =>
    list.map(({ recorded_at, ...item }) => ({ ...item, at: Date.parse(recorded_at) })).sort((a, b) => a.seq - b.seq);
  t.deepEqual(precise(jsonl), precise(body.events), 'as the API shows them');
});

test('flags that do not go together are explained', async (t) => {
  const { cli } = await orgWithEvents(t, 1);
  for (const args of [
    ['audit', 'export'],
    ['audit', 'export', '--start', '1', '-o', 'a'],
    ['audit', 'export', '--format', 'ocsf', '--json'],
  ])
    t.is((await cli(...args)).code, 2, args.join(' '));
  t.is((await cli('audit', 'export', '--format', 'cef', '-o', 'no/such/folder/a')).code, 2);
});

test('violations are exported over many pages', async (t) => {
  const { cli, post, read } = await orgWithEvents(t, 0);
  await post('/policies', { name: 'No o1', rule: { blocked_models: ['o1'] }, action: 'block' });
  const receipts = Array.from({ length: 700 }, () => receipt({ model: 'o1' }));
  await post('/receipts', { repo: { name: 'git.example.com/a/b' }, receipts });
  const { code, stderr, json } = await cli('violations', 'export', '--format', 'ocsf', '-o', 'found.jsonl', '--json');
  t.is(code, 0, stderr);
  t.deepEqual(json, { file: 'found.jsonl', events: 700 });
  const found = linesOf(await read('found.jsonl')).map((line) => JSON.parse(line));
  t.is(new Set(found.map(({ finding_info }) => finding_info.uid)).size, 700);
  t.true(found.every(({ class_uid, severity_id }) => class_uid === 2003 && severity_id === 4));
  t.is((await cli('violations', 'export', '--from', '2100-01-01')).stdout, '');
  t.is((await cli('violations', '--limit', '1')).code, 0, 'the command beside it is still there');
});
