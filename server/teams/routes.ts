import type Router from '@koa/router';
import * as api from '../../shared/api/teams.js';
import { isEmail } from '../../shared/person.js';
import { normalizeRepoName } from '../../shared/repo-name.js';
import { timeBound } from '../../shared/validate.js';
import { recordEvent } from '../audit/record.js';
import type { Sql } from '../db.js';
import { conflict, invalidBody, invalidQuery, notFound } from '../errors.js';
import { bind, type Call, type Services } from '../http/bind.js';
import { lockOrg } from '../orgs/lock.js';
import { readClock } from '../time.js';
import { detect } from './detect.js';
import { importMembers, overlapMessage, toInstant } from './import.js';
import { endMembership, findMembership, findOverlaps, setMemberships } from './members.js';
import * as queries from './queries.js';
import { assignRepo, unassignRepo } from './repos.js';

export function teamRoutes(router: Router, services: Services): void {
  bind(router, services, api.listTeams, async ({ db, principal: { orgId }, query }) => ({
    teams: await db.withTenant(orgId, (sql) => queries.listTeams(sql, orgId, query.archived ?? false)),
  }));

  bind(router, services, api.getTeam, ({ db, principal: { orgId }, params, query }) =>
    db.withTenant(orgId, async (sql) =>
      queries.describeTeam(sql, orgId, await queries.findTeam(sql, orgId, params.id ?? ''), query.history ?? false),
    ),
  );

  bind(router, services, api.createTeam, (call) =>
    change(call, async (sql, orgId, record) => {
      const made = await queries.insertTeam(sql, orgId, {
        slug: call.body.slug,
        name: call.body.name ?? call.body.slug,
      });
      await record('team.created', { id: made.team.id }, call.body);
      return made;
    }),
  );

  bind(router, services, api.updateTeam, (call) =>
    changeTeam(call, async (sql, orgId, team, record) => {
      const { name, archived } = call.body;
      await record('team.updated', team, call.body);
      if (name !== undefined) await queries.renameTeam(sql, orgId, team.id, name);
      const reattributed =
        archived === undefined
          ? 0
          : await queries.archiveTeam(sql, orgId, team, archived ? await readClock(sql) : null);
      return { team: await queries.findTeam(sql, orgId, team.id), reattributed };
    }),
  );

  bind(router, services, api.setTeamMember, (call) =>
    changeTeam(call, async (sql, orgId, team, record) => {
      const email = call.body.email.toLowerCase();
      const wanted = [{ team_id: team.id, email, role: call.body.role, since: toInstant(call.body.since) }];
      const [overlap] = await findOverlaps(sql, orgId, wanted);
      if (overlap) throw conflict('membership_overlaps', `The membership ${overlapMessage(overlap.until)}.`);
      const { reattributed } = await setMemberships(sql, orgId, wanted);
      await record('team.member_set', team, { ...call.body, email });
      return { member: await findMembership(sql, orgId, team.id, email), reattributed };
    }),
  );

  bind(router, services, api.endTeamMember, (call) =>
    changeTeam(call, async (sql, orgId, team, record) => {
      const email = call.params.email ?? '';
      if (!isEmail(email)) throw notFound('member of this team');
      const now = await readClock(sql);
      const until = call.query.until === undefined ? now : timeBound(call.query.until, 'from')!;
      if (until > now)
        throw invalidQuery([{ in: 'query', pointer: '/until', message: 'lies in the future; end it when it ends' }]);
      await record('team.member_ended', team, { email: email.toLowerCase(), until });
      return endMembership(sql, orgId, team.id, email.toLowerCase(), until);
    }),
  );

  bind(router, services, api.assignTeamRepo, (call) =>
    changeTeam(call, async (sql, orgId, team, record) => {
      const repo = normalizeRepoName(call.body.repo);
      if (repo === undefined) throw invalidBody([{ in: 'body', pointer: '/repo', message: 'names no repository' }]);
      await record('team.repo_assigned', team, { repo });
      return { repo, reattributed: await assignRepo(sql, orgId, team, repo) };
    }),
  );

  bind(router, services, api.unassignTeamRepo, (call) =>
    changeTeam(call, async (sql, orgId, team, record) => {
      const repo = normalizeRepoName(call.query.repo) ?? '';
      await record('team.repo_unassigned', team, { repo });
      return { repo, reattributed: await unassignRepo(sql, orgId, team, call.query.repo) };
    }),
  );

  bind(router, services, api.importTeamMembers, (call) =>
    change(call, async (sql, orgId, record) => {
      const imported = await importMembers(sql, orgId, call.body.rows);
      await record('team.members_imported', { id: 'import' }, { rows: call.body.rows });
      return { received: call.body.rows.length, ...imported };
    }),
  );

  bind(router, services, api.detectTeam, ({ db, principal: { orgId }, body }) =>
    db.withTenant(orgId, async (sql) =>
      detect(sql, orgId, {
        repo: body.repo,
        email: body.email.toLowerCase(),
        at: toInstant(body.at) ?? (await readClock(sql)),
      }),
    ),
  );
}

type AnyCall = Pick<Call<unknown, unknown>, 'db' | 'principal' | 'actor' | 'params'>;

/** Writes what was asked for to the audit log; what it replaced stands in the events before. */
type Record = (action: string, team: { id: string }, after: unknown) => Promise<void>;

/** Changes what receipts are attributed by, with no batch being stored meanwhile. */
function change<T>(
  { db, principal: { orgId }, actor }: AnyCall,
  work: (sql: Sql, orgId: string, record: Record) => Promise<T>,
): Promise<T> {
  return db.withTenant(orgId, async (sql) => {
    await lockOrg(sql, orgId, 'alone');
    return work(sql, orgId, (action, { id }, after) =>
      recordEvent(sql, orgId, actor, { action, target: { type: 'team', id }, after }),
    );
  });
}

/** The same for the team in the path. */
function changeTeam<T>(
  call: AnyCall,
  work: (sql: Sql, orgId: string, team: api.Team, record: Record) => Promise<T>,
): Promise<T> {
  return change(call, async (sql, orgId, record) =>
    work(sql, orgId, await queries.findTeam(sql, orgId, call.params.id ?? ''), record),
  );
}
