import { groupBy } from '../../shared/group-by.js';
import type { Sql } from '../db.js';
import { instant } from '../time.js';
import type { StoredBatch } from './judge-batch.js';
import type { Range } from './simulate.js';
import { teamsOfRepos } from './teams-of.js';

export interface Repo {
  repo_id: string;
  repo: string;
}

/** Items as the batches in which their repositories might have sent them. */
export async function batchesOf<T extends Repo>(
  sql: Sql,
  orgId: string,
  items: readonly T[],
  content: (items: T[]) => Partial<Pick<StoredBatch, 'receipts' | 'commits'>>,
): Promise<StoredBatch[]> {
  const byRepo = groupBy(items, ({ repo_id }) => repo_id);
  const teams = await teamsOfRepos(sql, orgId, [...byRepo.keys()]);
  const about = { orgId, now: new Date().toISOString(), teams, receipts: [], commits: [] };
  return [...byRepo].map(([repoId, part]) => ({ ...about, repoId, repo: part[0]!.repo, ...content(part) }));
}

/** The condition that a time lies in a range. */
export const within = (sql: Sql, column: string, { from, to }: Range) =>
  sql`${sql(column)} >= ${instant(sql, from)} and ${sql(column)} < ${instant(sql, to)}`;

/** Conditions on `commits c`: those of a range that count. */
export const counting = (sql: Sql, range: Range) =>
  sql`c.on_default_branch and not c.is_merge and c.added is not null and ${within(sql, 'c.committed_at', range)}`;
