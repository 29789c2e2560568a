import test, { type ExecutionContext } from 'ava';
import postgres from 'postgres';
import { connect } from '../server/db.js';
import { endpoints } from '../shared/api/index.js';
import { run, SERVER } from './cli.js';
import { createTestDatabase, databaseEnv } from './database.js';
import { exampleOf, makeExamples } from './examples.js';
import { OTHER_OID, REPO, receipt } from './fixtures.js';
import { startPgBouncer } from './pgbouncer.js';
import { startTestServer, type TestServer } from './server.js';

/** Two servers that share nothing but the database, which each reaches by `url`. */
async function twoServers(t: ExecutionContext, throughBouncer: boolean): Promise<[TestServer, TestServer] | undefined> {
  const database = await createTestDatabase();
  t.teardown(database.drop);
  const bouncer = throughBouncer ? await startPgBouncer(database.url) : undefined;
  if (throughBouncer && !bouncer) return undefined;
  if (bouncer) t.teardown(bouncer.stop);
  const url = bouncer?.url ?? database.url;
  const start = async () => {
    const db = connect({ url, poolSize: 8 });
    const server = await startTestServer({ database: { ...database, url, db } });
    t.teardown(async () => {
      await server.stop();
      await db.close();
    });
    return server;
  };
  return [await start(), await start()];
}

for (const throughBouncer of [false, true]) {
  const where = throughBouncer ? 'behind a PgBouncer in transaction mode' : 'on one database';

  test(`two servers ${where} behave as one`, async (t) => {
    const servers = await twoServers(t, throughBouncer);
    if (!servers) return t.pass('there is no PgBouncer here');
    const [first, second] = servers;
    const org = await first.createOrg();
    const receipts = Array.from({ length: 40 }, () => receipt());
    const replies = await Promise.all(
      Array.from({ length: 24 }, (_, n) => {
        const own = receipts.slice(n, n + 17); // each receipt is in many batches
        const body = { repo: REPO, receipts: n % 3 === 0 ? own.toReversed() : own };
        return servers[n % 2]!.request('/api/v1/receipts', { key: org.key, body });
      }),
    );
    t.true(replies.every(({ status }) => status === 200));
    t.is(
      replies.reduce((sum, { body }) => sum + body.inserted, 0),
      40,
    );
    for (const server of servers)
      t.like((await server.request('/api/v1/analytics', { key: org.key })).body, {
        total_receipts: 40,
        total_cost_usd: 10,
      });

    const { key: own } = (await first.request('/api/v1/whoami', { key: org.key })).body;
    const rotations = await Promise.all(
      servers.map((server) => server.request(`/api/v1/keys/${own.id}/rotate`, { key: org.key, body: {} })),
    );
    t.deepEqual(rotations.map(({ status }) => status).sort(), [201, 409]);

    const counted = await Promise.all([0, 1, 2, 3].map((n) => servers[n % 2]!.sequence(org)));
    const total = counted.reduce((sum, count) => sum + count, 0);
    t.true(total > 0);
    const { events } = (await second.request('/api/v1/audit?limit=500', { key: org.key })).body;
    const numbers = events.map(({ seq }: { seq: number }) => seq).sort((a: number, b: number) => a - b);
    t.deepEqual(numbers, [...Array(total).keys()]);
  });

  test(`every endpoint works ${where}, and no org sees another under load`, async (t) => {
    const servers = await twoServers(t, throughBouncer);
    if (!servers) return t.pass('there is no PgBouncer here');
    const work = Array.from({ length: 6 }, async (_, n) => {
      const server = servers[n % 2]!;
      const org = await server.createOrg();
      const made = await makeExamples(server, org);
      for (const endpoint of endpoints.filter(({ method }) => method === 'get')) {
        const { path } = exampleOf(endpoint, made);
        const { status, body } = await servers[(n + 1) % 2]!.request(path, { key: org.key });
        t.is(status, 200, endpoint.id);
        t.true(JSON.stringify(body).includes('secret') || JSON.stringify(body).includes(org.id), endpoint.id);
      }
      const { body } = await server.request('/api/v1/receipts', { key: org.key });
      t.deepEqual(
        body.receipts.map(({ id }: { id: string }) => id),
        [made.receipt],
      );
    });
    await Promise.all(work);
  });
}

test('a command leaves no prepared statement on the connection that PgBouncer gives to others next', async (t) => {
  const database = await createTestDatabase();
  t.teardown(database.drop);
  const bouncer = await startPgBouncer(database.url);
  if (!bouncer) return t.pass('there is no PgBouncer here');
  t.teardown(bouncer.stop);
  const { code, stderr } = await run(SERVER, ['org', 'list'], { env: databaseEnv({ ...database, url: bouncer.url }) });
  t.is(code, 0, stderr);
  const sql = postgres(bouncer.url, { max: 1, prepare: false });
  t.teardown(() => sql.end());
  t.deepEqual([...(await sql`select statement from pg_prepared_statements`)], []);
});

test('the server takes no lock and sets nothing that outlives its transaction', async (t) => {
  const server = await startTestServer({ poolSize: 1 });
  t.teardown(server.stop);
  const org = await server.createOrg();
  const settings = () =>
    server.db.withSystem(
      (sql) => sql<{ pid: number; org: string | null }[]>`
        select pg_backend_pid() as pid, nullif(current_setting('app.org_id', true), '') as org
      `,
    );
  await makeExamples(server, org);
  await server.request('/api/v1/receipts', {
    key: org.key,
    body: { repo: REPO, receipts: [receipt({ attributions: [{ commit: OTHER_OID }] })] },
  });
  const [{ pid, org: left }] = (await settings()) as unknown as [{ pid: number; org: string | null }];
  t.is(left, null);
  const sql = postgres(server.adminUrl, { max: 1 });
  t.teardown(() => sql.end());
  const locks = await sql`select mode from pg_locks where pid = ${pid} and locktype = 'advisory'`;
  t.deepEqual([...locks], []);
});
