import { column } from '../../shared/report/build.js';
import type { Table } from '../../shared/report/document.js';
import { repoIdOf } from '../receipts/filters.js';
import { instant, utc } from '../time.js';
import type { ReportScope } from './scope.js';
import { sqlTable } from './sql-table.js';

/** The violations `v` of the period and filters, as /violations shows them. */
export const violationConditions = ({ sql, orgId, filters: { from, to, repo, team } }: ReportScope) => sql`
  v.org_id = ${orgId} and v.occurred_at >= ${instant(sql, from)} and v.occurred_at < ${instant(sql, to)}
  ${repo === undefined ? sql`` : sql`and v.repo_id = ${repoIdOf(sql, orgId, repo)}`}
  ${team === undefined ? sql`` : sql`and v.team = ${team}`}
`;

/** What policies found, and what was done about it. */
export function violationsTable(scope: ReportScope): Table {
  const { sql, orgId } = scope;
  return sqlTable(
    {
      id: 'violations',
      title: 'Violations of policies and the response',
      columns: [
        column('occurred_at', 'Time', 'instant'),
        column('policy', 'Policy'),
        column('policy_version', 'Version', 'count'),
        column('rule', 'Rule'),
        column('action', 'Action'),
        column('repo', 'Repository'),
        column('commit', 'Commit'),
        column('receipt_id', 'Receipt'),
        column('person', 'Person'),
        column('message', 'Finding'),
        column('found_at', 'Found', 'instant'),
        column('acknowledged_at', 'Acknowledged', 'instant'),
        column('acknowledged_by', 'By'),
        column('note', 'Note'),
      ],
      empty: 'No violation was found in the period. Where no policy was in force, nothing was looked for.',
    },
    () => sql`
      select ${utc(sql, 'v.occurred_at')} as occurred_at, p.name as policy, v.policy_version, v.rule, v.action,
        v.content ->> 'repo' as repo, v.content ->> 'commit' as commit, v.content ->> 'receipt_id' as receipt_id, v.person,
        v.content ->> 'message' as message, ${utc(sql, 'v.found_at')} as found_at,
        ${utc(sql, 'v.acknowledged_at')} as acknowledged_at, v.acknowledged_by, v.note
      from violations v
      join policies p on p.org_id = ${orgId} and p.id = v.policy_id
      where ${violationConditions(scope)}
      order by v.occurred_at, v.id
    `,
  );
}
