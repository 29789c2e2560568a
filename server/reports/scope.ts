import type { Settings } from '../../shared/api/settings.js';
import { addDays, localDay, startOfDay } from '../../shared/local-day.js';
import type { ReportType } from '../../shared/report/types.js';
import { normalizeTimestamp } from '../../shared/timestamp.js';
import type { Sql } from '../db.js';
import { invalidQuery, notFound } from '../errors.js';
import { repoIdOf } from '../receipts/filters.js';
import { findSettings } from '../settings/queries.js';
import { utc } from '../time.js';

/** What a report is asked about. Days are days of the org's time zone; without them it is all that there is. */
export interface ReportQuery {
  from?: string | undefined;
  to?: string | undefined;
  team?: string | undefined;
  repo?: string | undefined;
}

/** What every part of a report stands on. Queries run in one snapshot. */
export interface ReportScope {
  sql: Sql;
  orgId: string;
  org: { slug: string; name: string };
  type: ReportType;
  /** As /analytics takes them; the period in instants, `to` excluded. */
  filters: { from: string; to: string; team?: string; repo?: string };
  settings: Settings;
}

/** Throws 400 for a period that is none, and 404 for a team or repository that the org has not heard of: an empty report would say that nothing happened. */
export async function openScope(
  sql: Sql,
  org: { id: string; slug: string; name: string },
  type: ReportType,
  { from, to, team, repo }: ReportQuery,
): Promise<ReportScope> {
  const settings = await findSettings(sql, org.id);
  const whole = from === undefined || to === undefined ? await wholePeriod(sql, org.id, settings.time_zone) : undefined;
  const period = {
    from: from === undefined ? whole!.from : bound(from, 'from', settings.time_zone),
    to: to === undefined ? whole!.to : bound(to, 'to', settings.time_zone),
  };
  if (period.from >= period.to)
    throw invalidQuery([{ in: 'query', pointer: '/to', message: 'must not be before from' }]);
  if (repo !== undefined) {
    const [found] = await sql`select ${repoIdOf(sql, org.id, repo)} as id`;
    if (found!.id === null) throw notFound('repository');
  }
  if (team !== undefined) {
    const [found] = await sql`
      select from teams where org_id = ${org.id} and slug = ${team}
      union all (select from receipts where org_id = ${org.id} and team_id is null and team = ${team} limit 1)
    `;
    if (!found) throw notFound('team');
  }
  const filters = { ...period, ...(team !== undefined && { team }), ...(repo !== undefined && { repo }) };
  return { sql, orgId: org.id, org, type, filters, settings };
}

function bound(text: string, side: 'from' | 'to', timeZone: string): string {
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(text)
    ? new Date(startOfDay(side === 'from' ? text : addDays(text, 1), timeZone)).toISOString()
    : text;
  const normal = normalizeTimestamp(instant);
  if (normal === undefined)
    throw invalidQuery([{ in: 'query', pointer: `/${side}`, message: 'is outside 1970 to 2200' }]);
  return normal;
}

/** Whole days from the first thing that is stored to the last: it changes with the data alone. Reports that were made do not count. */
async function wholePeriod(sql: Sql, orgId: string, timeZone: string): Promise<{ from: string; to: string }> {
  const [row] = await sql<{ first: string; last: string }[]>`
    with times as (
      select min("timestamp") as first, max("timestamp") as last from receipts where org_id = ${orgId}
      union all
      select min(committed_at), max(committed_at) from commits
      where org_id = ${orgId} and on_default_branch and not is_merge
      union all
      select min(recorded_at), max(recorded_at) from audit_events
      where org_id = ${orgId} and action not like 'report.%'
      union all
      select created_at, created_at from orgs where org_id = ${orgId}
    ), bounds as (select min(first) as first, max(last) as last from times)
    select ${utc(sql, 'first')} as first, ${utc(sql, 'last')} as last from bounds
  `;
  const dayOf = (instant: string) => localDay(Date.parse(instant), timeZone);
  return {
    from: bound(dayOf(row!.first), 'from', timeZone),
    to: bound(dayOf(row!.last), 'to', timeZone),
  };
}
