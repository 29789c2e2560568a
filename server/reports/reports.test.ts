import test from 'ava';
import type { Static } from 'typebox';
import { ReportJson } from '../../shared/api/report-schema.js';
import { REPORT_TYPES } from '../../shared/report/types.js';
import { compileBody } from '../../shared/validate.js';
import { startTestServer, type TestOrg, type TestServer } from '../../test/server.js';
import { seedOrg } from './reports.test.support.js';

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
const analytics = async (query: string) => (await server.request(`/api/v1/analytics${query}`, { key: org.key })).body;

for (const type of REPORT_TYPES) {
  test(`${type}: JSON fits the published schema, and making it again gives the same bytes in every format`, async (t) => {
    for (const format of ['json', 'csv', 'md']) {
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
      const { total_receipts } = await analytics(query);
      if (type !== 'audit') t.is(facts(document, 'completeness').rows, total_receipts);
      if (!filters.includes('team')) {
        const { coverage } = await analytics(query);
        t.is(facts(document, 'coverage').commits, coverage.commits);
        t.is(facts(document, 'coverage').coverage, coverage.percentage);
      }
    }
  });
}

test('soc2 lists every AI-assisted change with its decision, exemption and approver', async (t) => {
  const document = await report('soc2');
  const changes = rows(document, 'changes');
  t.is(changes.length, (await analytics('')).total_receipts);
  const about = ({ model, decision, policies, exempted_by, approver, ai_share }: Record<string, unknown>) => {
    return { model, decision, policies, exempted_by, approver, ai_share };
  };
  t.deepEqual(changes.map(about), []);
});
