import { percentage } from '../../shared/percentage.js';
import { column, section, text } from '../../shared/report/build.js';
import type { Section } from '../../shared/report/document.js';
import { byBot, receiptConditions } from '../receipts/filters.js';
import { countedCommits } from './coverage.js';
import type { ReportScope } from './scope.js';
import { sqlTable } from './sql-table.js';

/** Each team in numbers: what /analytics answers for `team=`. */
export async function departments(scope: ReportScope): Promise<Section[]> {
  const { sql, orgId, filters } = scope;
  return [
    section(
      'teams',
      'Teams',
      text('A receipt or a commit counts for the team that its author was in at the time.'),
      sqlTable<{ ai: number | null; added: number | null }>(
        {
          id: 'teams',
          title: 'Teams',
          columns: [
            column('team', 'Team'),
            column('name', 'Name'),
            column('people', 'People', 'count'),
            column('receipts', 'Receipts', 'count'),
            column('cost_usd', 'Known cost', 'usd'),
            column('input_tokens', 'Input tokens', 'count'),
            column('output_tokens', 'Output tokens', 'count'),
            column('ai', 'AI lines', 'count'),
            column('added', 'Lines added', 'count'),
            column('ai_share', 'AI share', 'percent'),
          ],
          empty: 'No receipt is in the period.',
        },
        () => sql`
          with sums as (
            select coalesce(t.slug, r.team) as team, max(t.name) as name,
              count(distinct coalesce(r.author, lower(r.user_name))) filter (where not ${byBot(sql)})::float8 as people,
              count(*)::float8 as receipts, coalesce(sum(r.cost_usd), 0)::float8 as cost_usd,
              coalesce(sum(r.input_tokens), 0)::float8 as input_tokens,
              coalesce(sum(r.output_tokens), 0)::float8 as output_tokens
            from receipts r
            left join teams t on t.org_id = ${orgId} and t.id = r.team_id
            where ${receiptConditions(sql, orgId, filters)}
            group by 1
          ), lines as (
            select coalesce(t.slug, c.team) as team, sum(c.ai)::float8 as ai, sum(c.added)::float8 as added
            from commits c
            left join teams t on t.org_id = ${orgId} and t.id = c.team_id
            where ${countedCommits(scope)}
            group by 1
          )
          select sums.*, lines.ai, lines.added
          from sums left join lines on lines.team is not distinct from sums.team
          order by sums.receipts desc, sums.team collate "C"
        `,
        (row) => ({ ...row, ai_share: row.added === null ? null : percentage(row.ai ?? 0, row.added) }),
      ),
    ),
  ];
}
