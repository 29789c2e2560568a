import { percentage } from '../../shared/percentage.js';
import { column, fact, facts, section } from '../../shared/report/build.js';
import type { Section } from '../../shared/report/document.js';
import { commitConditions } from '../receipts/filters.js';
import { utc } from '../time.js';
import type { ReportScope } from './scope.js';
import { sqlTable } from './sql-table.js';

/** Commits of which no recorder left a trace. */
export async function coverage(scope: ReportScope): Promise<Section> {
  const { sql, orgId } = scope;
  const counted = countedCommits(scope);
  const [sums] = await sql<{ commits: number; covered: number; silent: number }[]>`
    select count(*)::float8 as commits, count(*) filter (where c.has_receipts)::float8 as covered,
      count(*) filter (where not c.has_receipts and c.ai_involved <> '[]')::float8 as silent
    from commits c
    where ${counted}
  `;
  const { commits, covered, silent } = sums!;
  return section(
    'coverage',
    'Coverage gaps',
    facts(
      'coverage',
      fact('commits', 'Commits on default branches, merges left out', commits, 'count'),
      fact('commits_with_receipts', 'Commits with receipts', covered, 'count'),
      fact('commits_without_receipts', 'Commits without any receipt', commits - covered, 'count'),
      fact('commits_naming_ai', 'Of those, commits whose message says that AI took part', silent, 'count'),
      fact('coverage', 'Coverage', percentage(covered, commits), 'percent'),
    ),
    sqlTable(
      {
        id: 'coverage_gaps',
        title: 'Commits without any receipt',
        columns: [
          column('repo', 'Repository'),
          column('commit', 'Commit'),
          column('committed_at', 'Time', 'instant'),
          column('added', 'Lines added', 'count'),
          column('named_tools', 'AI that the message names'),
          column('by_bot', 'Author is a program'),
        ],
        empty: 'No commit that was counted lacks a receipt.',
      },
      () => sql`
        select p.name as repo, c.oid as commit, ${utc(sql, 'c.committed_at')} as committed_at, c.added,
          (
            select string_agg(distinct coalesce(named ->> 'tool', named ->> 'model', named ->> 'provider'), ', ')
            from jsonb_array_elements(c.ai_involved) as named
          ) as named_tools,
          c.author_is_bot as by_bot
        from commits c
        join repos p on p.org_id = ${orgId} and p.id = c.repo_id
        where ${counted} and not c.has_receipts
        order by c.committed_at, p.name collate "C", c.oid
      `,
    ),
  );
}

/** As a condition on `commits c`: what /analytics counts for the same filters. */
export const countedCommits = ({ sql, orgId, filters }: ReportScope) => sql`
  ${commitConditions(sql, orgId, filters)} and c.on_default_branch and not c.is_merge and c.added is not null
`;
