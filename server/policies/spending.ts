import type { Policy, PolicyState } from '../../shared/api/policies.js';
import { repoPatterns } from '../../shared/policy/patterns.js';
import { type CostLimit, costLimit, personOf, type SpendKey } from '../../shared/policy/windows.js';
import type { Sql } from '../db.js';

/** What one payer's receipts of a policy on cost came to in one window. */
export interface Sum {
  window: string;
  /** As in `state.spend`. */
  per: string | null;
  usd: number;
  receipts: number;
  /** One of them. */
  receipt_id: string;
}

/**
 * The sums that the keys ask for, without the receipts of `except`: 0 where nothing was spent. Summed from the receipts each
 * time, so that there is no counter which could drift from them.
 */
export async function spendOf(
  sql: Sql,
  orgId: string,
  policy: Policy,
  keys: readonly SpendKey[],
  except: readonly string[] = [],
): Promise<PolicyState['spend']> {
  if (keys.length === 0) return [];
  const windows = [...new Set(keys.map(({ window }) => window))];
  const known = new Map<string, number>();
  for (const { window, per, usd } of await sumSpending(sql, orgId, policy, windows, except))
    known.set(`${window} ${per}`, usd);
  return keys.map(({ window, per }) => ({ policy: policy.name, window, per, usd: known.get(`${window} ${per}`) ?? 0 }));
}

/** What every payer of a policy on cost spent in each of the windows. */
export async function sumSpending(
  sql: Sql,
  orgId: string,
  policy: Policy,
  windows: readonly string[],
  except: readonly string[] = [],
): Promise<Sum[]> {
  const { per } = costLimit(policy.rule)!;
  const { teams, repos } = policy.scope ?? {};
  const bounds = windows.map(windowBounds);
  const starts = bounds.map(({ from }) => from);
  const ends = bounds.map(({ to }) => to);
  const repoIds = repos && (await matchingRepos(sql, orgId, repos));
  const rows = await sql<(Omit<Sum, 'per'> & { payer: string | null; payer_name: string | null })[]>`
    select w."window", ${payerColumn(sql, per)} as payer, ${per === 'person' ? sql`r.user_name` : sql`null::text`} as payer_name,
      sum(r.cost_usd)::float8 as usd, count(*)::float8 as receipts, min(r.id::text) as receipt_id
    from unnest(${windows}::text[], ${starts}::text[]::timestamptz[], ${ends}::text[]::timestamptz[]) as w ("window", "from", "to")
    join receipts r on r.org_id = ${orgId} and r."timestamp" >= w."from" and r."timestamp" < w."to"
    join repos p on p.org_id = ${orgId} and p.id = r.repo_id
    left join teams t on t.org_id = ${orgId} and t.id = r.team_id
    where r.cost_usd > 0 and r.id <> all(${except}::uuid[])
      ${repoIds ? sql`and r.repo_id = any(${repoIds}::uuid[])` : sql``}
      ${teams ? sql`and ${ofTeams(sql, orgId, teams)}` : sql``}
    group by 1, 2, 3
  `;
  const sums = new Map<string, Sum>();
  for (const { payer, payer_name, ...row } of rows) {
    // As the evaluator names people: what lower() makes of letters beyond ASCII depends on the database.
    const sum = { ...row, per: per === 'person' ? personOf({ user_email: payer, user_name: payer_name }) : payer };
    const key = `${sum.window} ${sum.per}`;
    const { usd, receipts } = sums.get(key) ?? { usd: 0, receipts: 0 };
    sums.set(key, { ...sum, usd: sum.usd + usd, receipts: sum.receipts + receipts });
  }
  return [...sums.values()];
}

/** Whose sum a receipt belongs to, as `payerOf` of the evaluator says. */
function payerColumn(sql: Sql, per: CostLimit['per']) {
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
