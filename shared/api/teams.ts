import Type, { type Static } from '../schema.js';
import { Count, endpoint, Maybe, Name, Nullable, RepoName, Strict, Timestamp, Uuid } from './types.js';

/** Teams of one org, memberships of one team (ended ones, too) and repositories of one team, at most. */
export const MAX_TEAMS = 2_000;
export const MAX_MEMBERSHIPS = 10_000;
export const MAX_TEAM_REPOS = 5_000;

/** Rows of one import, at most. */
export const MAX_IMPORT_ROWS = 10_000;

const Slug = Type.String({ format: 'slug', maxLength: 63, description: 'lower-case letters, digits and hyphens' });
const Email = Type.String({ format: 'email', maxLength: 320 });
const Role = Type.Enum(['admin', 'member', 'viewer'], {
  description: "a viewer's receipts do not count for the team",
});
const Moment = Type.String({
  format: 'time-bound',
  maxLength: 40,
  description: 'a day (2026-02-14: its beginning, UTC) or an RFC 3339 timestamp',
});
const Reattributed = Type.Integer({ minimum: 0, description: 'receipts that now count for another team than before' });

export const Team = Type.Object({
  id: Uuid,
  slug: Slug,
  name: Type.String(),
  created_at: Timestamp,
  archived_at: Nullable(Timestamp),
  member_count: Type.Integer({ minimum: 0, description: 'memberships that have not ended' }),
  repo_count: Count,
});
export type Team = Static<typeof Team>;

export const Membership = Type.Object({ email: Email, role: Role, since: Timestamp, until: Nullable(Timestamp) });
export type Membership = Static<typeof Membership>;

export const TeamDetail = Type.Object({
  ...Team.properties,
  members: Type.Array(Membership),
  repos: Type.Array(Type.Object({ name: Type.String(), added_at: Timestamp })),
});
export type TeamDetail = Static<typeof TeamDetail>;

const read = { method: 'get', scope: 'teams:read' } as const;
const write = { scope: 'teams:write' } as const;

export const listTeams = endpoint({
  ...read,
  id: 'listTeams',
  path: '/api/v1/teams',
  summary: 'Teams by their slug',
  query: Strict({ archived: Type.Optional(Type.Boolean({ description: 'archived ones, too' })) }),
  reply: Type.Object({ teams: Type.Array(Team) }),
});

export const createTeam = endpoint({
  ...write,
  id: 'createTeam',
  method: 'post',
  path: '/api/v1/teams',
  summary: 'Make a team; its slug stays for ever',
  body: Strict({ slug: Slug, name: Maybe(Name) }),
  reply: Type.Object({ team: Team, reattributed: Reattributed }),
  status: 201,
});

export const getTeam = endpoint({
  ...read,
  id: 'getTeam',
  path: '/api/v1/teams/:id',
  summary: 'One team by id or slug, with members and repositories',
  query: Strict({ history: Type.Optional(Type.Boolean({ description: 'memberships that ended, too' })) }),
  reply: TeamDetail,
});

export const updateTeam = endpoint({
  ...write,
  id: 'updateTeam',
  method: 'patch',
  path: '/api/v1/teams/:id',
  summary: 'Rename a team, archive it or take it back; an archived team keeps what it had and gets nothing more',
  body: Strict({ name: Type.Optional(Name), archived: Type.Optional(Type.Boolean()) }),
  reply: Type.Object({ team: Team, reattributed: Reattributed }),
});

const memberFields = { email: Email, role: Role, since: Maybe(Moment) };

export const setTeamMember = endpoint({
  ...write,
  id: 'setTeamMember',
  method: 'put',
  path: '/api/v1/teams/:id/members',
  summary: 'Make a person a member from a day on (now), or change role or beginning of a membership',
  body: Strict(memberFields),
  reply: Type.Object({ member: Membership, reattributed: Reattributed }),
});

export const endTeamMember = endpoint({
  ...write,
  id: 'endTeamMember',
  method: 'delete',
  path: '/api/v1/teams/:id/members/:email',
  summary: 'End a membership; what the person did before stays with the team',
  query: Strict({
    until: Type.Optional(
      Type.String({
        ...Moment,
        description: 'now at the latest; at or before its beginning: the membership never was',
      }),
    ),
  }),
  reply: Type.Object({ member: Nullable(Membership), reattributed: Reattributed }),
});

export const assignTeamRepo = endpoint({
  ...write,
  id: 'assignTeamRepo',
  method: 'put',
  path: '/api/v1/teams/:id/repos',
  summary: 'Assign a repository to a team; it may belong to several, and need not have been synced yet',
  body: Strict({ repo: RepoName }),
  reply: Type.Object({ repo: Type.String(), reattributed: Reattributed }),
});

export const unassignTeamRepo = endpoint({
  ...write,
  id: 'unassignTeamRepo',
  method: 'delete',
  path: '/api/v1/teams/:id/repos',
  summary: 'Take a repository from a team',
  query: Strict({ repo: RepoName }),
  reply: Type.Object({ repo: Type.String(), reattributed: Reattributed }),
});

/** One row of an import. Rows are checked one by one, so that every fault is told at once. */
export const ImportRow = Strict({ team: Slug, ...memberFields });
export type ImportRow = Static<typeof ImportRow>;

export const importTeamMembers = endpoint({
  ...write,
  id: 'importTeamMembers',
  method: 'post',
  path: '/api/v1/teams/import',
  summary: 'Set many memberships at once: all of them or, if one row has a fault, none',
  checksItems: true,
  body: Strict({
    rows: Type.Array(Type.Unknown(), {
      minItems: 1,
      maxItems: MAX_IMPORT_ROWS,
      description: '`{team, email, role, since?}` each',
    }),
  }),
  reply: Type.Object({
    received: Count,
    added: Count,
    changed: Count,
    unchanged: Count,
    reattributed: Reattributed,
  }),
});

/** Why a receipt counts for a team. */
export const DetectReason = Type.Enum(['member_of_repo_team', 'longest_membership', 'only_team_of_repo', 'none']);

export const detectTeam = endpoint({
  id: 'detectTeam',
  method: 'post',
  path: '/api/v1/teams/detect',
  summary: 'Which team a receipt of a person in a repository counts for',
  scope: 'teams:read',
  body: Strict({ repo: RepoName, email: Email, at: Maybe(Moment) }),
  reply: Type.Object({
    team: Nullable(Type.Object({ id: Uuid, slug: Slug, name: Type.String() })),
    reason: DetectReason,
  }),
});
