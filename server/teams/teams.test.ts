import test from 'ava';
import { REPO, receipt } from '../../test/fixtures.js';
import { startTestServer, type TestServer } from '../../test/server.js';
import { lockOrg } from '../orgs/lock.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer({ poolSize: 10 });
});
test.after.always(() => server?.stop());

/** An org and short ways to ask for things in it. */
async function org() {
  const { key, id } = await server.createOrg();
  const ask = (method: string, path: string, body?: unknown) =>
    server.request(`/api/v1${path}`, { key, method, ...(body !== undefined && { body }) });
  return {
    id,
    key,
    ask,
    team: async (slug: string) => (await ask('POST', '/teams', { slug })).body.team as { id: string },
    member: (slug: string, email: string, more: object = {}) =>
      ask('PUT', `/teams/${slug}/members`, { email, role: 'member', since: '2026-01-01', ...more }),
    send: async (fields: object = {}, repo: object = {}) => {
      const sent = receipt(fields);
      await ask('POST', '/receipts', { repo: { ...REPO, ...repo }, receipts: [sent] });
      return async () => (await ask('GET', `/receipts/${sent.id}`)).body.team as string | null;
    },
  };
}

test('a team is made, found by id and slug, renamed, archived and taken back', async (t) => {
  const { ask } = await org();
  const made = await ask('POST', '/teams', { slug: 'web', name: 'The Web' });
  t.is(made.status, 201);
  const { team } = made.body;
  t.like(team, { slug: 'web', name: 'The Web', archived_at: null, member_count: 0, repo_count: 0 });
  for (const id of ['web', team.id, team.id.toUpperCase()]) t.is((await ask('GET', `/teams/${id}`)).body.id, team.id);
  t.like((await ask('PATCH', '/teams/web', { name: 'Frontend' })).body.team, { slug: 'web', name: 'Frontend' });
  const { archived_at } = (await ask('PATCH', '/teams/web', { archived: true })).body.team;
  t.truthy(archived_at);
  t.is((await ask('PATCH', '/teams/web', { archived: true })).body.team.archived_at, archived_at, 'only once');
  t.deepEqual((await ask('GET', '/teams')).body.teams, []);
  t.is((await ask('GET', '/teams?archived=true')).body.teams.length, 1);
  t.is((await ask('PATCH', '/teams/web', { archived: false })).body.team.archived_at, null);
});

test('a slug is taken once, stays, and cannot look like an id', async (t) => {
  const { ask, team } = await org();
  const { id } = await team('web');
  t.like(await ask('POST', '/teams', { slug: 'web' }), { status: 409, body: { code: 'slug_taken' } });
  for (const slug of ['', 'Web', '-web', 'we b', 'x'.repeat(64), 'é', id])
    t.is((await ask('POST', '/teams', { slug })).status, 422, slug);
  t.is((await ask('PATCH', '/teams/web', { slug: 'other' })).status, 422);
  for (const other of ['nobody', '-', 'x'.repeat(64), '00000000-0000-0000-0000-000000000000'])
    t.is((await ask('GET', `/teams/${other}`)).status, 404, other);
});

test('members join, change role and leave, and the history stays', async (t) => {
  const { ask, team, member } = await org();
  await team('web');
  t.like((await member('web', 'Ada@Example.com')).body.member, {
    email: 'ada@example.com',
    since: '2026-01-01T00:00:00.000000Z',
    until: null,
  });
  t.like((await member('web', 'ada@example.com', { role: 'admin', since: undefined })).body.member, {
    role: 'admin',
    since: '2026-01-01T00:00:00.000000Z',
  });
  const moved = await member('web', 'ada@example.com', { role: 'admin', since: '2025-06-01T12:00:00+02:00' });
  t.is(moved.body.member.since, '2025-06-01T10:00:00.000000Z');
  await member('web', 'ada@example.com', { role: 'viewer', since: '2026-02-01' });
  const history = async () => (await ask('GET', '/teams/web?history=true')).body.members;
  t.like(await history(), [
    { role: 'viewer', since: '2026-02-01T00:00:00.000000Z', until: null },
    { role: 'admin', since: '2025-06-01T10:00:00.000000Z', until: '2026-02-01T00:00:00.000000Z' },
  ]);
  t.like(await member('web', 'ada@example.com', { role: 'viewer', since: '2026-01-31' }), {
    status: 409,
    body: { code: 'membership_overlaps' },
  });
  const left = await ask('DELETE', '/teams/web/members/ADA%40example.com?until=2026-03-01');
  t.like(left.body.member, { until: '2026-03-01T00:00:00.000000Z' });
  t.is((await ask('DELETE', '/teams/web/members/ada@example.com')).status, 404);
  t.is((await ask('GET', '/teams/web')).body.member_count, 0);
  await member('web', 'ada@example.com', { since: '2026-03-01' });
  t.is((await history()).length, 3);
});

test('a membership that was a mistake goes when it ends at its beginning, and none ends in the future', async (t) => {
  const { ask, team, member, send } = await org();
  await team('web');
  await member('web', 'ada@example.com');
  const counted = await send();
  t.is(await counted(), 'web');
  t.is((await ask('DELETE', '/teams/web/members/ada@example.com?until=2199-01-01')).status, 400);
  const gone = await ask('DELETE', '/teams/web/members/ada@example.com?until=2026-01-01');
  t.deepEqual(gone.body, { member: null, reattributed: 1 });
  t.is(await counted(), null);
  t.deepEqual((await ask('GET', '/teams/web?history=true')).body.members, []);
});

test('a receipt counts for the team its author was in at the time, also when that is said later', async (t) => {
  const { ask, team, member, send } = await org();
  for (const slug of ['web', 'ops']) await team(slug);
  const counted = await send();
  const before = await send({ timestamp: '2025-12-31T23:59:59Z' });
  const anonymous = await send({ user_email: null, user_name: 'Ada' });
  t.deepEqual([await counted(), await before(), await anonymous()], [null, null, null]);
  t.is((await member('web', 'ada@example.com')).body.reattributed, 1);
  t.deepEqual([await counted(), await before(), await anonymous()], ['web', null, null]);
  t.is((await member('ops', 'ada@example.com', { since: '2026-01-02' })).body.reattributed, 0, 'web stands longer');
  t.is((await ask('PUT', '/teams/ops/repos', { repo: REPO.name })).body.reattributed, 3, 'ops has the repository');
  t.deepEqual([await counted(), await before(), await anonymous()], ['ops', 'ops', 'ops']);
  await ask('PUT', '/teams/web/repos', { repo: `https://${REPO.name}.git` });
  t.deepEqual([await counted(), await before(), await anonymous()], ['web', null, null], 'two teams have it');
  await ask('DELETE', `/teams/ops/repos?repo=${REPO.name}`);
  await member('web', 'ada@example.com', { role: 'viewer', since: '2026-01-01' });
  t.is(await counted(), 'ops', 'a viewer counts for nothing');
  t.is((await ask('DELETE', `/teams/ops/repos?repo=${REPO.name}`)).status, 404);
});

test('what the sender named counts where memberships and repositories say nothing', async (t) => {
  const { ask, team, send } = await org();
  const counted = await send({}, { team: 'web' });
  t.is(await counted(), 'web');
  const byTeam = async (slug: string) => (await ask('GET', `/receipts?team=${slug}`)).body.receipts.length;
  t.is(await byTeam('web'), 1, 'there is no team web: the text counts');
  t.is((await ask('POST', '/teams', { slug: 'web', name: 'The Web' })).body.reattributed, 1);
  t.is(await byTeam('web'), 1);
  await team('ops');
  await ask('PUT', '/teams/ops/repos', { repo: REPO.name });
  t.deepEqual([await counted(), await byTeam('web'), await byTeam('ops')], ['ops', 0, 1]);
});

test('analytics show teams by slug and name, and the text of senders where there is no team', async (t) => {
  const { ask, team, member, send } = await org();
  await team('web');
  await ask('PATCH', '/teams/web', { name: 'The Web' });
  await member('web', 'ada@example.com');
  await send({ cost_usd: 1 }, { team: 'elsewhere' });
  await send({ cost_usd: 2, user_email: 'eve@example.com' }, { team: 'elsewhere' });
  await send({ cost_usd: 4, user_email: 'bob@example.com' });
  const { body } = await ask('GET', '/analytics');
  t.deepEqual(body.top_teams, [
    { team: null, name: null, receipts: 1, cost: 4 },
    { team: 'elsewhere', name: null, receipts: 1, cost: 2 },
    { team: 'web', name: 'The Web', receipts: 1, cost: 1 },
  ]);
  for (const [slug, cost] of [
    ['web', 1],
    ['elsewhere', 2],
    ['nowhere', 0],
  ] as const)
    t.is((await ask('GET', `/analytics?team=${slug}`)).body.total_cost_usd, cost, slug);
});

test('an archived team keeps what it had and gets nothing more', async (t) => {
  const { ask, team, member, send } = await org();
  await team('web');
  await member('web', 'ada@example.com');
  const old = await send();
  await ask('PATCH', '/teams/web', { archived: true });
  const late = await send({ timestamp: '2150-01-01T00:00:00Z' });
  t.deepEqual([await old(), await late()], ['web', null]);
  t.is((await ask('PATCH', '/teams/web', { archived: false })).body.reattributed, 1);
  t.is(await late(), 'web');
  t.is((await ask('PATCH', '/teams/web', { archived: true })).body.reattributed, 1);
  t.is(await late(), null);
});

test('an amended receipt counts anew', async (t) => {
  const { ask, team, member, send } = await org();
  for (const slug of ['web', 'ops']) await team(slug);
  await member('web', 'ada@example.com');
  await member('ops', 'bob@example.com');
  const { id, ...fields } = receipt();
  const counted = await send({ id, ...fields });
  t.is(await counted(), 'web');
  await send({ id, ...fields, user_email: 'BOB@example.com' });
  t.is(await counted(), 'ops');
  t.is((await ask('GET', `/receipts/${id}`)).body.revision, 2);
});

test('detect tells the team of a person in a repository, and why', async (t) => {
  const { ask, team, member } = await org();
  for (const slug of ['web', 'ops']) await team(slug);
  const detect = async (more: object = {}) => {
    const { team: found, reason } = (
      await ask('POST', '/teams/detect', { repo: REPO.name, email: 'ADA@example.com', ...more })
    ).body;
    return [found?.slug ?? null, reason];
  };
  t.deepEqual(await detect(), [null, 'none']);
  await ask('PUT', '/teams/ops/repos', { repo: REPO.name });
  t.deepEqual(await detect(), ['ops', 'only_team_of_repo']);
  await member('web', 'ada@example.com');
  t.deepEqual(await detect(), ['web', 'longest_membership']);
  await member('ops', 'ada@example.com', { since: '2026-02-01' });
  t.deepEqual(await detect(), ['ops', 'member_of_repo_team']);
  t.deepEqual(await detect({ at: '2026-01-31' }), ['web', 'longest_membership']);
  t.deepEqual(await detect({ repo: 'never/seen', at: '2025-01-01' }), [null, 'none']);
});

test('a batch that is under way when a membership changes counts right, in either order', async (t) => {
  const { id, ask, team, member, send } = await org();
  await team('web');
  // A change that holds the org: the batch waits for it.
  const gate = deferred();
  const held = deferred();
  const change = server.db.withTenant(id, async (sql) => {
    await lockOrg(sql, id, 'alone');
    held.resolve();
    await gate.promise;
    await sql`
      insert into team_members (org_id, team_id, email, role, since)
      select org_id, id, 'ada@example.com', 'member', '2026-01-01' from teams where org_id = ${id}
    `;
  });
  await held.promise;
  const batch = send();
  await waiting(id);
  gate.resolve();
  await change;
  t.is(await (await batch)(), 'web');
  // Batches that hold it: the change waits for them, and sees what they stored.
  const changed = await Promise.all([
    ...Array.from({ length: 20 }, () => send({ user_email: 'bob@example.com' })),
    member('web', 'bob@example.com'),
    ...Array.from({ length: 20 }, () => send({ user_email: 'bob@example.com' })),
  ]);
  t.is(changed.length, 41);
  t.is((await ask('GET', '/analytics?team=web')).body.total_receipts, 41);
});

function deferred() {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Resolves when a transaction waits for the lock of an org. */
async function waiting(orgId: string): Promise<void> {
  for (;;) {
    const [row] = await server.db.withSystem(
      (sql) => sql`
        select count(*)::int as count from pg_locks
        where locktype = 'advisory' and not granted
          and (classid::bigint << 32) | objid::bigint = hashtextextended(${`org ${orgId}`}, 0)
      `,
    );
    if (row!.count > 0) return;
  }
}
