import test from 'ava';
import { startTestServer, type TestServer } from '../../test/server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

const ask = (key: string, method: string, path: string, body?: unknown) =>
  server.request(`/api/v1${path}`, { key, method, ...(body !== undefined && { body }) });
const works = async (key: string) => (await ask(key, 'GET', '/whoami')).status === 200;

/** Lets time pass for a key: moves what the database knows of it into the past. */
const age = (id: string, hours: number) =>
  server.db.withSystem(
    (sql) => sql`
      update api_keys set expires_at = expires_at - ${hours} * interval '1 hour',
        last_used_at = last_used_at - ${hours} * interval '1 hour'
      where id = ${id}
    `,
  );

test('a key is made, shown once, listed without itself, and revoked', async (t) => {
  const org = await server.createOrg();
  const made = await ask(org.key, 'POST', '/keys', { name: 'ci', scopes: ['receipts:write'], expires_in_days: 90 });
  t.is(made.status, 201);
  const { key, api_key } = made.body;
  t.like(key, { name: 'ci', scopes: ['receipts:write'], state: 'active', last_used_at: null });
  t.is(Math.round((Date.parse(key.expires_at) - Date.parse(key.created_at)) / 86_400_000), 90);
  t.true(await works(api_key));
  const { body } = await ask(org.key, 'GET', '/keys');
  t.is(body.keys.length, 2);
  t.false(JSON.stringify(body).includes(api_key.slice(12)));
  t.is((await ask(org.key, 'DELETE', `/keys/${key.id}`)).body.key.state, 'revoked');
  t.false(await works(api_key));
  t.is((await ask(org.key, 'DELETE', `/keys/${key.id}`)).status, 200, 'again: it is revoked');
  t.is((await ask(org.key, 'GET', '/keys')).body.keys.length, 1);
  t.is((await ask(org.key, 'GET', '/keys?all=true')).body.keys.length, 2);
});

test('a key hands on no scope that it lacks, neither to a new key nor by rotating a stronger one', async (t) => {
  const org = await server.createOrg();
  const weak = await server.createKey(org, ['keys:write', 'keys:read', 'receipts:read']);
  for (const scopes of [['*'], ['receipts:write'], ['receipts:read', 'settings:write']])
    t.like(await ask(weak, 'POST', '/keys', { name: 'x', scopes }), { status: 403, body: { code: 'scope_not_held' } });
  t.is((await ask(weak, 'POST', '/keys', { name: 'x', scopes: ['receipts:read'] })).status, 201);
  const { id: strong } = (await ask(org.key, 'GET', '/whoami')).body.key;
  t.like(await ask(weak, 'POST', `/keys/${strong}/rotate`, {}), { status: 403, body: { code: 'scope_not_held' } });
  t.true(await works(org.key));
  t.is((await ask(weak, 'POST', '/keys', { name: 'x', scopes: ['everything'] })).status, 422);
  t.is((await ask(await server.createKey(org, ['keys:read']), 'DELETE', `/keys/${strong}`)).status, 403);
});

test('a rotated key works beside its successor for the grace period, and then no more', async (t) => {
  const org = await server.createOrg();
  const { key: old, api_key } = (
    await ask(org.key, 'POST', '/keys', { name: 'ci', scopes: ['receipts:read'], expires_in_days: 30 })
  ).body;
  const rotated = await ask(org.key, 'POST', `/keys/${old.id}/rotate`, { grace_hours: 48 });
  t.is(rotated.status, 201);
  const { key, replaced, api_key: successor } = rotated.body;
  t.like(key, { name: 'ci', scopes: ['receipts:read'] });
  t.is(Math.round((Date.parse(key.expires_at) - Date.parse(key.created_at)) / 86_400_000), 30);
  t.like(replaced, { id: old.id, rotated_to: key.id, state: 'active' });
  t.like(await ask(org.key, 'POST', `/keys/${old.id}/rotate`, {}), { status: 409, body: { code: 'already_rotated' } });
  await age(old.id, 47);
  t.deepEqual([await works(api_key), await works(successor)], [true, true]);
  await age(old.id, 1.1);
  t.deepEqual([await works(api_key), await works(successor)], [false, true]);
  await ask(org.key, 'POST', `/keys/${key.id}/rotate`, { grace_hours: 0 });
  t.false(await works(successor), 'without grace at once');
});

test('rotating does not prolong a key, and what is not in force cannot be rotated', async (t) => {
  const org = await server.createOrg();
  const { key } = (await ask(org.key, 'POST', '/keys', { name: 'x', scopes: ['*'], expires_in_days: 1 })).body;
  const { replaced } = (await ask(org.key, 'POST', `/keys/${key.id}/rotate`, { grace_hours: 720 })).body;
  t.is(replaced.expires_at, key.expires_at);
  const { key: revoked } = (await ask(org.key, 'POST', '/keys', { name: 'x', scopes: ['*'] })).body;
  await ask(org.key, 'DELETE', `/keys/${revoked.id}`);
  t.like(await ask(org.key, 'POST', `/keys/${revoked.id}/rotate`, {}), {
    status: 409,
    body: { code: 'key_not_in_force' },
  });
});

test('ten rotations of one key at once make one successor', async (t) => {
  const org = await server.createOrg();
  const { key } = (await ask(org.key, 'POST', '/keys', { name: 'x', scopes: ['*'] })).body;
  const replies = await Promise.all(
    Array.from({ length: 10 }, () => ask(org.key, 'POST', `/keys/${key.id}/rotate`, {})),
  );
  t.deepEqual(replies.map(({ status }) => status).sort(), [201, ...Array(9).fill(409)]);
  t.is((await ask(org.key, 'GET', '/keys?all=true')).body.keys.length, 3);
});

test('the last use of a key is noted, once an hour', async (t) => {
  const org = await server.createOrg();
  const { id } = (await ask(org.key, 'GET', '/whoami')).body.key;
  const lastUse = async (): Promise<string | null> =>
    (await ask(org.key, 'GET', '/keys')).body.keys.find((key: { id: string }) => key.id === id).last_used_at;
  const until = async (matches: (noted: string | null) => boolean) => {
    for (;;) {
      const noted = await lastUse();
      if (matches(noted)) return noted;
    }
  };
  const first = await until((noted) => noted !== null);
  await age(id, 0.9);
  t.is(await lastUse(), new Date(Date.parse(first!) - 0.9 * 3_600_000).toISOString().replace('Z', first!.slice(23)));
  await age(id, 0.2);
  t.true((await until((noted) => noted! > first!))! > first!);
});
