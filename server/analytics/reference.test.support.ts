import type { Analytics, AnalyticsQuery } from '../../shared/api/analytics.js';
import { BOT_EMAIL, BOT_NAME } from '../../shared/bots.js';
import { percentage } from '../../shared/percentage.js';
import { timeBound } from '../../shared/validate.js';
import type { Fragment, Sql } from '../db.js';
import { commitConditions, receiptConditions } from '../receipts/filters.js';

/**
 * Analytics as they would be asked of receipts and commits themselves, each number by a query of its own: slow and obvious. What
 * compares with another period is left out.
 */
export async function slowly(
  sql: Sql,
  orgId: string,
  query: AnalyticsQuery,
): Promise<Omit<Analytics, 'previous' | 'cost_per_ai_line'>> {
  const { from, to, bucket = 'day', top = 10, compare: _, time_zone = 'UTC', ...filters } = query;
  const bound = (text: string, side: 'from' | 'to') =>
    text.length > 10
      ? sql`${timeBound(text, side)!}::text::timestamptz`
      : sql`(${text}::text::timestamp + ${side === 'to' ? '1 day' : '0 days'}::interval) at time zone ${time_zone}`;
  const within = (column: Fragment) => sql`
    ${from === undefined ? sql`` : sql`and ${column} >= ${bound(from, 'from')}`}
    ${to === undefined ? sql`` : sql`and ${column} < ${bound(to, 'to')}`}
  `;
  const receipts = sql`receipts r where ${receiptConditions(sql, orgId, filters)} ${within(sql`r."timestamp"`)}`;
  const commits = sql`
    commits c where ${commitConditions(sql, orgId, filters)} ${within(sql`c.committed_at`)}
      and c.on_default_branch and not c.is_merge and c.added is not null
  `;
  const bot = (email: Fragment, name: Fragment) => sql`(
    coalesce(lower(${name}) ~ ${BOT_NAME.source}, false) or coalesce(${email} ~ ${BOT_EMAIL.source}, false)
  )`;
  const byBot = bot(sql`r.author`, sql`r.user_name`);
  const one = async <Name extends string>(names: readonly Name[], columns: Fragment, rows: Fragment) => {
    const [row] = await sql`select ${columns} from ${rows}`;
    return Object.fromEntries(names.map((name) => [name, row![name]])) as Record<Name, number>;
  };
  const list = async (label: Fragment, more: Fragment = sql``) => {
    const rows = await sql<{ label: string | null; receipts: number; cost: number; exact: string }[]>`
      select ${label} as label, count(*)::float8 as receipts, coalesce(sum(r.cost_usd), 0)::float8 as cost
      from ${receipts} ${more}
      group by 1 order by count(*) desc, coalesce(sum(r.cost_usd), 0) desc, label
    `;
    const [rest] = await sql<{ values: number; receipts: number; cost: number }[]>`
      select count(*)::float8 as values, coalesce(sum(receipts), 0)::float8 as receipts, coalesce(sum(cost), 0)::float8 as cost
      from (
        select ${label} as label, count(*) as receipts, coalesce(sum(r.cost_usd), 0) as cost from ${receipts} ${more}
        group by 1 order by 2 desc, 3 desc, 1 offset ${top}
      ) as o
    `;
    return { list: rows.slice(0, top), other: rest! };
  };
  const trend = (unit: string) => sql<{ date: string; receipts: number; cost: number }[]>`
    select to_char(date_trunc(${unit}, r."timestamp" at time zone ${time_zone}), 'YYYY-MM-DD') as date,
      count(*)::float8 as receipts, coalesce(sum(r.cost_usd), 0)::float8 as cost
    from ${receipts} group by 1 order by 1
  `;
  const basis = (which: Fragment) =>
    one(
      ['receipts', 'cost'],
      sql`count(*)::float8 as receipts, coalesce(sum(r.cost_usd), 0)::float8 as cost`,
      sql`${receipts} and ${which}`,
    );
  const t = await one(
    ['receipts', 'cost', 'input', 'output', 'cache_read', 'cache_creation', 'accepted', 'overridden'],
    sql`count(*)::float8 as receipts, coalesce(sum(r.cost_usd), 0)::float8 as cost, coalesce(sum(r.input_tokens), 0)::float8 as input,
      coalesce(sum(r.output_tokens), 0)::float8 as output, coalesce(sum(r.cache_read_tokens), 0)::float8 as cache_read,
      coalesce(sum(r.cache_creation_tokens), 0)::float8 as cache_creation, coalesce(sum(r.accepted_lines), 0)::float8 as accepted,
      coalesce(sum(r.overridden_lines), 0)::float8 as overridden`,
    receipts,
  );
  const { model, provider, tool } = filters;
  const isKind = sql`
    ${model === undefined ? sql`true` : sql`part ->> 'model' = ${model}`}
    and ${provider === undefined ? sql`true` : sql`part ->> 'provider' = ${provider}`}
    and ${tool === undefined ? sql`true` : sql`part ->> 'tool' = ${tool}`}
  `;
  const ai =
    (model ?? provider ?? tool) === undefined
      ? sql`c.ai`
      : sql`(select coalesce(sum((part ->> 'lines')::int), 0) from jsonb_array_elements(c.ai_by) as part where ${isKind})`;
  const l = await one(
    [
      'added',
      'deleted',
      'ai',
      'human',
      'unknown',
      'added_by_bots',
      'commits',
      'commits_with_receipts',
      'commits_with_ai_trailers',
      'commits_by_bots',
    ],
    sql`coalesce(sum(c.added), 0)::float8 as added, coalesce(sum(c.deleted), 0)::float8 as deleted, coalesce(sum(${ai}), 0)::float8 as ai,
      coalesce(sum(c.human), 0)::float8 as human, coalesce(sum(c.unknown), 0)::float8 as unknown, count(*)::float8 as commits,
      count(*) filter (where c.has_receipts)::float8 as commits_with_receipts,
      count(*) filter (where not c.has_receipts and c.ai_involved <> '[]')::float8 as commits_with_ai_trailers,
      count(*) filter (where c.author_is_bot)::float8 as commits_by_bots,
      coalesce(sum(c.added) filter (where c.author_is_bot), 0)::float8 as added_by_bots`,
    commits,
  );
  const labels = async (rows: Fragment) => new Set((await sql<{ label: string }[]>`${rows}`).map(({ label }) => label));
  const active = await labels(sql`
    select distinct coalesce(r.author, r.user_name) as label from ${receipts}
      and not ${byBot} and coalesce(r.author, r.user_name) is not null
  `);
  const committers = await labels(sql`
    select distinct coalesce(c.author, c.author_name) as label from ${commits} and not c.author_is_bot
      and not ${bot(sql`c.author`, sql`c.author_name`)} and coalesce(c.author, c.author_name) is not null
  `);
  const both = [...active].filter((label) => committers.has(label)).length;
  const models = await list(sql`r.model`);
  const tools = await list(sql`r.tool`);
  const users = await list(sql`coalesce(r.author, r.user_name)`, sql`and not ${byBot}`);
  const repos = await list(sql`(select name from repos p where p.id = r.repo_id)`);
  const teams = await list(sql`coalesce((select slug from teams t where t.id = r.team_id), r.team)`);
  const names = new Map(
    (await sql<{ slug: string; name: string }[]>`select slug, name from teams`).map(({ slug, name }) => [slug, name]),
  );
  const counted = await sql<{ team: string }[]>`
    select distinct (select slug from teams t where t.id = r.team_id) as team from ${receipts} and r.team_id is not null
  `;
  const isTeam = new Set(counted.map(({ team }) => team));
  return {
    total_receipts: t.receipts,
    total_cost_usd: t.cost,
    ai_code_percentage: percentage(l.ai, l.added),
    tokens: { input: t.input, output: t.output, cache_read: t.cache_read, cache_creation: t.cache_creation },
    lines: {
      added: l.added,
      deleted: l.deleted,
      ai: l.ai,
      human: l.human,
      unknown: l.unknown,
      added_by_bots: l.added_by_bots,
    },
    coverage: {
      commits: l.commits,
      commits_with_receipts: l.commits_with_receipts,
      commits_with_ai_trailers: l.commits_with_ai_trailers,
      commits_by_bots: l.commits_by_bots,
      percentage: percentage(l.commits_with_receipts, l.commits),
    },
    acceptance: {
      accepted_lines: t.accepted,
      overridden_lines: t.overridden,
      percentage: percentage(t.accepted, t.accepted + t.overridden),
    },
    adoption: {
      active_people: active.size,
      committers: committers.size,
      active_committers: both,
      percentage: percentage(both, committers.size),
    },
    top_models: models.list.map(({ label, receipts: count, cost }) => ({ model: label, count, cost })),
    top_repos: repos.list.map(({ label, ...sums }) => ({ repo: label!, ...sums })),
    top_users: users.list.map(({ label, ...sums }) => ({ user: label, ...sums })),
    top_teams: teams.list.map(({ label, ...sums }) => ({
      team: label,
      name: label !== null && isTeam.has(label) ? names.get(label)! : null,
      ...sums,
    })),
    top_tools: tools.list.map(({ label, ...sums }) => ({ tool: label, ...sums })),
    other: { models: models.other, repos: repos.other, users: users.other, teams: teams.other, tools: tools.other },
    daily_trend: [...(await trend('day'))],
    trend: { bucket, time_zone, points: [...(await trend(bucket))] },
    cost_basis: {
      recorded: await basis(sql`r.cost_basis = 'recorded'`),
      estimated: await basis(sql`r.cost_basis = 'estimated'`),
      unknown: await basis(sql`r.cost_basis = 'unknown'`),
      suspect: await basis(sql`r.tokens_suspect`),
    },
  };
}
