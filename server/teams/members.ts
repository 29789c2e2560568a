import { MAX_MEMBERSHIPS, type Membership } from '../../shared/api/teams.js';
import type { Sql } from '../db.js';
import { conflict, notFound } from '../errors.js';
import { instant, readClock, utc } from '../time.js';
import { reattribute } from './attribute.js';

/** A membership as it is asked for; `since` null: as it is, for a new one now. */
export interface WantedMembership {
  team_id: string;
  /** In lower case. */
  email: string;
  role: Membership['role'];
  since: string | null;
}

export interface MembershipOutcome {
  added: number;
  changed: number;
  unchanged: number;
  reattributed: number;
}

const RECORD = 'nr integer, team_id uuid, email text, role text, since timestamptz';

/**
 * Makes memberships what the list says, each person and team at most once in it. Between admin and member the role
 * changes in place, since both count; to and from viewer one membership ends and another begins, since what was done before
 * keeps counting as it did. `since` moves the beginning. Throws nothing for a wrong row: `findOverlaps` tells those before.
 */
export async function setMemberships(sql: Sql, orgId: string, wanted: WantedMembership[]): Promise<MembershipOutcome> {
  const rows = sql.json(wanted.map((row, nr) => ({ nr, ...row })) as never);
  const now = instant(sql, await readClock(sql));
  const incoming = sql`jsonb_to_recordset(${rows}) as i (${sql.unsafe(RECORD)})`;
  const same = sql`m.org_id = ${orgId} and m.team_id = i.team_id and m.email = i.email and m.until is null`;
  const ended = await sql`
    update team_members m set until = coalesce(i.since, ${now})
    from ${incoming}
    where ${same} and (m.role = 'viewer') <> (i.role = 'viewer') and m.since < coalesce(i.since, ${now})
  `;
  const updated = await sql`
    update team_members m set role = i.role, since = coalesce(i.since, m.since)
    from ${incoming}
    where ${same} and (m.role <> i.role or m.since <> coalesce(i.since, m.since))
  `;
  const inserted = await sql`
    insert into team_members (org_id, team_id, email, role, since)
    select ${orgId}, i.team_id, i.email, i.role, coalesce(i.since, ${now})
    from ${incoming}
    where not exists (select from team_members m where ${same})
  `;
  if (inserted.count > 0) await refuseTooMany(sql, orgId, [...new Set(wanted.map(({ team_id }) => team_id))]);
  const emails = [...new Set(wanted.map(({ email }) => email))];
  const changed = updated.count + ended.count;
  const added = inserted.count - ended.count;
  return {
    added,
    changed,
    unchanged: wanted.length - added - changed,
    reattributed: added + changed === 0 ? 0 : await reattributeAuthors(sql, orgId, emails),
  };
}

/** Rows that would begin before an earlier membership of the same person in the same team ended, by their position. */
export async function findOverlaps(
  sql: Sql,
  orgId: string,
  wanted: WantedMembership[],
): Promise<{ nr: number; until: string }[]> {
  return sql<{ nr: number; until: string }[]>`
    select i.nr, ${utc(sql, 'm.until')} as until
    from jsonb_to_recordset(${sql.json(wanted.map((row, nr) => ({ nr, ...row })) as never)}) as i (${sql.unsafe(RECORD)})
    join team_members m on m.org_id = ${orgId} and m.team_id = i.team_id and m.email = i.email and m.until > i.since
    order by i.nr, m.until
  `;
}

/** The membership that has not ended. */
export async function findMembership(sql: Sql, orgId: string, teamId: string, email: string): Promise<Membership> {
  const [member] = await sql<Membership[]>`
    select email, role, ${utc(sql, 'since')} as since, ${utc(sql, 'until')} as until
    from team_members
    where org_id = ${orgId} and team_id = ${teamId} and email = ${email} and until is null
  `;
  return member!;
}

/**
 * Ends a membership. At or before its beginning it never was, and goes. Answers it as it is now (null: gone), and how many
 * receipts count for another team; throws 404 when the person is no member.
 */
export async function endMembership(
  sql: Sql,
  orgId: string,
  teamId: string,
  email: string,
  until: string,
): Promise<{ member: Membership | null; reattributed: number }> {
  const at = instant(sql, until);
  const open = sql`org_id = ${orgId} and team_id = ${teamId} and email = ${email} and until is null`;
  const gone = await sql`delete from team_members where ${open} and since >= ${at}`;
  const [member] = await sql<Membership[]>`
    update team_members set until = ${at}
    where ${open}
    returning email, role, ${utc(sql, 'since')} as since, ${utc(sql, 'until')} as until
  `;
  if (!member && gone.count === 0) throw notFound('member of this team');
  return { member: member ?? null, reattributed: await reattributeAuthors(sql, orgId, [email]) };
}

function reattributeAuthors(sql: Sql, orgId: string, emails: string[]): Promise<number> {
  return reattribute(sql, orgId, sql`r.author = any(${emails}::text[])`);
}

async function refuseTooMany(sql: Sql, orgId: string, teamIds: string[]): Promise<void> {
  const [full] = await sql<{ slug: string }[]>`
    select t.slug
    from team_members m
    join teams t on t.org_id = ${orgId} and t.id = m.team_id
    where m.org_id = ${orgId} and m.team_id = any(${teamIds}::uuid[])
    group by t.slug
    having count(*) > ${MAX_MEMBERSHIPS}
  `;
  if (full)
    throw conflict('too_many_members', `The team ${full.slug} would have more than ${MAX_MEMBERSHIPS} memberships.`);
}
