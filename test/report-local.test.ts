import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ReportJson } from '../shared/api/report-schema.js';
import type { Static } from '../shared/schema.js';
import { compileBody } from '../shared/validate.js';
import { blamePromptNote, CLI, gitAiNote, lines, run, TestClone } from './cli.js';
import { receipt } from './fixtures.js';
import { startTestServer, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

type Written = Static<typeof ReportJson>;
const facts = (document: Written, id: string) => {
  const found = document.sections.flatMap(({ blocks }) => blocks).find((one) => 'id' in one && one.id === id);
  return Object.fromEntries(found && 'facts' in found ? found.facts.map((one) => [one.id, one.value]) : []);
};

/** A clone with notes of two recorders, one commit without any, and one note that cannot be read. */
async function annotatedClone(t: Parameters<typeof TestClone.create>[0]) {
  const clone = await TestClone.create(t);
  const first = await clone.commit({ 'a.ts': lines(10) }, 'First');
  await clone.note('ai', first, gitAiNote({ 'a.ts': '1-6' }));
  const second = await clone.commit({ 'b.ts': lines(4) }, 'Second');
  await clone.note('blameprompt', second, blamePromptNote({ ...receipt(), user: 'Ada <ada@example.com>' }));
  const third = await clone.commit({ 'c.ts': lines(3) }, 'Third');
  await clone.note('ai', third, 'no note of anybody');
  return clone;
}

test('a report of one clone needs no server, fits the schema, is the same each time, and agrees with the server', async (t) => {
  const clone = await annotatedClone(t);
  const local = async (type: string, format = 'json') => {
    const { code, stdout, stderr } = await run(
      CLI,
      ['enterprise', 'report', '--type', type, '--local', '--format', format, '-C', clone.path],
      { env: { HOME: clone.home } },
    );
    t.is(code, 0, stderr);
    return stdout;
  };
  for (const type of ['soc2', 'gdpr', 'audit']) {
    const text = await local(type);
    t.is(compileBody(ReportJson)(JSON.parse(text)).faults, undefined, type);
    t.is(await local(type), text, type);
  }
  t.regex(await local('audit', 'md'), /no note of|cannot be read|not a note|unknown/i);
  t.regex(await local('soc2', 'csv'), /^recorded_at,commit,landed_as,.*\r\n2026-02-14/);

  const org = await server.createOrg();
  const env = { HOME: clone.home, BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: org.key };
  t.is((await run(CLI, ['enterprise', 'sync', '-C', clone.path], { env })).code, 0);
  const asked = ['--from', '2026-02-01', '--to', '2026-02-28', '--format', 'json', '-C', clone.path];
  const ofServer = await run(CLI, ['enterprise', 'report', '--type', 'soc2', ...asked], { env });
  const ofClone = await run(CLI, ['enterprise', 'report', '--type', 'soc2', '--local', ...asked], { env });
  const [theirs, ours]: Written[] = [JSON.parse(ofServer.stdout), JSON.parse(ofClone.stdout)];
  const { rows, sha256 } = facts(theirs!, 'completeness');
  t.is(rows, 2);
  t.like(facts(ours!, 'completeness'), { rows, sha256, without_time: 0 });
  const { commits, commits_without_receipts, coverage } = facts(theirs!, 'coverage');
  t.like(facts(ours!, 'coverage'), { commits, commits_without_receipts, coverage, lines_added: 17 });
});

test('what needs a server is said to', async (t) => {
  const clone = await annotatedClone(t);
  const start = (...args: string[]) =>
    run(CLI, ['enterprise', 'report', '--local', '-C', clone.path, ...args], { env: { HOME: clone.home } });
  for (const [args, words] of [
    [['--type', 'dora'], /A server is needed for dora/],
    [['--type', 'gdpr', '--format', 'oscal'], /does not come as oscal/],
    [['--type', 'soc2', '--table', 'keys', '--format', 'csv'], /--table must be one of about|--table must be one of/],
    [['--type', 'soc2', '--from', '2026-03-01', '--to', '2026-02-01'], /--to must not be before --from/],
  ] as const) {
    const { code, stderr } = await start(...args);
    t.is(code, 2, stderr);
    t.regex(stderr, words);
  }
  const file = join(clone.home, 'soc2.pdf');
  t.is((await start('--type', 'soc2', '-o', file)).code, 0);
  t.is((await readFile(file)).subarray(0, 5).toString(), '%PDF-');
});
