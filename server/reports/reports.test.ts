import { createHash } from 'node:crypto';
import test from 'ava';
import postgres from 'postgres';
import { ReportJson } from '../../shared/api/report-schema.js';
import { REPORT_TYPES } from '../../shared/report/types.js';
import type { Static } from '../../shared/schema.js';
import { compileBody } from '../../shared/validate.js';
import { commitFact, OTHER_OID, REPO, receipt } from '../../test/fixtures.js';
import { seedOrg } from '../../test/report-org.js';
import { startTestServer, type TestOrg, type TestServer } from '../../test/server.js';

let server: TestServer;
let org: TestOrg;
test.before(async () => {
  server = await startTestServer();
  org = await seedOrg(server);
});
test.after.always(() => server?.stop());

const fetchReport = (path: string, key = org.key) =>
  fetch(`${server.origin}/api/v1/reports/${path}`, { headers: { authorization: `Bearer ${key}` } });
const textOf = async (path: string) => {
  const reply = await fetchReport(path);
  const text = await reply.text();
  if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${text}`);
  return text;
};
const report = async (path: string): Promise<Written> => JSON.parse(await textOf(path));
type Written = Static<typeof ReportJson>;
const block = (document: Written, id: string) =>
  document.sections.flatMap(({ blocks }) => blocks).find((one) => 'id' in one && one.id === id);
const facts = (document: Written, id: string) => {
  const found = block(document, id);
  return Object.fromEntries(found && 'facts' in found ? found.facts.map((one) => [one.id, one.value]) : []);
};
const rows = (document: Written, id: string) => {
  const found = block(document, id);
  if (!found || !('rows' in found)) throw new Error(`no table ${id}`);
  return found.rows;
};
const byColumn = (list: Record<string, unknown>[]): Record<string, unknown[]> =>
  Object.fromEntries(Object.keys(list[0] ?? {}).map((id) => [id, list.map((row) => row[id])]));
const analytics = async (query: string) => (await server.request(`/api/v1/analytics${query}`, { key: org.key })).body;

for (const type of REPORT_TYPES) {
  test(`${type}: JSON fits the published schema, and making it again gives the same bytes in every format`, async (t) => {
    for (const format of ['json', 'csv', 'md', 'html']) {
      const text = await textOf(`${type}?format=${format}`);
      await server.sequence(org);
      t.is(await textOf(`${type}?format=${format}`), text, format);
      t.false(/\bcompliant|certified\b/i.test(text));
      if (format === 'json') t.is(compileBody(ReportJson)(JSON.parse(text)).faults, undefined);
    }
  });

  test(`${type}: figures of the common part equal /analytics for the same filters`, async (t) => {
    for (const filters of ['', '&repo=git.example.com/acme/shop', '&team=web&repo=git.example.com/acme/shop']) {
      const query = `?from=2026-02-14&to=2026-02-15${filters}`;
      const document = await report(type + query);
      const { total_receipts, coverage } = await analytics(query);
      if (type !== 'audit') t.is(facts(document, 'completeness').rows, total_receipts);
      t.is(facts(document, 'coverage').commits, coverage.commits);
      t.is(facts(document, 'coverage').coverage, coverage.percentage);
    }
  });
}

test('a PDF is made of the same report, and is the same when it is made again', async (t) => {
  const bytes = async () => Buffer.from(await (await fetchReport('executive?format=pdf')).arrayBuffer());
  const first = await bytes();
  t.is(first.subarray(0, 5).toString(), '%PDF-');
  t.true(first.equals(await bytes()));
});

test('reports on controls come as OSCAL assessment results, and models in use as a CycloneDX bill of materials', async (t) => {
  for (const [type, control] of [
    ['soc2', 'CC8.1'],
    ['iso27001', 'A.5.9'],
  ]) {
    const text = await textOf(`${type}?format=oscal`);
    await server.sequence(org);
    t.is(await textOf(`${type}?format=oscal`), text);
    const [result] = JSON.parse(text)['assessment-results'].results;
    t.true(result.observations.length > 2);
    t.true(text.toLowerCase().includes(control!.toLowerCase()), `${control} is observed`);
  }
  const text = await textOf('dora?format=cyclonedx');
  t.is(await textOf('dora?format=cyclonedx'), text);
  const bom = JSON.parse(text);
  t.like(bom, { bomFormat: 'CycloneDX', specVersion: '1.6' });
  const named = new Set(rows(await report('dora'), 'model_use').map(({ provider, model }) => `${provider}/${model}`));
  const models = bom.components.filter((one: { type: string }) => one.type === 'machine-learning-model');
  t.is(models.length, named.size);
  const refused = await fetchReport('gdpr?format=oscal');
  t.is(refused.status, 400);
  t.is((await refused.json()).errors[0].pointer, '/format');
});

test('soc2 lists every AI-assisted change with its decision, exemption and approver', async (t) => {
  const document = await report('soc2');
  const changes = rows(document, 'changes');
  t.is(changes.length, (await analytics('')).total_receipts);
  const { person, model, decision, policies, exempted_by, approver, ai_share } = byColumn(changes);
  t.deepEqual(person, ['ada@example.com', 'bob@example.com', 'ada@example.com', null]);
  t.deepEqual(model, ['claude-opus-4-6', 'gpt-5', 'gpt-5', null]);
  t.deepEqual(decision, ['pass', 'pass', 'block', 'pass']);
  t.deepEqual(policies, [null, null, 'No GPT', null]);
  t.deepEqual(exempted_by, [null, 'No GPT: Trial', null, null]);
  t.deepEqual(approver, [null, 'cto@example.com', null, null]);
  t.deepEqual(ai_share, [60, 60, 60, null]);
  t.deepEqual(byColumn(rows(document, 'coverage_gaps')).commit, [OTHER_OID]);
  t.like(facts(document, 'exceptions'), { violations: 2, violations_blocking: 1, receipts_without_cost: 1 });
});

test('a change that arrived when no policy was switched on was not judged, which is no pass', async (t) => {
  const other = await server.createOrg();
  const body = { repo: REPO, receipts: [receipt()], commits: [commitFact()] };
  await server.request('/api/v1/receipts', { key: other.key, body });
  const document = (await (await fetchReport('soc2', other.key)).json()) as Written;
  t.deepEqual(byColumn(rows(document, 'changes')).decision, ['not judged']);
});

test('the hash of the population is SHA-256 over the receipts of the CSV in its order', async (t) => {
  const lines = (await textOf('soc2?format=csv')).trimEnd().split('\r\n');
  const ids = [...new Set(lines.slice(1).map((line) => line.slice(-36)))];
  const { rows: count, sha256 } = facts(await report('soc2'), 'completeness');
  t.is(count, ids.length);
  t.is(
    sha256,
    createHash('sha256')
      .update(ids.map((id) => `${id}\n`).join(''))
      .digest('hex'),
  );
});

test('executive and departments show what /analytics answers', async (t) => {
  for (const query of ['', '?repo=git.example.com/acme/shop', '?team=web&from=2026-02-14&to=2026-02-20']) {
    const all = await analytics(query);
    t.like(facts(await report(`executive${query}`), 'summary'), {
      total_receipts: all.total_receipts,
      total_cost_usd: all.total_cost_usd,
      ai_code_percentage: all.ai_code_percentage,
      lines_added: all.lines.added,
      coverage: all.coverage.percentage,
    });
  }
  const web = rows(await report('departments'), 'teams').find(({ team }) => team === 'web');
  const asked = await analytics('?team=web');
  t.like(web, {
    receipts: asked.total_receipts,
    cost_usd: asked.total_cost_usd,
    ai: asked.lines.ai,
    added: asked.lines.added,
    ai_share: asked.ai_code_percentage,
  });
});

test('a day is a day of the time zone of the org', async (t) => {
  const berlin = await seedOrg(server);
  await server.request('/api/v1/settings', { key: berlin.key, method: 'PATCH', body: { time_zone: 'Europe/Berlin' } });
  const document = (await (await fetchReport('soc2?from=2026-02-15&to=2026-02-15', berlin.key)).json()) as Written;
  t.deepEqual(document.period, {
    from: '2026-02-14T23:00:00.000000Z',
    to: '2026-02-15T23:00:00.000000Z',
    time_zone: 'Europe/Berlin',
  });
  t.deepEqual(byColumn(rows(document, 'changes')).recorded_at, ['2026-02-14T23:30:00.000000Z']);
});

test('people of teams below the minimum size are not shown one by one', async (t) => {
  const small = await seedOrg(server);
  const setMinimum = (min_group_size: number) =>
    server.request('/api/v1/settings', { key: small.key, method: 'PATCH', body: { reports: { min_group_size } } });
  const people = async () => rows((await (await fetchReport('activity', small.key)).json()) as Written, 'people');
  t.deepEqual(byColumn(await people()).person, ['ada@example.com', 'bob@example.com']);
  await setMinimum(2);
  t.deepEqual(
    (await people()).map(({ person, people: count, receipts }) => [person, count, receipts]),
    [['people of smaller teams', 2, 3]],
  );
  await setMinimum(3);
  t.deepEqual(
    (await people()).map(({ person, people: count, receipts }) => [person, count, receipts]),
    [['people of smaller teams', null, null]],
  );
  t.false(JSON.stringify(await people()).includes('@'));
});

test('an event that was altered in the database does not pass as what was numbered', async (t) => {
  const other = await seedOrg(server);
  const sql = postgres(server.adminUrl, { max: 1 });
  t.teardown(() => sql.end());
  const checks = async () => {
    const events = byColumn(rows((await (await fetchReport('audit', other.key)).json()) as Written, 'events'));
    return [events.event_check, events.detail_check].map((list) => [...new Set(list)].sort());
  };
  t.deepEqual(await checks(), [['ok'], ['ok']]);
  await sql`update audit_events set event = replace(event, 'team.created', 'team.renamed') where org_id = ${other.id}`;
  await sql`
    update audit_details set detail = replace(detail, 'Web', 'Wob') where org_id = ${other.id} and detail like '%Web%'
  `;
  t.deepEqual(await checks(), [
    ['altered', 'ok'],
    ['altered', 'ok'],
  ]);
});

test('hostile names are no formula in CSV and no structure in Markdown', async (t) => {
  const csv = await textOf('soc2?format=csv');
  t.true(csv.includes(`"'=HYPERLINK(""x""),|<b>@&\n[a](http://x)"`));
  t.false(/(^|[,\n])"?[=+@-]/.test(csv));
  const md = await textOf('soc2?format=md');
  t.true(md.includes(String.raw`=HYPERLINK("x"),\|&lt;b&gt;&#64;&amp; \[a\](http\://x)`));
  t.false(md.includes('<b>'));
});

test('CSV holds the main table, any other that is named, and lists of facts', async (t) => {
  t.regex(await textOf('soc2?format=csv'), /^recorded_at,repo,commit,/);
  t.regex(await textOf('soc2?format=csv&table=violations'), /^occurred_at,policy,/);
  t.regex(
    await textOf('soc2?format=csv&table=completeness'),
    /^id,label,value,unit\r\nrows,Items in the population,4,count\r\n/,
  );
  const wrong = await server.request('/api/v1/reports/soc2?format=csv&table=no', { key: org.key });
  t.is(wrong.status, 400);
  t.regex(wrong.body.errors[0].message, /must be one of about, completeness, changes, /);
});

test('what cannot be asked is refused: an empty report would say that nothing happened', async (t) => {
  const status = async (path: string) => (await fetchReport(path)).status;
  t.is(await status('soc3'), 404);
  t.is(await status('soc2?team=wbe'), 404);
  t.is(await status('soc2?repo=git.example.com/acme/other'), 404);
  t.is(await status('soc2?from=2026-02-15&to=2026-02-14'), 400);
  t.is(await status('soc2?format=doc'), 400);
  const reader = await server.createOrg(['receipts:read']);
  t.is((await fetchReport('soc2', reader.key)).status, 403);
  t.is((await fetchReport('schema')).status, 200);
});

test('a report is an audit event that names what was read', async (t) => {
  const other = await seedOrg(server);
  const reply = await fetchReport('gdpr?format=md&from=2026-02-14&to=2026-02-14', other.key);
  const bytes = Buffer.from(await reply.arrayBuffer());
  t.is(reply.headers.get('content-type'), 'text/markdown; charset=utf-8');
  t.is(reply.headers.get('content-disposition'), 'attachment; filename="gdpr-2026-02-14-2026-02-15.md"');
  const { events } = (await server.request('/api/v1/audit?action=report.generated', { key: other.key })).body;
  t.like(events[0], { actor: { name: 'test' }, target: { type: 'report', id: 'gdpr' } });
  t.like(events[0].after, {
    format: 'md',
    from: '2026-02-14T00:00:00.000000Z',
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
});
