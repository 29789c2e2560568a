import test from 'ava';
import postgres from 'postgres';
import { databaseEnv } from '../../test/database.js';
import { commitFact, REPO, receipt } from '../../test/fixtures.js';
import { startTestServer, type TestServer } from '../../test/server.js';
import { rebuild, verify } from '../commands/rollups.js';
import { readConfig } from '../config.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

test('verify tells rollups that differ, and rebuild mends them', async (t) => {
  const org = await server.createOrg();
  await server.request('/api/v1/receipts', {
    key: org.key,
    body: { repo: REPO, receipts: [receipt(), receipt()], commits: [commitFact()] },
  });
  const config = readConfig({}, databaseEnv(server));
  t.deepEqual((await verify(config, org.slug)).json, { orgs: [{ org: org.slug, drift: 0 }] });
  const sql = postgres(server.adminUrl, { max: 1 });
  await sql`update rollups set receipts = receipts + 1 where org_id = ${org.id} and receipts > 0 and repo = 0 and person > 0`;
  await sql.end();
  await t.throwsAsync(verify(config, org.slug), { code: 'rollups_differ' });
  await rebuild(config, org.slug);
  t.deepEqual((await verify(config, org.slug)).json, { orgs: [{ org: org.slug, drift: 0 }] });
  await t.throwsAsync(verify(config, 'nobody'), { code: 'unknown_org' });
});
