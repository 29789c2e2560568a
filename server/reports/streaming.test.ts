import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import test from 'ava';
import postgres from 'postgres';
import { insertReceipts } from '../../test/many-receipts.js';
import { startTestServer, type TestOrg, type TestServer } from '../../test/server.js';

let server: TestServer;
let sql: postgres.Sql;
test.before(async () => {
  server = await startTestServer();
  sql = postgres(server.adminUrl, { max: 2 });
});
test.after.always(async () => {
  await sql?.end();
  await server?.stop();
});

const open = async (org: TestOrg, path: string): Promise<IncomingMessage> => {
  const request = get(`${server.origin}/api/v1/reports/${path}`, { headers: { authorization: `Bearer ${org.key}` } });
  const [reply] = (await once(request, 'response')) as [IncomingMessage];
  return reply;
};

test.serial('a reader that goes away ends the query, and the half that it got is an event', async (t) => {
  const org = await server.createOrg();
  await insertReceipts(sql, org.id, 20_000);
  const reply = await open(org, 'soc2?format=csv');
  await once(reply, 'data');
  reply.destroy();
  // The event is written when the transaction has ended; asking for it until it is there needs no clock.
  let events: { action: string; after: { bytes: number } }[] = [];
  while (events.length === 0) events = (await server.request('/api/v1/audit', { key: org.key })).body.events;
  t.is(events[0]!.action, 'report.interrupted');
  t.true(events[0]!.after.bytes > 0);
});

test.serial('more readers than there are places wait their turn', async (t) => {
  const org = await server.createOrg();
  await insertReceipts(sql, org.id, 10);
  const replies = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const reply = await fetch(`${server.origin}/api/v1/reports/soc2?format=csv`, {
        headers: { authorization: `Bearer ${org.key}` },
      });
      return reply.text();
    }),
  );
  t.deepEqual(
    [...new Set(replies)].map((text) => text.slice(0, 200)),
    [replies[0]!.slice(0, 200)],
  );
  t.is(new Set(replies).size, 1);
});

test.serial('all tables of a report see one state, whatever is written meanwhile', async (t) => {
  const org = await server.createOrg();
  await insertReceipts(sql, org.id, 20_000);
  const reply = await open(org, 'soc2?from=2026-01-01&to=2026-12-31');
  const rest = reply[Symbol.asyncIterator]();
  const { value: first } = await rest.next();
  await sql`update receipts set model = 'a-later-model' where org_id = ${org.id}`;
  const chunks: Buffer[] = [first];
  for await (const chunk of rest) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  t.true(JSON.parse(text).sections.length > 5);
  t.false(text.includes('a-later-model'));
});

test.serial('memory does not grow with the number of receipts', async (t) => {
  const most = async (receipts: number) => {
    const org = await server.createOrg();
    await insertReceipts(sql, org.id, receipts);
    let peak = 0;
    let bytes = 0;
    for await (const chunk of await open(org, 'soc2')) {
      bytes += chunk.length;
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    t.true(bytes > receipts * 100);
    return peak / 1e6;
  };
  await most(2_000); // loads code and lets the heap find its size
  const few = await most(10_000);
  const many = await most(100_000);
  t.log({ few, many });
  t.true(many < few + 100, `${few} MB with 10,000 receipts, ${many} MB with 100,000`);
});

// The last one: the pool may answer one more request with 503 after a connection died under it.
test.serial('an error in the middle cuts the connection: nobody takes a half for the whole', async (t) => {
  const org = await server.createOrg();
  await insertReceipts(sql, org.id, 100_000); // more than the sockets between us hold
  const reply = await open(org, 'soc2?format=csv');
  const rest = reply[Symbol.asyncIterator]();
  await rest.next();
  const [ended] = await sql`
    select count(pg_terminate_backend(pid))::int as count from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle' and query like '%with found as materialized%'
  `;
  t.is(ended!.count, 1);
  const error = await t.throwsAsync(async () => {
    for await (const _ of rest);
  });
  t.is((error as { code?: string }).code, 'ECONNRESET');
  t.false(reply.complete);
  t.true(server.log.some((line) => line.includes('reply cut off')));
  // What was left of the dead transaction reaches nobody else's on the connection that took its place.
  const later = await Promise.all(
    Array.from({ length: 30 }, () => server.request('/api/v1/receipts?limit=1', { key: org.key })),
  );
  t.deepEqual(
    later.map(({ status }) => status),
    later.map(() => 200),
  );
});
