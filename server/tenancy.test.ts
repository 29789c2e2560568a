import { randomUUID } from 'node:crypto';
import test from 'ava';
import { endpoints } from '../shared/api/index.js';
import { createTestDatabase } from '../test/database.js';
import { exampleOf, type Made, makeExamples } from '../test/examples.js';
import { OID, REPO, receipt } from '../test/fixtures.js';
import { everything } from '../test/rows.js';
import { startTestServer, type TestOrg, type TestServer } from '../test/server.js';

let server: TestServer;
let acme: TestOrg;
let rival: TestOrg;
let made: Made;

test.before(async () => {
  server = await startTestServer();
  acme = await server.createOrg();
  rival = await server.createOrg();
  made = await makeExamples(server, acme);
});
test.after.always(() => server?.stop());

test('no endpoint shows a tenant anything of another, or changes it, whatever id it is asked for', async (t) => {
  const before = await everything(server.adminUrl, acme.id);
  for (const endpoint of endpoints) {
    const { path, ...request } = exampleOf(endpoint, made);
    const { key } = await server.createOrg();
    const { status, body } = await server.request(path, { key, ...request });
    // What a tenant itself has sent may come back to it.
    const asked = [...new URL(path, server.origin).searchParams.values()];
    const text = asked.reduce((rest, value) => rest.replaceAll(value, ''), JSON.stringify(body));
    const told = request.body === undefined && /secret/.test(text);
    t.false(told || [acme.id, ...Object.values(made)].some((id) => text.includes(id)), `${endpoint.id}: ${text}`);
    if (endpoint.path.includes(':')) t.is(status, 404, endpoint.id);
    t.deepEqual(await everything(server.adminUrl, acme.id), before, endpoint.id);
  }
});

test('what the examples ask for is there for the org itself', async (t) => {
  const own = await server.createOrg(); // reading the audit log adds to it, which the test before would see
  const there = await makeExamples(server, own);
  for (const endpoint of endpoints.filter(({ method }) => method === 'get')) {
    const { path } = exampleOf(endpoint, there);
    const { status, body } = await server.request(path, { key: own.key });
    t.is(status, 200, endpoint.id);
    const text = JSON.stringify(body);
    t.true(text.includes('secret') || text.includes(own.id), endpoint.id); // checkpoints name the org alone
  }
});

test('two orgs with the same receipt id keep one each, and neither can block or change the other', async (t) => {
  const third = await server.createOrg();
  const theirs = receipt({ id: made.receipt, model: 'of-the-third' });
  const { body } = await server.request('/api/v1/receipts', {
    key: third.key,
    body: { repo: REPO, receipts: [theirs] },
  });
  t.like(body, { inserted: 1, duplicates: 0, amended: 0 });
  const path = `/api/v1/receipts/${made.receipt}`;
  t.is((await server.request(path, { key: acme.key })).body.model, 'secret-model');
  t.is((await server.request(path, { key: third.key })).body.model, 'of-the-third');
});

test('a query that forgets the org still sees one org only', async (t) => {
  const ids = await server.db.withTenant(rival.id, (sql) => sql`select org_id from receipts`);
  t.true(ids.every(({ org_id }) => org_id === rival.id));
  for (const table of Object.keys((await everything(server.adminUrl, acme.id)) as object)) {
    const rows = await server.db.withTenant(
      rival.id,
      (sql) => sql`select * from ${sql(table)} where org_id = ${acme.id}`,
    );
    t.is(rows.length, 0, table);
  }
});

test('a query that names another org writes nothing there', async (t) => {
  const insert = server.db.withTenant(
    rival.id,
    (sql) => sql`insert into repos (org_id, id, name) values (${acme.id}, ${randomUUID()}, 'planted')`,
  );
  await t.throwsAsync(insert, { message: /row-level security/ });
  const updated = await server.db.withTenant(
    rival.id,
    (sql) => sql`update receipts set model = 'x' where org_id = ${acme.id}`,
  );
  t.is(updated.count, 0);
  const moved = server.db.withTenant(rival.id, async (sql) => {
    await sql`insert into repos (org_id, id, name) values (${rival.id}, ${randomUUID()}, 'own')`;
    await sql`update repos set org_id = ${acme.id} where name = 'own'`;
  });
  await t.throwsAsync(moved, { message: /row-level security/ });
});

test('outside a tenant there are no rows at all, and the server owns nothing', async (t) => {
  await t.throwsAsync(
    server.db.withSystem((sql) => sql`select * from receipts`),
    { message: /permission denied/ },
  );
  await t.throwsAsync(
    server.db.withTenant(acme.id, (sql) => sql`alter table receipts no force row level security`),
    { message: /must be owner/ },
  );
  await t.throwsAsync(
    server.db.withTenant(acme.id, (sql) => sql`update api_keys set scopes = '{*}'`),
    { message: /permission denied/ },
  );
  await t.throwsAsync(async () => server.db.withTenant("x'; drop table receipts; --", async () => 1), {
    instanceOf: TypeError,
  });
});

test('the org of one transaction does not reach the next one on the same connection', async (t) => {
  const { db, drop } = await createTestDatabase({ poolSize: 1 });
  t.teardown(drop);
  await db.withTenant(acme.id, (sql) => sql`select 1`);
  const [row] = await db.withSystem(
    (sql) => sql`select current_setting('app.org_id', true) as org, current_user as role`,
  );
  t.true(row!.org === '' || row!.org === null);
  t.is(row!.role, 'blameprompt_system');
});

test('two tenants that saturate a small pool never see a row of each other', async (t) => {
  const { db, drop } = await createTestDatabase({ poolSize: 3 });
  t.teardown(drop);
  const orgs = [randomUUID(), randomUUID()];
  for (const id of orgs) {
    await db.withSystem((sql) => sql`insert into orgs (org_id, slug, name) values (${id}, ${id.slice(0, 8)}, 'x')`);
    await db.withTenant(id, (sql) => sql`insert into repos (org_id, id, name) values (${id}, ${id}, 'r')`);
  }
  const work = Array.from({ length: 300 }, (_, n) => {
    const org = orgs[n % 2]!;
    return db
      .withTenant(org, async (sql) => {
        const rows = await Promise.all([
          sql`select org_id from repos`,
          sql`select org_id from repos, generate_series(1, 2000)`,
        ]);
        if (n % 7 === 0) throw new Error('rolled back on purpose');
        return rows.flat().every(({ org_id }) => org_id === org) && rows[0].length === 1;
      })
      .catch((error: Error) => error.message === 'rolled back on purpose');
  });
  t.true((await Promise.all(work)).every(Boolean));
});

test('a repository named by one org is not found by another', async (t) => {
  const { body } = await server.request(`/api/v1/receipts?repo=git.example.com/acme/secret-repo&q=${OID}`, {
    key: rival.key,
  });
  t.deepEqual(body, { receipts: [], next_cursor: null });
});
