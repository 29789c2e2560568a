import test from 'ava';
import postgres from 'postgres';
import { startTestServer } from '../../test/server.js';

test('/readyz says no while the database lacks a migration of this version, or has gone; /livez goes on', async (t) => {
  const server = await startTestServer();
  t.teardown(server.stop);
  const ready = async () => {
    const { status, body } = await server.request('/readyz');
    return [status, body.code ?? body.status];
  };
  t.deepEqual(await ready(), [200, 'ready']);
  const sql = postgres(server.adminUrl, { max: 1 });
  t.teardown(() => sql.end());
  await sql`insert into schema_migrations (version, name, checksum) values (9999, '9999_later.sql', '')`;
  t.deepEqual(await ready(), [200, 'ready'], 'a later version migrated already: this one goes on meanwhile');
  await sql`update schema_migrations set version = 9998 where version = 10`;
  t.deepEqual(await ready(), [503, 'not_migrated']);
  await sql`drop table schema_migrations`;
  t.is((await ready())[0], 503);
  t.is((await server.request('/livez')).status, 200);
});

test('a server that drains says so to the load balancer, answers what still comes, and closes the connections', async (t) => {
  const server = await startTestServer();
  t.teardown(server.stop);
  const org = await server.createOrg();
  server.state.draining = true;
  const { status, headers, body } = await server.request('/readyz');
  t.deepEqual([status, body.code, headers.get('retry-after')], [503, 'draining', '5']);
  const reply = await server.request('/api/v1/whoami', { key: org.key });
  t.is(reply.status, 200);
  t.is(reply.headers.get('connection'), 'close');
});
