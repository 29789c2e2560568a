import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { CLI, run, temporaryFolder } from './cli.js';
import { seedOrg } from './report-org.js';
import { startTestServer, type TestOrg, type TestServer } from './server.js';

let server: TestServer;
let org: TestOrg;
test.before(async () => {
  server = await startTestServer();
  org = await seedOrg(server);
});
test.after.always(() => server?.stop());

const report = (folder: string, args: string[], env: Record<string, string> = {}) =>
  run(CLI, ['enterprise', 'report', ...args], {
    cwd: folder,
    env: { HOME: folder, BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: org.key, ...env },
  });

test('a report is saved whole, in the format that the name of the file ends in, and never over another file', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'soc2.csv');
  const { code, json } = await report(folder, ['--type', 'soc2', '-o', file, '--json']);
  t.is(code, 0);
  const text = await readFile(file, 'utf8');
  t.deepEqual(json, { type: 'soc2', format: 'csv', file, bytes: Buffer.byteLength(text) });
  t.regex(text, /^recorded_at,repo,commit,.*\r\n2026-02-14T10:00:00/);
  t.deepEqual(await readdir(folder), ['soc2.csv']);

  await writeFile(file, 'mine');
  const again = await report(folder, ['--type', 'soc2', '-o', file]);
  t.is(again.code, 2);
  t.regex(again.stderr, /is there already\. Name another file, or say --force/);
  t.is(await readFile(file, 'utf8'), 'mine');
  t.is((await report(folder, ['--type', 'soc2', '-o', file, '--force'])).code, 0);
  t.is(await readFile(file, 'utf8'), text);
});

test('without a file the report is standard output, in Markdown', async (t) => {
  const folder = await temporaryFolder(t);
  const { code, stdout } = await report(folder, ['--type', 'executive', '--from', '2026-02-14', '--to', '2026-02-14']);
  t.is(code, 0);
  t.regex(stdout, /^# AI-written code at a glance\n/);
  t.regex(stdout, /\| Known cost \| \\\$5\.25 \|/);
});

test('what the server refuses is told, and no file is left', async (t) => {
  const folder = await temporaryFolder(t);
  const { code, stderr } = await report(folder, ['--type', 'soc2', '--table', 'no', '-o', 'soc2.csv']);
  t.is(code, 1);
  t.regex(stderr, /\/table must be one of about, completeness, changes/);
  t.deepEqual(await readdir(folder), []);
});

test('a report that breaks off in the middle is not taken for a whole one', async (t) => {
  const folder = await temporaryFolder(t);
  const half = createServer((_, reply) => {
    reply.writeHead(200, { 'content-type': 'text/csv' });
    reply.write('recorded_at,repo\r\n', () => reply.destroy());
  });
  await new Promise<void>((resolve) => half.listen(0, '127.0.0.1', resolve));
  t.teardown(() => half.close());
  const origin = `http://127.0.0.1:${(half.address() as AddressInfo).port}`;
  const { code, stderr } = await report(folder, ['--type', 'soc2', '-o', 'soc2.csv'], { BLAMEPROMPT_API_URL: origin });
  t.is(code, 4);
  t.regex(stderr, /broke off in the middle of the file/);
  t.deepEqual(await readdir(folder), []);
});
