import { Agent, request } from 'node:http';
import test from 'ava';
import { startTestServer } from '../../test/server.js';
import { createKey } from '../auth/key.js';
import { networkOf } from './rate-limit.js';

test('a key that asks too often is answered 429 with the seconds to wait, and other keys go on', async (t) => {
  const server = await startTestServer({ rates: { perKey: 3 } });
  t.teardown(server.stop);
  const org = await server.createOrg();
  const other = await server.createKey(org, ['*']);
  for (const left of [2, 1, 0]) {
    const { status, headers } = await server.request('/api/v1/whoami', { key: org.key });
    t.is(status, 200);
    t.is(headers.get('ratelimit-policy'), '"key";q=3;w=60');
    t.regex(headers.get('ratelimit')!, new RegExp(`^"key";r=${left};t=([1-5]?\\d|60)$`));
  }
  const refused = await server.request('/api/v1/whoami', { key: org.key });
  t.like(refused, { status: 429, body: { code: 'too_many_requests', status: 429 } });
  t.regex(refused.headers.get('retry-after')!, /^([1-5]?\d|60)$/);
  t.regex(refused.headers.get('ratelimit')!, /^"key";r=0;t=/);
  t.true(refused.headers.get('content-type')!.startsWith('application/problem+json'));
  t.is((await server.request('/api/v1/whoami', { key: other })).status, 200);
});

test('an address that asks too often is answered 429 before its key is looked at; probes are answered always', async (t) => {
  const server = await startTestServer({ rates: { perAddress: 2 } });
  t.teardown(server.stop);
  const statuses = [];
  for (let n = 0; n < 4; n++) statuses.push((await server.request('/api/v1/whoami')).status);
  t.deepEqual(statuses, [401, 401, 429, 429]);
  t.is((await server.request('/livez')).status, 200);
  t.is((await server.request('/readyz')).status, 200);
});

test('who guesses keys is soon answered without the database, and a key that worked goes on working beside them', async (t) => {
  const server = await startTestServer({ rates: { failedPerAddress: 5 } });
  t.teardown(server.stop);
  const org = await server.createOrg();
  const later = await server.createKey(org, ['*']);
  const ask = async (key?: string) => (await server.request('/api/v1/whoami', { key })).status;
  t.is(await ask(org.key), 200);
  const guesses = [];
  for (let n = 0; n < 7; n++) guesses.push(await ask(createKey().key));
  t.deepEqual(guesses, [401, 401, 401, 401, 401, 429, 429]);
  t.is(await ask(), 429);
  t.is(await ask('nonsense'), 429);
  t.is(await ask(org.key), 200);
  t.is(await ask(later), 429, 'a key that never worked here is not told from a guess');
});

test('X-Forwarded-For names the client only where a proxy is trusted, and then by its own entry', async (t) => {
  const ask = async (trustProxy: number) => {
    const server = await startTestServer({ rates: { perAddress: 1 }, trustProxy });
    t.teardown(server.stop);
    const statuses = [];
    for (const forwarded of ['10.0.0.1', '10.0.0.2', '10.0.0.9, 10.0.0.2'])
      statuses.push((await server.request('/api/v1/whoami', { headers: { 'x-forwarded-for': forwarded } })).status);
    return statuses;
  };
  t.deepEqual(await ask(0), [401, 429, 429]);
  t.deepEqual(await ask(1), [401, 401, 429], 'what the client itself wrote before is not believed');
});

test('limits of addresses are not evaded by a second connection', async (t) => {
  const server = await startTestServer({ rates: { perAddress: 1 } });
  t.teardown(server.stop);
  const ask = () =>
    new Promise((resolve) =>
      request(`${server.origin}/api/v1/whoami`, { agent: new Agent() }, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      }).end(),
    );
  t.deepEqual([await ask(), await ask()], [401, 429]);
});

test('addresses of one IPv6 network count as one, and an IPv4 address is the same in both spellings', (t) => {
  t.is(networkOf('192.0.2.1'), '192.0.2.1');
  t.is(networkOf('::ffff:192.0.2.1'), '192.0.2.1');
  t.is(networkOf('2001:db8:0:42::1'), networkOf('2001:0DB8:0:42:aaaa:bbbb:cccc:dddd'));
  t.not(networkOf('2001:db8:0:42::1'), networkOf('2001:db8:0:43::1'));
  t.is(networkOf('::1'), '0:0:0:0::/64');
  t.is(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
});
