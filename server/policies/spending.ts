import type { Policy, PolicyState } from '../../shared/api/policies.js';
import { repoPatterns } from '../../shared/policy/patterns.js';
import { costLimit, type Per, personOf, type SpendKey } from '../../shared/policy/windows.js';
import type { Sql } from '../db.js';

type Spend = PolicyState['spend'];

/**
 * What the receipts of a policy on cost came to in each of the keys' windows, without those of `except`: 0 where nothing was
 * spent. Summed from the receipts each time, so that there is no counter which could drift from them.
 */
export async function spendOf(
  sql: Sql,
  orgId: string,
  policy: Policy,
  keys: readonly SpendKey[],
  except: readonly string[] = [],
): Promise<Spend> {
  const limit = costLimit(policy.rule);
  if (!limit || keys.length === 0) return [];
  const windows = [...new Set(keys.map(({ window }) => window))];
  const bounds = windows.map(windowBounds);
  const starts = bounds.map(({ from }) => from);
  const ends = bounds.map(({ to }) => to);
  const repoIds = policy.scope?.repos && (await matchingRepos(sql, orgId, policy.scope.repos));
  const rows = await sql<{ window: string; payer: string | null; payer_name: string | null; usd: number }[]>`
    select w."window", ${payerOf(sql, limit.per)} as payer,
      ${limit.per === 'person' ? sql`r.user_name` : sql`null::text`} as payer_name, sum(r.cost_usd)::float8 as usd
    from unnest(${windows}::text[], ${starts}::text[]::timestamptz[], ${ends}::text[]::timestamptz[]) as w ("window", "from", "to")
    join receipts r on r.org_id = ${orgId} and r."timestamp" >= w."from" and r."timestamp" < w."to"
    join repos p on p.org_id = ${orgId} and p.id = r.repo_id
    left join teams t on t.org_id = ${orgId} and t.id = r.team_id
    where r.cost_usd > 0 and r.id <> all(${except}::uuid[]) 
      ${repoIds ? sql`and r.repo_id = any(${repoIds}::uuid[])` : sql``}
      ${policy.scope?.teams ? sql`and ${ofTeams(sql, orgId, policy.scope.teams)}` : sql``}
    group by 1, 2, 3
  `;
  const sums = new Map<string, number>();
  for (const { window, payer, payer_name, usd } of rows) {
    // In lower case as the evaluator makes it: what lower() does beyond ASCII depends on the database.
    const per = limit.per === 'person' ? personOf({ user_email: payer, user_name: payer_name }) : payer;
    sums.set(`${window} ${per}`, (sums.get(`${window} ${per}`) ?? 0) + usd);
  }
  return keys.map(({ window, per }) => ({ policy: policy.name, window, per, usd: sums.get(`${window} ${per}`) ?? 0 }));
}

/** Whose sum a receipt belongs to, as `payerOf` of the evaluator says. */
function payerOf(sql: Sql, per: Per) {
  if (per === 'scope') return sql`null::text`;
  if (per === 'repo') return sql`p.name`;
  return per === 'team' ? sql`coalesce(t.slug, r.team)` : sql`r.user_email`;
}

/** The receipts of `r` that count for one of the teams, or are of a repository assigned to one. */
const ofTeams = (sql: Sql, orgId: string, teams: readonly string[]) => sql`(
  coalesce(t.slug, r.team) = any(${teams}::text[])
  or r.repo_id in (
    select a.repo_id
    from team_repos a
    join teams s on s.org_id = ${orgId} and s.id = a.team_id
    where a.org_id = ${orgId} and s.slug = any(${teams}::text[]) and s.archived_at is null
  )
)`;

async function matchingRepos(sql: Sql, orgId: string, patterns: readonly string[]): Promise<string[]> {
  const repos = await sql<{ id: string; name: string }[]>`select id, name from repos where org_id = ${orgId}`;
  const { find } = repoPatterns(patterns);
  return repos.filter(({ name }) => find(name) !== undefined).map(({ id }) => id);
}

/** A day (`2026-02-14`) or month (`2026-02`) in UTC as the instants it begins and ends. */
export function windowBounds(window: string): { from: string; to: string } {
  const from = new Date(`${window.length === 7 ? `${window}-01` : window}T00:00:00Z`);
  const to = new Date(from);
  if (window.length === 7) to.setUTCMonth(to.getUTCMonth() + 1);
  else to.setUTCDate(to.getUTCDate() + 1);
  return { from: from.toISOString(), to: to.toISOString() };
}
