import test from 'ava';
import { REPO, receipt } from '../../test/fixtures.js';
import { startTestServer, type TestServer } from '../../test/server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

async function org() {
  const { key } = await server.createOrg();
  const ask = (method: string, path: string, body?: unknown) =>
    server.request(`/api/v1${path}`, { key, method, ...(body !== undefined && { body }) });
  for (const slug of ['web', 'ops']) await ask('POST', '/teams', { slug });
  return { key, ask, load: (rows: unknown[]) => ask('POST', '/teams/import', { rows }) };
}

const row = (fields: object = {}) => ({
  team: 'web',
  email: 'ada@example.com',
  role: 'member',
  since: '2026-01-01',
  ...fields,
});

test('an import sets many memberships, and the same one again changes nothing', async (t) => {
  const { ask, load } = await org();
  await ask('POST', '/receipts', { repo: REPO, receipts: [receipt(), receipt({ user_email: 'bob@example.com' })] });
  const rows = [
    row(),
    row({ team: 'ops', email: 'BOB@example.com', role: 'admin' }),
    row({ email: 'eve@example.com' }),
  ];
  t.deepEqual((await load(rows)).body, { received: 3, added: 3, changed: 0, unchanged: 0, reattributed: 2 });
  t.deepEqual((await load(rows)).body, { received: 3, added: 0, changed: 0, unchanged: 3, reattributed: 0 });
  const moved = [row({ role: 'admin' }), row({ email: 'eve@example.com', role: 'viewer', since: '2026-02-01' })];
  t.deepEqual((await load(moved)).body, { received: 2, added: 0, changed: 2, unchanged: 0, reattributed: 0 });
  const { members } = (await ask('GET', '/teams/web?history=true')).body;
  t.deepEqual(
    members.map(({ email, role }: { email: string; role: string }) => [email, role]),
    [
      ['ada@example.com', 'admin'],
      ['eve@example.com', 'viewer'],
      ['eve@example.com', 'member'],
    ],
  );
});

test('one bad row keeps all out, and every fault is told with its place', async (t) => {
  const { ask, load } = await org();
  await load([row({ email: 'gone@example.com' })]);
  await ask('DELETE', '/teams/web/members/gone@example.com?until=2026-02-01');
  const bad = await load([
    row(),
    row({ role: 'boss' }),
    row({ team: 'nobody' }),
    'ada@example.com',
    row({ email: 'not an address' }),
    row({ email: 'ADA@example.com' }),
    row({ email: 'a\u0000@example.com' }),
    row({ since: '2026-02-30' }),
    row({ email: 'x@example.com', since: null, colour: 'red' }),
    row({ email: 'lone\ud800@example.com' }),
  ]);
  t.is(bad.status, 422);
  t.deepEqual(
    bad.body.errors.map(({ pointer }: { pointer: string }) => pointer),
    [
      ...['/rows/1/role', '/rows/2/team', '/rows/3', '/rows/4/email', '/rows/5', '/rows/6/email', '/rows/7/since'],
      ...['/rows/8/colour', '/rows/9/email'],
    ],
  );
  const overlap = await load([row({ email: 'gone@example.com', since: '2026-01-15' }), row()]);
  t.like(overlap.body.errors, [{ pointer: '/rows/0/since' }]);
  t.is((await ask('GET', '/teams/web')).body.member_count, 0);
});

test('an import is bounded, and as many rows as it may have take their time and no more', async (t) => {
  const { ask, load } = await org();
  const many = (count: number) => Array.from({ length: count }, (_, n) => row({ email: `p${n}@example.com` }));
  t.is((await load([])).status, 422);
  t.is((await load(many(10_001))).status, 422);
  t.like((await load(many(10_000))).body, { added: 10_000 });
  t.like((await load(many(10_000))).body, { unchanged: 10_000 });
  t.like(await load([row()]), { status: 409, body: { code: 'too_many_members' } });
  t.is((await ask('GET', '/teams/web')).body.member_count, 10_000);
});
