import { generateKeyPairSync } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import postgres from 'postgres';
import { receipt } from '../../test/fixtures.js';
import { startTestServer, type TestOrg, type TestServer } from '../../test/server.js';
import { toSigningKey } from '../signing-key.js';
import { toNetworks } from './addresses.js';
import { isGenuine, startReceiver } from './receiver.test.support.js';
import { RETRY_SECONDS } from './settle.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer({ poolSize: 10, config: { webhookAllow: toNetworks(['127.0.0.1']) } });
});
test.after.always(() => server?.stop());

/** Changes what time or accidents would. */
async function asOwner(work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(server.adminUrl, { max: 1 });
  await work(sql).finally(() => sql.end());
}

/** Lets time pass for messages and webhooks of an org, and sends what is due then. */
async function later(org: TestOrg, hours: number): Promise<void> {
  await asOwner(async (sql) => {
    await sql`update webhook_deliveries set next_attempt_at = next_attempt_at - ${hours}::float8 * interval '1 hour', created_at = created_at - ${hours}::float8 * interval '1 hour' where org_id = ${org.id}`;
    await sql`update webhooks set paused_until = paused_until - ${hours}::float8 * interval '1 hour', succeeded_at = succeeded_at - ${hours}::float8 * interval '1 hour', previous_until = previous_until - ${hours}::float8 * interval '1 hour' where org_id = ${org.id}`;
  });
  await server.runJobs({ hoursLater: hours });
}

/** An org with a webhook whose receiver answers what `status` says. */
async function orgWithHook(t: ExecutionContext, events: string[], status: () => number = () => 204) {
  const org = await server.createOrg();
  const receiver = await startReceiver((response) => response.writeHead(status()).end());
  t.teardown(receiver.stop);
  const call = async (method: string, path: string, body?: unknown) =>
    (await server.request(`/api/v1${path}`, { key: org.key, method, body })).body;
  const { webhook, secret } = await call('POST', '/webhooks', { url: receiver.url, events });
  const path = `/webhooks/${webhook.id}`;
  const deliveries = async () => (await call('GET', `${path}/deliveries`)).deliveries;
  const send = async () => {
    await server.sequence(org);
    await later(org, 0.01);
  };
  return { org, call, path, secret, webhook, deliveries, send, received: receiver.received, url: receiver.url };
}

const types = (received: { body: string }[]) => received.map(({ body }) => JSON.parse(body).type);

test('a message is signed as Standard Webhooks says, and nothing else passes for it', async (t) => {
  const { call, path, secret, received, send, webhook } = await orgWithHook(t, ['audit.event']);
  t.regex(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  const { delivery } = await call('POST', `${path}/test`);
  t.like(delivery, { type: 'webhook.test', status: 'waiting', attempts: 0 });
  await server.runJobs({ hoursLater: 0.01 });
  const [message] = received;
  t.like(JSON.parse(message!.body), { type: 'webhook.test', data: { webhook_id: webhook.id } });
  t.like(message!.headers, { 'content-type': 'application/json', 'webhook-id': delivery.id });
  t.true(isGenuine(secret, message!));
  t.false(isGenuine(secret, { ...message!, body: message!.body.replace('webhook.test', 'webhook.tesT') }));
  t.false(isGenuine(secret, message!, Date.now() / 1000 + 600), 'a replay ten minutes later');
  t.false(isGenuine(secret, { ...message!, headers: { ...message!.headers, 'webhook-id': 'other' } }));
  const later = String(Number(message!.headers['webhook-timestamp']) + 1);
  t.false(isGenuine(secret, { ...message!, headers: { ...message!.headers, 'webhook-timestamp': later } }));
  t.false(isGenuine(`whsec_${Buffer.alloc(32).toString('base64')}`, message!));
  await send();
  t.true(received.every((one) => isGenuine(secret, one)));
});

test('a webhook gets the events that it asked for, once each, from when it was made', async (t) => {
  const { org, call, received, send, path, secret } = await orgWithHook(t, [
    'team.changed',
    'key.changed',
    'violation.created',
  ]);
  const other = await orgWithHook(t, ['team.changed']);
  await call('POST', '/teams', { slug: 'web' });
  await call('PATCH', '/settings', { ignore: ['docs/**'] });
  await call('POST', '/keys', { name: 'ci', scopes: ['receipts:read'] });
  await call('POST', '/policies', { name: 'No o1', rule: { blocked_models: ['o1'] } });
  await call('POST', '/receipts', { repo: { name: 'git.example.com/a/b' }, receipts: [receipt({ model: 'o1' })] });
  await send();
  await send();
  t.deepEqual(types(received).sort(), ['key.changed', 'team.changed', 'violation.created']);
  const team = JSON.parse(received.find(({ body }) => JSON.parse(body).type === 'team.changed')!.body);
  t.like(team.data, { action: 'team.created', target: { type: 'team' }, after: { slug: 'web' }, truncated: false });
  t.is(team.timestamp, team.data.recorded_at);
  const violation = JSON.parse(received.find(({ body }) => JSON.parse(body).type === 'violation.created')!.body);
  t.like(violation.data, { policy: 'No o1', rule: 'blocked_models', value: 'o1', acknowledged_at: null });
  t.is(new Set(received.map(({ headers }) => headers['webhook-id'])).size, 3);
  t.true(received.every((one) => isGenuine(secret, one)));
  t.is(other.received.length, 0);

  await call('PATCH', path, { events: ['audit.event', 'policy.changed'], enabled: false });
  await call('POST', '/teams', { slug: 'unseen' });
  await send();
  await call('PATCH', path, { enabled: true });
  await call('POST', '/teams', { slug: 'seen' });
  await call('POST', '/policies', { name: 'No o3', rule: { blocked_models: ['o3'] } });
  await send();
  const bodies = received.slice(3).map(({ body }) => JSON.parse(body));
  t.deepEqual(
    bodies.map(({ type, data }) => [type, data.action]),
    [
      ['audit.event', 'webhook.updated'],
      ['audit.event', 'team.created'],
      ['policy.changed', 'policy.created'],
    ],
  );
  t.is(org.id.length, 36);
});

test('what fails is sent again with the same id and a new time, until it succeeds', async (t) => {
  let status = 500;
  const { org, call, path, secret, received, deliveries } = await orgWithHook(t, ['audit.event'], () => status);
  await call('POST', `${path}/test`);
  await later(org, 0.01);
  t.is(received.length, 1);
  t.like((await deliveries())[0], { status: 'waiting', attempts: 1, response_status: 500 });
  await server.runJobs({ hoursLater: 1 });
  t.is(received.length, 1, 'not before its time');
  await later(org, 1);
  status = 301;
  await later(org, 1);
  status = 200;
  await later(org, 1);
  t.is(received.length, 4);
  t.is(new Set(received.map(({ headers }) => headers['webhook-id'])).size, 1);
  t.true(received.every((one) => isGenuine(secret, one)));
  t.like((await deliveries())[0], { status: 'delivered', attempts: 4, response_status: 200, next_attempt_at: null });
  t.like((await call('GET', '/webhooks')).webhooks[0], { failures: 0, enabled: true });
});

test('a receiver that is away for days is switched off, and an event says so', async (t) => {
  const { org, call, path, received, deliveries, url } = await orgWithHook(t, ['team.changed'], () => 503);
  await call('POST', `${path}/test`);
  const pauses: number[] = [];
  for (let n = 0; n <= RETRY_SECONDS.length; n++) {
    await later(org, 30);
    const [{ next_attempt_at, last_attempt_at }] = await deliveries();
    if (next_attempt_at) pauses.push((Date.parse(next_attempt_at) - Date.parse(last_attempt_at)) / 1000);
  }
  t.is(received.length, RETRY_SECONDS.length + 1);
  t.is(pauses.length, RETRY_SECONDS.length);
  for (const [n, pause] of pauses.entries())
    t.true(pause > RETRY_SECONDS[n]! * 0.85 && pause < RETRY_SECONDS[n]! * 1.2 + 5, `${n}: ${pause}`);
  t.like((await deliveries())[0], { status: 'failed', attempts: 10, url });
  const [webhook] = (await call('GET', '/webhooks')).webhooks;
  t.like(webhook, { enabled: false, disabled_reason: 'Nothing could be delivered for days.' });
  t.like((await call('GET', '/audit?action=webhook.disabled')).events[0], { actor: { type: 'server' } });
  t.is((await call('POST', `${path}/test`)).code, 'webhook_disabled');
});

test('410 switches a webhook off at once', async (t) => {
  const { org, call, path, received, deliveries } = await orgWithHook(t, ['team.changed'], () => 410);
  for (let n = 0; n < 3; n++) await call('POST', `${path}/test`);
  await later(org, 0.01);
  await later(org, 100);
  t.is(received.length, 1);
  t.true((await deliveries()).every((one: { status: string }) => one.status === 'failed'));
  t.regex((await call('GET', '/webhooks')).webhooks[0].disabled_reason, /410/);
});

test('a receiver that fails rests, so that many messages cost few attempts', async (t) => {
  const { org, call, path, received } = await orgWithHook(t, ['team.changed'], () => 500);
  for (let n = 0; n < 20; n++) await call('POST', `${path}/test`);
  await later(org, 0.01);
  t.is(received.length, 3);
  await later(org, 0.02);
  t.is(received.length, 4);
});

test('Retry-After is respected', async (t) => {
  const org = await server.createOrg();
  const receiver = await startReceiver((response) => response.writeHead(429, { 'retry-after': '7200' }).end());
  t.teardown(receiver.stop);
  const call = async (method: string, path: string, body?: unknown) =>
    (await server.request(`/api/v1${path}`, { key: org.key, method, body })).body;
  const { webhook } = await call('POST', '/webhooks', { url: receiver.url, events: ['audit.event'] });
  await call('POST', `/webhooks/${webhook.id}/test`);
  await later(org, 0.01);
  await later(org, 1.9);
  t.is(receiver.received.length, 1);
  await later(org, 0.2);
  t.is(receiver.received.length, 2);
});

test('after a rotation messages are signed with both secrets, until the grace period ends', async (t) => {
  const { org, call, path, secret, received } = await orgWithHook(t, ['key.changed']);
  const rotated = await call('POST', `${path}/rotate`, { grace_hours: 24 });
  t.not(rotated.secret, secret);
  t.truthy(rotated.webhook.previous_until);
  await call('POST', `${path}/test`);
  await later(org, 0.01);
  t.is((received[0]!.headers['webhook-signature'] as string).split(' ').length, 2);
  t.true(isGenuine(secret, received[0]!) && isGenuine(rotated.secret, received[0]!));
  await call('POST', `${path}/test`);
  await later(org, 25);
  t.false(isGenuine(secret, received[1]!));
  t.true(isGenuine(rotated.secret, received[1]!));
  const text = JSON.stringify([await call('GET', '/webhooks'), await call('GET', '/audit'), server.log]);
  for (const one of [secret, rotated.secret]) t.false(text.includes(one.slice(6)));
});

test('no secret stands in the database', async (t) => {
  const { secret } = await orgWithHook(t, ['key.changed']);
  const bytes = Buffer.from(secret.slice(6), 'base64');
  await asOwner(async (sql) => {
    for (const table of ['webhooks', 'webhook_deliveries', 'audit_events', 'audit_details', 'jobs']) {
      const rows = JSON.stringify(await sql`select t::text as row from ${sql(table)} t`);
      for (const form of ['base64', 'base64url', 'hex'] as const)
        t.false(rows.includes(bytes.toString(form).slice(0, 40)), table);
    }
  });
});

test('with another signing key nothing is sent that receivers would refuse, and the delivery says what to do', async (t) => {
  const { org, call, path, received, deliveries } = await orgWithHook(t, ['key.changed']);
  await call('POST', `${path}/test`);
  const key = toSigningKey(
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'tests',
  );
  const other = await startTestServer({
    database: server,
    signingKey: key,
    config: { webhookAllow: toNetworks(['127.0.0.1']) },
  });
  t.teardown(other.stop);
  await other.runJobs({ hoursLater: 0.01 });
  t.is(received.length, 0);
  t.regex((await deliveries())[0].error, /Rotate the secret/);
  const rotated = await other.request(`/api/v1${path}/rotate`, { key: org.key, body: {} });
  await later(org, 1);
  t.is(received.length, 0);
  await asOwner((sql) => sql`update webhook_deliveries set next_attempt_at = now()`);
  await other.runJobs({ hoursLater: 0.01 });
  t.true(isGenuine(rotated.body.secret, received[0]!));
});

test('a key makes no webhook for what it may not read, and none without a signing key', async (t) => {
  const { org, path, url } = await orgWithHook(t, ['audit.event']);
  const weak = await server.createKey(org, ['webhooks:write', 'webhooks:read', 'violations:read']);
  const ask = (method: string, path: string, body: unknown) =>
    server.request(`/api/v1${path}`, { key: weak, method, body });
  const refused = { status: 403, body: { code: 'scope_not_held' } };
  t.like(await ask('POST', '/webhooks', { url, events: ['team.changed'] }), refused);
  t.like(await ask('PATCH', path, { url: 'https://evil.example/' }), refused);
  t.like(await ask('POST', `${path}/rotate`, {}), refused);
  t.is((await ask('POST', '/webhooks', { url, events: ['violation.created'] })).status, 201);
  t.like(await ask('POST', '/webhooks', { url: 'https://10.0.0.1/', events: ['violation.created'] }), {
    status: 422,
    body: { errors: [{ pointer: '/url' }] },
  });
  const keyless = await startTestServer({ database: server, signingKey: null });
  t.teardown(keyless.stop);
  const body = { url: 'https://hooks.example.com/', events: ['audit.event'] };
  t.like(await keyless.request('/api/v1/webhooks', { key: org.key, body }), {
    status: 409,
    body: { code: 'no_signing_key' },
  });
});

test('an event with much detail is sent without it', async (t) => {
  const { call, send, received } = await orgWithHook(t, ['audit.event']);
  await call('PATCH', '/settings', { ignore: Array.from({ length: 100 }, (_, n) => `${n}${'x'.repeat(400)}`) });
  await send();
  const message = received.map(({ body }) => JSON.parse(body)).find(({ data }) => data.action === 'settings.updated');
  t.like(message.data, { before: null, after: null, truncated: true });
});

test('old messages are removed', async (t) => {
  const { org, call, path, deliveries } = await orgWithHook(t, ['audit.event']);
  await call('POST', `${path}/test`);
  await later(org, 0.01);
  t.is((await deliveries()).length, 1);
  await asOwner((sql) => sql`update webhook_deliveries set last_attempt_at = last_attempt_at - interval '15 days'`);
  await server.runJobs({ hoursLater: 25 });
  t.is((await deliveries()).length, 0);
});
