import type { Violation } from '../../shared/api/policies.js';
import type { Sql } from '../db.js';
import { violationId } from '../policies/record.js';

/**
 * Derives the ids of an erased person's sums anew: they are made of whose sum it is (policies/record.ts). Otherwise the next
 * batch would find the same violation again and store it beside this one.
 */
export async function renameViolations(sql: Sql, orgId: string, person: string): Promise<void> {
  const rows = await sql<{ id: string; repo_id: string | null; content: Violation & { policy_id: string } }[]>`
    select id, repo_id, content from violations where org_id = ${orgId} and content ->> 'subject' like ${`%${person}%`}
  `;
  for (const { id, repo_id, content } of rows) {
    const renamed = violationId({ violation: content, repo_id });
    if (renamed !== id) await sql`update violations set id = ${renamed} where org_id = ${orgId} and id = ${id}`;
  }
}
