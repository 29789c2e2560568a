import type { Violation } from '../../shared/api/policies.js';
import { stableId } from '../../shared/ids.js';
import type { Sql } from '../db.js';

/** A violation found in what is stored, with what it is looked up by. */
export interface Found {
  violation: Violation & { policy_id: string };
  policy_version: number;
  /** Null for sums over several repositories. */
  repo_id: string | null;
  /** E-mail in lower case, else name. */
  person: string | null;
  team: string | null;
  occurred_at: string;
}

/**
 * What is violated where, as an identity: found again, by whatever batch and in whatever order, it is the same violation. Limits on
 * cost are violated once by each sum and window, what concerns a repository once by it, and the rest by a file, receipt or commit.
 */
export function violationId({ violation, repo_id }: Pick<Found, 'violation' | 'repo_id'>): string {
  const { policy_id, rule, commit, path, receipt_id, subject, window } = violation;
  const place = () => {
    const repo = repo_id ?? '';
    if (rule === 'max_cost_per_day' || rule === 'max_cost_per_month') return [window ?? '', subject ?? ''];
    if (rule === 'max_ai_percentage' || rule === 'require_receipts') return [repo];
    if (rule === 'forbidden_paths') return [repo, commit ?? '', path ?? ''];
    return receipt_id === null ? [repo, 'commit', commit ?? ''] : [repo, 'receipt', receipt_id];
  };
  return stableId('violation', policy_id, rule, ...place());
}

const RECORD = `
  id uuid, policy_id uuid, policy_version integer, rule text, action text, repo_id uuid, person text, team text,
  content jsonb, occurred_at timestamptz`;

/**
 * Stores violations. One that is known gets what was found now (a sum that has grown), and keeps when it was found first and
 * that it was acknowledged. Rows are locked in the order of their ids. Answers each of them once.
 */
export async function recordViolations(sql: Sql, orgId: string, found: readonly Found[]): Promise<Violation[]> {
  const rows = new Map(found.map((one) => [violationId(one), one]));
  if (rows.size === 0) return [];
  const list = [...rows].map(([id, { violation, ...about }]) => {
    const { policy_id, rule, action } = violation;
    return { id, policy_id, rule, action, content: violation, ...about };
  });
  await sql`
    insert into violations (
      org_id, id, policy_id, policy_version, rule, action, repo_id, person, team, content, occurred_at
    )
    select ${orgId}, id, policy_id, policy_version, rule, action, repo_id, person, team, content, occurred_at
    from jsonb_to_recordset(${sql.json(list as never)}) as i (${sql.unsafe(RECORD)})
    order by id
    on conflict (org_id, id) do update set
      policy_version = excluded.policy_version, action = excluded.action, repo_id = excluded.repo_id,
      person = excluded.person, team = excluded.team, content = excluded.content, occurred_at = excluded.occurred_at,
      updated_at = now()
    where violations.content is distinct from excluded.content
  `;
  return list.map(({ content }) => content);
}
