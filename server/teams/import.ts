import type { Fault } from '../../shared/api/problem.js';
import { ImportRow } from '../../shared/api/teams.js';
import { findUnstorable } from '../../shared/text.js';
import { compileBody, timeBound } from '../../shared/validate.js';
import type { Sql } from '../db.js';
import { invalidBody } from '../errors.js';
import { findOverlaps, type MembershipOutcome, setMemberships, type WantedMembership } from './members.js';

const checkRow = compileBody(ImportRow);

type Row = Omit<WantedMembership, 'team_id'> & { team: string };

/** Sets the memberships of all rows, or of none: then a 422 problem lists a fault for every row that has one. */
export async function importMembers(sql: Sql, orgId: string, items: unknown[]): Promise<MembershipOutcome> {
  const faults: Fault[] = [];
  const rows = checkRows(items, faults);
  const slugs = [...new Set(rows.map((row) => row?.team).filter((slug) => slug !== undefined))];
  const teams = await sql<{ id: string; slug: string }[]>`
    select id, slug from teams where org_id = ${orgId} and slug = any(${slugs}::text[])
  `;
  const ids = new Map(teams.map(({ id, slug }) => [slug, id]));
  rows.forEach((row, index) => {
    if (row && !ids.has(row.team)) faults.push(fault(index, 'team', `there is no team ${row.team}`));
  });
  if (faults.length === 0) {
    const wanted = (rows as Row[]).map(({ team, ...row }) => ({ ...row, team_id: ids.get(team)! }));
    for (const { nr, until } of await findOverlaps(sql, orgId, wanted))
      faults.push(fault(nr, 'since', overlapMessage(until)));
    if (faults.length === 0) return setMemberships(sql, orgId, wanted);
  }
  throw invalidBody(faults.sort((a, b) => rowOf(a) - rowOf(b)));
}

export const overlapMessage = (until: string) =>
  `begins before an earlier membership in that team ended (${until}): it may begin then, or later`;

/** The rows that are right by themselves; `faults` gets the first fault of each other one. */
function checkRows(items: unknown[], faults: Fault[]): (Row | undefined)[] {
  const first = new Map<string, number>();
  return items.map((item, index) => {
    const { value, faults: found } = checkRow(item);
    const unstorable = found ? undefined : findUnstorable(value);
    if (found || unstorable !== undefined) {
      const { pointer, message } = found?.[0] ?? { pointer: unstorable, message: 'holds a NUL or a broken character' };
      faults.push({ in: 'body', pointer: `/rows/${index}${pointer}`, message });
      return undefined;
    }
    const email = value.email.toLowerCase();
    const key = `${value.team} ${email}`;
    const before = first.get(key);
    if (before !== undefined) {
      faults.push({ in: 'body', pointer: `/rows/${index}`, message: `repeats the person and team of /rows/${before}` });
      return undefined;
    }
    first.set(key, index);
    return { team: value.team, email, role: value.role, since: toInstant(value.since) };
  });
}

/** A `since` as it is stored; null when none was given. */
export const toInstant = (since: string | null | undefined): string | null =>
  since == null ? null : timeBound(since, 'from')!;

const fault = (index: number, field: string, message: string): Fault => ({
  in: 'body',
  pointer: `/rows/${index}/${field}`,
  message,
});

const rowOf = ({ pointer }: Fault) => Number(pointer.split('/')[2]);
