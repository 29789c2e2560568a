import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CLI, run, TestClone, temporaryFolder } from './cli.js';
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
  const cli = (...args: string[]) => run(CLI, ['enterprise', 'audit', ...args], { cwd: folder, env });
  const add = async (name: string) => {
    await server.request('/api/v1/teams', { key: org.key, body: { slug: name } });
    await server.sequence(org);
  };
  for (let n = 0; n < teams; n++) await add(`team-${n}`);
  return { org, folder, env, cli, add };
}

test('an export verifies offline against its checkpoint and the server’s key', async (t) => {
  const { cli, folder } = await orgWithEvents(t, 5);
  t.is((await cli('export', '-o', 'audit.jsonl')).code, 0);
  const { public_key } = JSON.parse((await cli('checkpoint', '--json')).stdout);
  const verified = await cli('verify', 'audit.jsonl', '--key', public_key, '--json');
  t.is(verified.code, 0, verified.stderr);
  t.like(JSON.parse(verified.stdout), { verified: true, events: 5, erased: 0, key_given: true });

  const text = await readFile(join(folder, 'audit.jsonl'), 'utf8');
  await writeFile(join(folder, 'changed.jsonl'), text.replace('team-3', 'team-9'));
  const changed = await cli('verify', 'changed.jsonl');
  t.is(changed.code, 1);
  t.regex(changed.stderr, /✗ event 3 has another detail than it was recorded with/);
  await writeFile(join(folder, 'cut.jsonl'), `${text.trim().split('\n').slice(0, -1).join('\n')}\n`);
  t.regex((await cli('verify', 'cut.jsonl')).stderr, /covers 5 events, but there are 4: the end is missing/);
  await writeFile(join(folder, 'other.jsonl'), 'hello\n');
  t.is((await cli('verify', 'other.jsonl')).code, 1);
});

test('a checkpoint that was anchored in a repository finds out a server that was set back', async (t) => {
  const { cli, add, env, folder } = await orgWithEvents(t, 2);
  const clone = await TestClone.create(t);
  await clone.commit({ 'a.txt': 'a\n' });
  await clone.git('config', 'user.name', 'Ada');
  await clone.git('config', 'user.email', 'ada@example.com');
  await cli('export', '-o', 'old.jsonl');
  for (const name of ['later', 'latest']) {
    await add(name);
    const anchored = await run(CLI, ['enterprise', 'audit', 'checkpoint', '--anchor', '-C', clone.path], { env });
    t.is(anchored.code, 0, anchored.stderr);
  }
  await cli('export', '-o', 'new.jsonl');
  const verified = await cli('verify', join(folder, 'new.jsonl'), '--anchors', clone.path, '--json');
  t.like(JSON.parse(verified.stdout), { verified: true, events: 5, checkpoints: 3 }); // the export is one
  const old = await cli('verify', join(folder, 'old.jsonl'), '--anchors', clone.path);
  t.is(old.code, 1);
  t.regex(old.stderr, /the checkpoint at commit [0-9a-f]{12} covers 4 events, but there are 2/);
});

test('one event is proved to stand in the signed log', async (t) => {
  const { org, cli } = await orgWithEvents(t, 7);
  const { events } = (await server.request('/api/v1/audit', { key: org.key })).body;
  const { public_key } = JSON.parse((await cli('checkpoint', '--json')).stdout);
  const proved = await cli('prove', events[3].id, '--key', public_key);
  t.is(proved.code, 0, proved.stderr);
  t.regex(proved.stdout, /^Proved: event 3 of 7 in blameprompt-enterprise\/audit\//);
  t.is((await cli('prove', org.id, '--key', public_key)).code, 1);
});

test('the log is listed for people and for programs', async (t) => {
  const { cli } = await orgWithEvents(t, 3);
  const listed = await cli('list', '--limit', '2');
  t.regex(listed.stdout, /^number\s+time\s+who\s+action\s+what\n\s*2\s+.*test\s+team\.created/);
  t.regex(listed.stdout, /More: --cursor /);
  t.is(JSON.parse((await cli('list', '--action', 'team.deleted', '--json')).stdout).events.length, 0);
});
