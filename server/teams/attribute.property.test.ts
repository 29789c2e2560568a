import { randomUUID } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import type { Membership } from '../../shared/api/teams.js';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { receipt } from '../../test/fixtures.js';
import { operator } from '../audit/record.js';
import type { Sql } from '../db.js';
import { ProblemError } from '../errors.js';
import { lockOrg } from '../orgs/lock.js';
import { insertOrg } from '../orgs/queries.js';
import { ingest } from '../receipts/ingest.js';
import { endMembership, findOverlaps, setMemberships } from './members.js';
import { archiveTeam, findTeam, insertTeam } from './queries.js';
import { assignRepo, unassignRepo } from './repos.js';

let database: TestDatabase;
test.before(async () => {
  database = await createTestDatabase();
});
test.after.always(() => database?.drop());

const day = fc.integer({ min: 1, max: 4 }).map((n) => `2026-03-0${n}T00:00:00.000000Z`);
const team = fc.constantFrom('blue', 'green', 'red');
const email = fc.constantFrom('ada@example.com', 'bob@example.com');
const repo = fc.constantFrom('acme/api', 'acme/shop');
const role = fc.constantFrom<Membership['role']>('admin', 'member', 'viewer');
const said = fc.record({
  author: fc.option(fc.constantFrom('ADA@example.com', 'bob@example.com', 'eve@example.com'), { freq: 4 }),
  time: day,
  derived: fc.boolean(),
  id: fc.integer({ min: 0, max: 3 }),
});

const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constant('create' as const), team }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('archive' as const), team, at: fc.option(day, { freq: 2 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('join' as const), team, email, role, since: day }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), team, email, until: day }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('assign' as const), team, repo }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unassign' as const), team, repo }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      repo,
      named: fc.option(team, { freq: 2 }),
      receipts: fc.array(said, { minLength: 1, maxLength: 4 }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A world with something in it: from an empty one most random steps lead nowhere. */
const START: Step[] = [
  { do: 'create', team: 'blue' },
  { do: 'create', team: 'green' },
  ...(['blue', 'green'] as const).map(
    (slug): Step => ({ do: 'join', team: slug, email: 'ada@example.com', role: 'member', since: '2026-03-02' }),
  ),
  {
    do: 'send',
    repo: 'acme/shop',
    named: 'green',
    receipts: [1, 2, 3, 4].map((n) => ({
      author: n === 4 ? 'eve@example.com' : 'ADA@example.com',
      time: `2026-03-0${n}T00:00:00.000000Z`,
      derived: false,
      id: n - 1,
    })),
  },
];

test('receipts that come while teams change count for the team that a slow, obvious look at the end finds', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40, size: 'max' }), async (steps) => {
      const orgId = randomUUID();
      await database.db.withSystem((sql) => insertOrg(sql, { id: orgId, slug: orgId.slice(0, 8), name: 'x' }));
      const ids = Array.from({ length: 4 }, () => randomUUID());
      for (const one of [...START, ...steps]) {
        await take(orgId, ids, one);
        const { receipts, world } = await look(orgId);
        const expected = receipts.map((row) => ({ ...row, team: reference(row, world) }));
        t.deepEqual(receipts, expected, JSON.stringify(one));
      }
    }),
    { numRuns: 30, endOnFailure: true },
  );
});

async function take(orgId: string, ids: string[], one: Step): Promise<void> {
  const alone = <T>(work: (sql: Sql) => Promise<T>) =>
    database.db.withTenant(orgId, async (sql) => {
      await lockOrg(sql, orgId, 'alone');
      return work(sql);
    });
  const onTeam = (slug: string, work: (sql: Sql, found: Awaited<ReturnType<typeof findTeam>>) => Promise<unknown>) =>
    alone(async (sql) => work(sql, await findTeam(sql, orgId, slug)));
  try {
    if (one.do === 'create') await alone((sql) => insertTeam(sql, orgId, { slug: one.team, name: one.team }));
    if (one.do === 'archive') await onTeam(one.team, (sql, found) => archiveTeam(sql, orgId, found, one.at));
    if (one.do === 'assign') await onTeam(one.team, (sql, found) => assignRepo(sql, orgId, found, one.repo));
    if (one.do === 'unassign') await onTeam(one.team, (sql, found) => unassignRepo(sql, orgId, found, one.repo));
    if (one.do === 'leave')
      await onTeam(one.team, (sql, found) => endMembership(sql, orgId, found.id, one.email, one.until));
    if (one.do === 'join')
      await onTeam(one.team, async (sql, found) => {
        const wanted = [{ team_id: found.id, email: one.email, role: one.role, since: one.since }];
        if ((await findOverlaps(sql, orgId, wanted)).length === 0) await setMemberships(sql, orgId, wanted);
      });
    if (one.do === 'send') {
      const receipts = one.receipts.map(({ author, time, derived, id }) =>
        receipt({
          id: ids[id]!,
          user_email: author,
          timestamp: time,
          timestamp_basis: derived ? 'commit' : 'recorded',
        }),
      );
      await ingest(database.db, { orgId, actor: operator() }, { repo: { name: one.repo, team: one.named }, receipts });
    }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error; // a team that is not there, a member who is none
  }
}

interface World {
  teams: { slug: string; archived: string | null }[];
  members: { team: string; email: string; role: string; since: string; until: string | null }[];
  repos: { team: string; repo: string }[];
}
interface Row {
  id: string;
  author: string | null;
  repo: string;
  named: string | null;
  time: string;
  team: string | null;
}

function look(orgId: string): Promise<{ receipts: Row[]; world: World }> {
  return database.db.withTenant(orgId, async (sql) => {
    const time = (column: string) => sql`to_char(${sql(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
    const receipts = await sql<Row[]>`
      select r.id, r.user_email as author, p.name as repo, r.team as named, ${time('r.timestamp')} as time, t.slug as team
      from receipts r join repos p on p.id = r.repo_id left join teams t on t.id = r.team_id
    `;
    const teams = await sql<World['teams']>`select slug, ${time('archived_at')} as archived from teams`;
    const members = await sql<World['members']>`
      select t.slug as team, m.email, m.role, ${time('m.since')} as since, ${time('m.until')} as until
      from team_members m join teams t on t.id = m.team_id
    `;
    const repos = await sql<World['repos']>`
      select t.slug as team, p.name as repo from team_repos a join teams t on t.id = a.team_id join repos p on p.id = a.repo_id
    `;
    return { receipts: [...receipts], world: { teams, members, repos } };
  });
}

/** The rule as docs/teams.md tells it, one step after the other. */
function reference({ author, repo, named, time }: Row, { teams, members, repos }: World): string | null {
  const inForce = (slug: string) => teams.some((t) => t.slug === slug && (t.archived === null || t.archived > time));
  const assigned = (slug: string) => repos.some((a) => a.team === slug && a.repo === repo);
  let best: World['members'][number] | undefined;
  for (const member of members) {
    if (author === null || member.email !== author.toLowerCase() || member.role === 'viewer') continue;
    if (time < member.since || (member.until !== null && member.until <= time) || !inForce(member.team)) continue;
    if (best === undefined || isBetter(member, best)) best = member;
  }
  if (best) return best.team;
  const ofRepo = repos.filter((a) => a.repo === repo && inForce(a.team));
  if (ofRepo.length === 1) return ofRepo[0]!.team;
  return named !== null && inForce(named) ? named : null;

  function isBetter(a: World['members'][number], b: World['members'][number]): boolean {
    if (assigned(a.team) !== assigned(b.team)) return assigned(a.team);
    if (a.since !== b.since) return a.since < b.since;
    return a.team < b.team;
  }
}
