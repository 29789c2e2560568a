import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { parseCsv } from '../cli/csv.js';
import { blamePromptNote, CLI, gitAiNote, lines, run, TestClone } from './cli.js';
import { dumpOrg } from './dump-org.js';
import { receipt } from './fixtures.js';
import { startTestServer, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

/** A clone in which Ada works with AI, synced to an org of its own. */
async function setup(t: ExecutionContext) {
  const org = await server.createOrg();
  const clone = await TestClone.create(t);
  const env = { HOME: clone.home, BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: org.key };
  const cli = (...args: string[]) => run(CLI, ['enterprise', ...args], { env, cwd: clone.path });
  const first = await clone.commit({ 'a.ts': lines(4) });
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-4' }));
  const note = { ...receipt(), user: 'Ada Example <ada@example.com>', prompt_summary: '=HYPERLINK("x")' };
  await clone.note('blameprompt', first, blamePromptNote(note));
  t.is((await cli('sync')).code, 0);
  return { org, clone, cli };
}

test('a person is exported to a folder of JSON and CSV that opens without formulas', async (t) => {
  const { clone, cli, org } = await setup(t);
  await server.request('/api/v1/receipts', {
    key: org.key,
    body: {
      repo: { name: 'a/b' },
      receipts: [receipt({ prompt_summary: '=HYPERLINK("x"),\n@b', session_id: '-1+1' })],
    },
  });
  const exported = await cli('gdpr', 'export', '--subject', 'Ada@Example.com', '-o', 'ada');
  t.is(exported.code, 0, exported.stderr);
  const folder = join(clone.path, 'ada');
  t.is((await stat(folder)).mode & 0o777, 0o700);
  const subject = JSON.parse(await readFile(join(folder, 'subject.json'), 'utf8'));
  t.deepEqual(subject.person, { emails: ['ada@example.com'], names: ['Ada Example'], shared_names: [] });
  const files = await readdir(folder);
  for (const [table, { rows }] of Object.entries<{ rows: Record<string, unknown>[] }>(subject.tables)) {
    t.is(files.includes(`${table}.csv`), rows.length > 0, table);
    if (rows.length === 0) continue;
    const [head, ...records] = parseCsv(await readFile(join(folder, `${table}.csv`), 'utf8'));
    t.deepEqual(head!.fields, Object.keys(rows[0]!));
    t.is(records.length, rows.length);
    t.true(
      records.flatMap(({ fields }) => fields).every((cell) => !/^[=+@\t\r]|^-\D/.test(cell)),
      table,
    );
  }
  t.true(subject.tables.receipts.rows.some((row: any) => row.prompt_summary === '=HYPERLINK("x"),\n@b'));
  t.regex(await readFile(join(folder, 'receipts.csv'), 'utf8'), /"'=HYPERLINK\(""x""\),\n@b"/);
  t.regex(await readFile(join(folder, 'README.txt'), 'utf8'), /receipts \(\d\): AI interactions/);
  t.is((await cli('gdpr', 'export', '--subject', 'ada@example.com', '-o', 'ada')).code, 2, 'nothing is overwritten');
  const nobody = await cli('gdpr', 'export', '--subject', 'nobody@example.com', '-o', 'nobody', '--json');
  t.deepEqual(nobody.json.tables, { audit_details: 1 }, 'that somebody asked');
  t.deepEqual(Object.keys(JSON.parse(await readFile(join(clone.path, 'nobody/subject.json'), 'utf8')).person), [
    'emails',
    'names',
    'shared_names',
  ]);
});

test('an erased person stays erased when the clone sends everything again, and the log verifies offline', async (t) => {
  const { org, clone, cli } = await setup(t);
  await server.request('/api/v1/teams', { key: org.key, body: { slug: 'team', name: 'Team of Ada Example' } });
  const tried = await cli('gdpr', 'erase', '--subject', 'ada@example.com');
  t.is(tried.code, 0, tried.stderr);
  t.regex(tried.stdout, /Also known as: Ada Example\n[\s\S]*receipts +2\n[\s\S]*Nothing was changed/);
  t.regex(await dumpOrg(server.adminUrl, org.id), /ada@example\.com/);

  const erased = await cli('gdpr', 'erase', '--subject', 'ada@example.com', '--yes', '-o', 'certificate.json');
  t.is(erased.code, 0, erased.stderr);
  t.regex(JSON.parse(await readFile(join(clone.path, 'certificate.json'), 'utf8')).signature, /=$/);
  t.regex((await cli('gdpr', 'erasures')).stdout, /^time .*\n.* yes /);
  const before = await dumpOrg(server.adminUrl, org.id);
  t.notRegex(before, /ada@example\.com|ada example/i);

  await clone.commit({ 'b.ts': lines(2) });
  await writeFile(join(clone.path, '.mailmap'), 'Ada Example <ada@example.com> <ada@old.example.com>\n');
  await clone.commit({});
  const synced = await cli('sync', '--full', '--json');
  t.is(synced.code, 0, synced.stderr);
  t.like(synced.json.receipts, { sent: 2, inserted: 0, amended: 0, duplicates: 2 });
  const after = await dumpOrg(server.adminUrl, org.id);
  t.notRegex(after, /ada@example\.com|ada example/i);
  t.true(after.length > before.length);

  await server.sequence(org);
  t.is((await cli('audit', 'export', '-o', 'audit.jsonl')).code, 0);
  const verified = await cli('audit', 'verify', 'audit.jsonl', '--json');
  t.like(verified.json, { verified: true, erased: 1 });
});

test('retention is set, previewed, held and released', async (t) => {
  const { cli } = await setup(t);
  const preview = await cli('retention', 'preview', '--receipts', '30');
  t.is(preview.code, 0, preview.stderr);
  t.regex(preview.stdout, /receipts +30 days +2\n/);
  t.regex((await cli('retention', 'show')).stdout, /receipts +for ever +0\n[\s\S]*No legal hold/);
  t.is((await cli('retention', 'set', '--receipts', '30', '--prompts', 'forever')).code, 0);
  t.is((await cli('retention', 'hold', '--reason', 'case 7')).code, 0);
  t.regex(
    (await cli('retention', 'show')).stdout,
    /receipts +30 days +0\n[\s\S]*Legal hold, nothing is removed: case 7/,
  );
  t.is((await cli('retention', 'release')).code, 0);
  await server.runJobs();
  t.regex((await cli('retention', 'show')).stdout, /Last removed something on .*"receipts":2/);
  const again = await cli('sync', '--full', '--json');
  t.like(again.json.receipts, { sent: 2, inserted: 0, rejected: 2 });
  t.is((await cli('sync', '--json')).json.receipts.sent, 0, 'what is too old is not tried again');
  t.is((await cli('retention', 'set', '--receipts', 'soon')).code, 2);
  t.is((await cli('retention', 'set')).code, 2);
});
