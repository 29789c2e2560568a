import { column, section, text } from '../../shared/report/build.js';
import type { Section } from '../../shared/report/document.js';
import { byBot, receiptConditions } from '../receipts/filters.js';
import { utc } from '../time.js';
import type { ReportScope } from './scope.js';
import { sqlTable } from './sql-table.js';

/**
 * People in numbers. Where the org sets a minimum group size, people of smaller teams stand in one row together, and without
 * figures where they are too few even so.
 */
export async function activity({ sql, orgId, filters, settings }: ReportScope): Promise<Section[]> {
  const least = settings.reports.min_group_size ?? 1;
  return [
    section(
      'people',
      'People',
      text(
        least === 1
          ? 'By person and team. Receipts that name nobody, or a program, are left out.'
          : `By person and team. People of teams with fewer than ${least} people in the period stand in one row together; fewer than ${least} of them have no figures. Receipts that name nobody, or a program, are left out.`,
      ),
      sqlTable(
        {
          id: 'people',
          title: 'People',
          columns: [
            column('team', 'Team'),
            column('person', 'Person'),
            column('people', 'People', 'count'),
            column('receipts', 'Receipts', 'count'),
            column('cost_usd', 'Known cost', 'usd'),
            column('input_tokens', 'Input tokens', 'count'),
            column('output_tokens', 'Output tokens', 'count'),
            column('sessions', 'Sessions', 'count'),
            column('active_days', 'Active days', 'count'),
            column('first_seen', 'First', 'instant'),
            column('last_seen', 'Last', 'instant'),
          ],
          empty: 'No receipt of the period names a person.',
        },
        () => sql`
          with people as (
            select coalesce(t.slug, r.team) as team, coalesce(r.author, r.user_name) as person, count(*) as receipts,
              coalesce(sum(r.cost_usd), 0) as cost_usd, coalesce(sum(r.input_tokens), 0) as input_tokens,
              coalesce(sum(r.output_tokens), 0) as output_tokens, count(distinct r.session_id) as sessions,
              count(distinct (r."timestamp" at time zone 'UTC')::date) as active_days,
              min(r."timestamp") as first_at, max(r."timestamp") as last_at
            from receipts r
            left join teams t on t.org_id = ${orgId} and t.id = r.team_id
            where ${receiptConditions(sql, orgId, filters)} and coalesce(r.author, r.user_name) is not null
              and not ${byBot(sql)}
            group by 1, 2
          ), sized as (
            select *, count(*) over (partition by team) >= ${least}::int as is_shown from people
          ), listed as (
            select team, person, 1 as people, receipts, cost_usd, input_tokens, output_tokens, sessions, active_days, first_at, last_at
            from sized where is_shown
            union all
            select null, 'people of smaller teams', count(distinct person), sum(receipts), sum(cost_usd), sum(input_tokens),
              sum(output_tokens), sum(sessions), null, null, null
            from sized where not is_shown
            having count(distinct person) >= ${least}::int
            union all
            select null, 'people of smaller teams', null, null, null, null, null, null, null, null, null
            from sized where not is_shown
            having count(distinct person) between 1 and ${least}::int - 1
          )
          select team, person, people::float8, receipts::float8, cost_usd::float8, input_tokens::float8, output_tokens::float8,
            sessions::float8, active_days::float8, ${utc(sql, 'first_at')} as first_seen, ${utc(sql, 'last_at')} as last_seen
          from listed
          order by listed.receipts desc nulls last, person collate "C", team collate "C"
        `,
      ),
    ),
  ];
}
