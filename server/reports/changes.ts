import { percentage } from '../../shared/percentage.js';
import { column } from '../../shared/report/build.js';
import type { Table } from '../../shared/report/document.js';
import { receiptConditions } from '../receipts/filters.js';
import { utc } from '../time.js';
import { covering, type PolicyExemption } from './exemptions.js';
import type { ReportScope } from './scope.js';
import { sqlTable } from './sql-table.js';

interface ChangeRow {
  recorded_at: string;
  arrived_at: string;
  repo: string;
  commit: string | null;
  author: string | null;
  person: string | null;
  ai: number | null;
  added: number | null;
  is_blocked: boolean | null;
  policies: string | null;
  paths: string[] | null;
}

/** When at least one policy was switched on, `until` excluded. */
interface Span {
  since: string;
  until: string | null;
}

/**
 * Every AI-assisted change: a receipt in a commit that it speaks of. Lines are those of the commit as it stands on the default branch;
 * one that was rewritten is looked up by what it became.
 */
export async function changesTable(scope: ReportScope, exemptions: readonly PolicyExemption[]): Promise<Table> {
  const { sql, orgId, filters } = scope;
  const spans = await judgedSpans(scope);
  const needsPaths = exemptions.some(({ paths }) => paths !== undefined);
  return sqlTable<ChangeRow>(
    {
      id: 'changes',
      title: 'AI-assisted changes',
      columns: [
        column('recorded_at', 'Time', 'instant'),
        column('repo', 'Repository'),
        column('commit', 'Commit'),
        column('landed_as', 'On the default branch as'),
        column('author', 'Author'),
        column('person', 'Asked by'),
        column('tool', 'Tool'),
        column('provider', 'Provider'),
        column('model', 'Model'),
        column('prompt_hash', 'Prompt hash'),
        column('ai', 'AI lines', 'count'),
        column('added', 'Lines added', 'count'),
        column('ai_share', 'AI share', 'percent'),
        column('decision', 'Policy decision'),
        column('policies', 'Policies violated'),
        column('exempted_by', 'Exemption'),
        column('approver', 'Approver'),
        column('receipt_id', 'Receipt'),
      ],
      empty: 'No receipt is in the period.',
    },
    () => sql<ChangeRow[]>`
      with found as materialized (
        select v.content ->> 'receipt_id' as receipt_id, v.repo_id, v.content ->> 'commit' as commit_oid, v.action, p.name
        from violations v
        join policies p on p.org_id = ${orgId} and p.id = v.policy_id
        where v.org_id = ${orgId}
      ), by_receipt as (
        select receipt_id::uuid as receipt_id, bool_or(action = 'block') as is_blocked,
          string_agg(distinct name, ', ' order by name) as policies
        from found where receipt_id is not null group by 1
      ), by_commit as (
        select repo_id, commit_oid, bool_or(action = 'block') as is_blocked,
          string_agg(distinct name, ', ' order by name) as policies
        from found where receipt_id is null and commit_oid is not null group by 1, 2
      )
      select ${utc(sql, 'r.timestamp')} as recorded_at, ${utc(sql, 'r.synced_at')} as arrived_at, r.id as receipt_id,
        p.name as repo, nullif(a.commit_oid, '') as commit, l.oid as landed_as,
        coalesce(lower(c.author_email), c.author_name) as author, coalesce(r.author, r.user_name) as person, r.tool, r.provider, r.model,
        r.prompt_hash, l.ai, l.added,
        case when by_receipt.receipt_id is null and by_commit.commit_oid is null then null
          else coalesce(by_receipt.is_blocked, false) or coalesce(by_commit.is_blocked, false) end as is_blocked,
        nullif(concat_ws(', ', by_receipt.policies, by_commit.policies), '') as policies,
        ${needsPaths ? sql`(select array_agg(f ->> 'path') from jsonb_array_elements(a.files) as f)` : sql`null::text[]`} as paths
      from receipts r
      left join attributions a on a.org_id = ${orgId} and a.receipt_id = r.id
      join repos p on p.org_id = ${orgId} and p.id = coalesce(a.repo_id, r.repo_id)
      left join commits c on c.org_id = ${orgId} and c.repo_id = a.repo_id and c.oid = a.commit_oid
      left join commits l on l.org_id = ${orgId} and l.repo_id = a.repo_id and l.on_default_branch and not l.is_merge
        and l.oid = case when c.on_default_branch then c.oid else c.rewritten_to end
      left join by_receipt on by_receipt.receipt_id = r.id
      left join by_commit on by_commit.repo_id = a.repo_id and by_commit.commit_oid = a.commit_oid
      where ${receiptConditions(sql, orgId, filters)}
      order by r."timestamp", r.id, p.name collate "C", a.commit_oid
    `,
    (row) => {
      const { is_blocked, policies, recorded_at, repo, commit, paths } = row;
      const people = [row.person, row.author].filter((name) => name !== null).map((name) => name.toLowerCase());
      const exempted = covering(exemptions, { time: recorded_at, repo, commit, people, paths: paths ?? [] });
      return {
        ...row,
        ai_share: row.added === null ? null : percentage(row.ai ?? 0, row.added),
        decision: is_blocked === null ? unviolated(spans, row.arrived_at) : is_blocked ? 'block' : 'warn',
        policies,
        exempted_by: exempted ? `${exempted.policy}: ${exempted.exemption.reason}` : null,
        approver: exempted?.exemption.approver ?? null,
      };
    },
  );
}

/** Receipts are judged when they arrive. Without a policy nothing was judged, which is not the same as a pass. */
const unviolated = (spans: readonly Span[], arrived: string): string =>
  spans.some(({ since, until }) => since <= arrived && (until === null || arrived < until)) ? 'pass' : 'not judged';

async function judgedSpans({ sql, orgId }: ReportScope): Promise<Span[]> {
  return sql<Span[]>`
    with versions as (
      select v.created_at, v.content, lead(v.created_at) over (partition by v.policy_id order by v.version) as ended_at
      from policy_versions v
      where v.org_id = ${orgId}
    )
    select ${utc(sql, 'v.created_at')} as since, ${utc(sql, 'v.ended_at')} as until
    from versions v
    where (v.content ->> 'enabled')::boolean
    order by v.created_at
  `;
}
