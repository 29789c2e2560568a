import { column, section } from '../../shared/report/build.js';
import type { Section } from '../../shared/report/document.js';
import { instant, utc } from '../time.js';
import type { ReportScope } from './scope.js';
import { sqlTable } from './sql-table.js';

/** Versions that were in force at some time of the period, or that something of the period was judged by when it arrived later. */
export function policiesInForce({ sql, orgId, filters: { from, to } }: ReportScope): Section {
  return section(
    'policies',
    'Policy versions in force',
    sqlTable(
      {
        id: 'policies',
        title: 'Policy versions in force',
        columns: [
          column('policy', 'Policy'),
          column('version', 'Version', 'count'),
          column('rule', 'Rule'),
          column('action', 'Action'),
          column('enabled', 'Switched on'),
          column('since', 'Since', 'instant'),
          column('until', 'Until', 'instant'),
          column('changed_by', 'Changed by key'),
        ],
        empty: 'No policy was in force in the period: nothing was judged.',
      },
      () => sql`
        with versions as (
          select v.*, lead(v.created_at) over (partition by v.policy_id order by v.version) as ended_at
          from policy_versions v
          where v.org_id = ${orgId}
        )
        select v.content ->> 'name' as policy, v.version, v.content ->> 'rule' as rule, v.content ->> 'action' as action,
          (v.content ->> 'enabled')::boolean as enabled, ${utc(sql, 'v.created_at')} as since,
          ${utc(sql, 'v.ended_at')} as until, v.key_name as changed_by
        from versions v
        where v.content is not null and (
          (v.created_at < ${instant(sql, to)} and (v.ended_at is null or v.ended_at > ${instant(sql, from)}))
          or exists (
            select from violations x
            where x.org_id = ${orgId} and x.policy_id = v.policy_id and x.policy_version = v.version
              and x.occurred_at >= ${instant(sql, from)} and x.occurred_at < ${instant(sql, to)}
          )
        )
        order by v.content ->> 'name' collate "C", v.policy_id, v.version
      `,
    ),
  );
}
