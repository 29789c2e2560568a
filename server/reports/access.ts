import { column } from '../../shared/report/build.js';
import type { Table } from '../../shared/report/document.js';
import { instant, utc } from '../time.js';
import { eventConditions } from './audit-log.js';
import type { ReportScope } from './scope.js';
import { sqlTable } from './sql-table.js';

/** Every API key that was there in the period, in its state at the end of it. When it was last used is left out: that changes with every report. */
export function keysTable({ sql, orgId, filters: { to } }: ReportScope): Table {
  const end = instant(sql, to);
  return sqlTable(
    {
      id: 'keys',
      title: 'API keys at the end of the period',
      columns: [
        column('name', 'Name'),
        column('last_four', 'Last four'),
        column('scopes', 'Scopes'),
        column('created_at', 'Created', 'instant'),
        column('age_days', 'Age in days', 'count'),
        column('expires_at', 'Expires', 'instant'),
        column('revoked_at', 'Revoked', 'instant'),
        column('replaced_by', 'Rotated to'),
        column('state', 'State'),
      ],
      empty: 'No key was made before the end of the period.',
    },
    () => sql`
      select k.name, k.last_four, array_to_string(k.scopes, ' ') as scopes, ${utc(sql, 'k.created_at')} as created_at,
        floor(extract(epoch from ${end} - k.created_at) / 86400)::float8 as age_days,
        ${utc(sql, 'k.expires_at')} as expires_at, ${utc(sql, 'k.revoked_at')} as revoked_at, n.last_four as replaced_by,
        case when k.revoked_at < ${end} then 'revoked' when k.expires_at < ${end} then 'expired' else 'active' end as state
      from api_keys k
      left join api_keys n on n.org_id = ${orgId} and n.id = k.rotated_to
      where k.org_id = ${orgId} and k.created_at < ${end}
      order by k.created_at, k.id
    `,
  );
}

/** Who belonged to which team in the period, in which role. */
export function membersTable({ sql, orgId, filters: { from, to, team } }: ReportScope): Table {
  return sqlTable(
    {
      id: 'members',
      title: 'Team roles in the period',
      columns: [
        column('team', 'Team'),
        column('email', 'Person'),
        column('role', 'Role'),
        column('since', 'Since', 'instant'),
        column('until', 'Until', 'instant'),
      ],
      empty: 'No team had a member in the period.',
    },
    () => sql`
      select t.slug as team, m.email, m.role, ${utc(sql, 'm.since')} as since, ${utc(sql, 'm.until')} as until
      from team_members m
      join teams t on t.org_id = ${orgId} and t.id = m.team_id
      where m.org_id = ${orgId} and m.since < ${instant(sql, to)} and (m.until is null or m.until > ${instant(sql, from)})
        ${team === undefined ? sql`` : sql`and t.slug = ${team}`}
      order by t.slug collate "C", m.email collate "C", m.since
    `,
  );
}

/** Changes to keys, teams and settings, as the audit log has them. */
export function accessChangesTable(scope: ReportScope): Table {
  const { sql, orgId } = scope;
  return sqlTable(
    {
      id: 'access_changes',
      title: 'Changes to access',
      columns: [
        column('seq', 'Number in the log'),
        column('recorded_at', 'Time', 'instant'),
        column('action', 'Action'),
        column('actor', 'By'),
        column('target_type', 'Of'),
        column('target', 'Id'),
      ],
      empty: 'No key, team, member or setting was changed in the period.',
    },
    () => sql`
      select l.seq::float8 as seq, ${utc(sql, 'e.recorded_at')} as recorded_at, e.action,
        coalesce(d.detail::jsonb ->> 'actor_name', e.actor) as actor, e.event::jsonb #>> '{target,type}' as target_type, e.target
      from audit_events e
      left join audit_log l on l.org_id = ${orgId} and l.event_id = e.id
      left join audit_details d on d.org_id = ${orgId} and d.event_id = e.id
      where ${eventConditions(scope)} and split_part(e.action, '.', 1) in ('key', 'team', 'settings', 'org', 'sso', 'user')
      order by e.recorded_at, e.id
    `,
  );
}
