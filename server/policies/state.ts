import type { Policy, PolicyState } from '../../shared/api/policies.js';
import type { SpendKey } from '../../shared/policy/windows.js';
import type { Sql } from '../db.js';
import { repoLines } from './facts.js';
import { spendOf } from './spending.js';

/**
 * What the server knows and a change does not tell: the sums that its policies ask for and the lines of the repository,
 * without the receipts and commits of the change itself.
 */
export async function stateOf(
  sql: Sql,
  orgId: string,
  repoId: string | null,
  policies: readonly Policy[],
  keysOf: (policy: Policy) => SpendKey[],
  except: { receipts: readonly string[]; commits: readonly string[] } = { receipts: [], commits: [] },
): Promise<PolicyState> {
  const spend: PolicyState['spend'] = [];
  for (const policy of policies) spend.push(...(await spendOf(sql, orgId, policy, keysOf(policy), except.receipts)));
  const asksForLines = policies.some(({ rule }) => 'max_ai_percentage' in rule);
  return {
    as_of: new Date().toISOString(),
    spend,
    lines: asksForLines ? await repoLines(sql, orgId, repoId, except.commits) : null,
  };
}
