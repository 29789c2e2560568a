import test, { type ExecutionContext } from 'ava';
import { parseCef, parseSyslog } from '../../shared/siem/parse.test.support.js';
import { receipt } from '../../test/fixtures.js';
import { startTestServer, type TestOrg } from '../../test/server.js';
import { CERTIFICATE, startCollector } from './collector.test.support.js';
import { openSyslog } from './syslog-connection.js';
import { parseSyslogUrl } from './target.js';

const { signal } = new AbortController();

async function collector(t: ExecutionContext, options: Parameters<typeof startCollector>[0] = {}) {
  const made = await startCollector(options);
  t.teardown(made.stop);
  return made;
}

/** A server that forwards to a collector in a format, and what its orgs do. */
async function forwarding(t: ExecutionContext, port: number, format = 'syslog') {
  const syslog = parseSyslogUrl(`tcp://127.0.0.1:${port}?format=${format}`);
  const server = await startTestServer({ config: { syslog } });
  t.teardown(server.stop);
  const addTeams = async (org: TestOrg, ...slugs: string[]) => {
    for (const slug of slugs) await server.request('/api/v1/teams', { key: org.key, body: { slug } });
    await server.sequence(org);
  };
  const forward = () => server.runJobs({ hoursLater: 1 });
  return { server, addTeams, forward };
}

const targets = (received: string[]) => received.map((message) => parseSyslog(message).data.target_id);

test.serial(
  'the audit log and violations of all orgs arrive in their order, and only what is new the next time',
  async (t) => {
    const { port, received, faults, connections } = await collector(t);
    const { server, addTeams, forward } = await forwarding(t, port);
    const [acme, rival] = [await server.createOrg(), await server.createOrg()];
    await addTeams(acme, 'a', 'b', 'c');
    await addTeams(rival, 'x');
    await forward();
    const ofAcme = received.map(parseSyslog).filter(({ data }) => data.org === acme.slug);
    t.deepEqual(
      ofAcme.map(({ messageId, data }) => [messageId, data.seq]),
      [
        ['team.created', '0'],
        ['team.created', '1'],
        ['team.created', '2'],
      ],
    );
    t.is(received.length, 4);
    await forward();
    t.is(received.length, 4);
    t.is(connections(), 2, 'nothing new, no connection');

    const body = { name: 'No o1', rule: { blocked_models: ['o1'] }, action: 'block' };
    await server.request('/api/v1/policies', { key: acme.key, body });
    const batch = { repo: { name: 'git.example.com/a/b' }, receipts: [receipt({ model: 'o1' })] };
    await server.request('/api/v1/receipts', { key: acme.key, body: batch });
    await addTeams(acme, 'd');
    await forward();
    t.deepEqual(
      received.slice(4).map((message) => parseSyslog(message).messageId),
      ['policy.created', 'team.created', 'violation.block'],
    );
    t.deepEqual(faults, []);
  },
);

test.serial('a collector that breaks off gets everything again, from where it was sure', async (t) => {
  let broken = true;
  const { port, received } = await collector(t, {
    behave: (socket) => {
      if (broken) socket.resetAndDestroy();
    },
  });
  const { server, addTeams, forward } = await forwarding(t, port);
  const org = await server.createOrg();
  await addTeams(org, 'a', 'b');
  await forward();
  broken = false;
  received.length = 0;
  await forward();
  t.is(received.length, 2);
  t.true(server.log.some((line) => line.includes('siem.forward') && line.includes('warn')));
});

test.serial('a collector that is away loses nothing', async (t) => {
  const first = await startCollector();
  first.stop();
  const { server, addTeams, forward } = await forwarding(t, first.port);
  const org = await server.createOrg();
  await addTeams(org, 'a');
  await forward();
  await addTeams(org, 'b');
  const { port, received } = await collector(t);
  const back = await startTestServer({
    database: server,
    config: { syslog: parseSyslogUrl(`tcp://127.0.0.1:${port}`) },
  });
  t.teardown(back.stop);
  await back.runJobs({ hoursLater: 1 });
  t.is(targets(received).length, 2);
});

test.serial('more events than one look reads arrive once each and in order, in any format', async (t) => {
  const { port, received, faults } = await collector(t);
  const { server, forward } = await forwarding(t, port, 'cef');
  const org = await server.createOrg();
  const rows = Array.from({ length: 450 }, (_, n) => n);
  for (const n of rows)
    await server.request('/api/v1/teams', { key: org.key, body: { slug: `t${n}`, name: `|=\\]"${n}` } });
  await server.sequence(org);
  await forward();
  t.is(received.length, rows.length);
  const numbers = received.map((message) => Number(parseCef(parseSyslog(message).message).extension.cn1));
  t.deepEqual(numbers, rows);
  t.deepEqual(faults, []);
});

test.serial('without a collector there is no such job, and it ends when the setting goes', async (t) => {
  const { port, received } = await collector(t);
  const { server, addTeams, forward } = await forwarding(t, port);
  const org = await server.createOrg();
  await forward();
  const without = await startTestServer({ database: server });
  t.teardown(without.stop);
  await without.runJobs({ hoursLater: 1 });
  const waiting = () =>
    server.db.withTenant(org.id, async (sql) => {
      const rows =
        await sql`select from jobs where org_id = ${org.id} and kind = 'siem.forward' and status = 'waiting'`;
      return rows.length;
    });
  t.is(await waiting(), 0);
  await without.runJobs();
  t.is(await waiting(), 0);
  await addTeams(org, 'a');
  await forward();
  t.is(received.length, 1, 'and goes on when it is back');
});

test.serial('over TLS, to a collector whose certificate is right and to no other', async (t) => {
  const { port, received } = await collector(t, { tls: true });
  const target = parseSyslogUrl(`tls://localhost:${port}`);
  const connection = await openSyslog(target, { signal, ca: CERTIFICATE });
  await connection.send(['<110>1 - - - - - - Zoë', 'b']);
  await connection.end();
  t.deepEqual(received, ['<110>1 - - - - - - Zoë', 'b']);
  await t.throwsAsync(openSyslog(target, { signal }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  const plain = await collector(t);
  await t.throwsAsync(openSyslog({ ...target, port: plain.port }, { signal, ca: CERTIFICATE, idleMs: 300 }));
});

test.serial('a collector that never reads is given up, and one that hangs when it should end, too', async (t) => {
  const deaf = await collector(t, { behave: (socket) => socket.pause() });
  const target = parseSyslogUrl(`tcp://127.0.0.1:${deaf.port}`);
  const connection = await openSyslog(target, { signal, idleMs: 300 });
  const flood = async () => {
    for (;;) await connection.send(Array.from({ length: 100 }, () => 'x'.repeat(8000)));
  };
  await t.throwsAsync(flood, { message: /took nothing/ });
  const stopped = new AbortController();
  const other = await openSyslog(target, { signal: stopped.signal });
  stopped.abort();
  await t.throwsAsync(other.send(['a']), { message: /server stops/ });
});

test('the address of a collector is read, and what is wrong with it is said', (t) => {
  t.deepEqual(parseSyslogUrl('tls://siem.example.com?format=cef'), {
    tls: true,
    host: 'siem.example.com',
    port: 6514,
    format: 'cef',
  });
  t.deepEqual(parseSyslogUrl('tcp://[::1]:514'), { tls: false, host: '::1', port: 514, format: 'syslog' });
  for (const url of [
    'siem',
    'udp://a:514',
    'tls://',
    'tls://a?format=xml',
    'tls://a/path',
    'tls://u:p@a',
    'tls://a?verify=no',
  ])
    t.throws(() => parseSyslogUrl(url), { instanceOf: RangeError }, url);
});
