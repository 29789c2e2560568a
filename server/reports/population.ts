import { createHash } from 'node:crypto';
import { column } from '../../shared/report/build.js';
import type { Table } from '../../shared/report/document.js';
import type { Query } from '../db.js';
import { receiptConditions } from '../receipts/filters.js';
import { utc } from '../time.js';
import type { ReportScope } from './scope.js';
import { sqlTable } from './sql-table.js';

/** What a report is about, item by item, so that a reader can tell that nothing was left out. */
export interface Population {
  /** The query in words. */
  words: string;
  /** In order. */
  ids: () => Query<{ id: string }>;
  /** Items of it that were chosen by the seed. */
  sample: (seed: string) => Table;
}

/** Items of a sample; auditors commonly test 25 of a population with many items a day. */
export const SAMPLE = 25;

/** How many items there are, and SHA-256 over their ids, each followed by a line feed. */
export async function countItems({ ids }: Population): Promise<{ rows: number; sha256: string }> {
  const hash = createHash('sha256');
  let rows = 0;
  for await (const batch of ids().cursor(10_000)) {
    hash.update(batch.map(({ id }) => `${id}\n`).join(''));
    rows += batch.length;
  }
  return { rows, sha256: hash.digest('hex') };
}

/** The same for the same question: an item is in the sample or not whenever somebody asks. */
export function seedOf({ orgId, type, filters }: ReportScope): string {
  const { from, to, team = '', repo = '' } = filters;
  return createHash('sha256')
    .update(JSON.stringify([orgId, type, from, to, team, repo]))
    .digest('hex')
    .slice(0, 16);
}

/** Every receipt of the period and filters: what /analytics counts as total_receipts. */
export function receiptPopulation({ sql, orgId, filters }: ReportScope): Population {
  const conditions = receiptConditions(sql, orgId, filters);
  return {
    words: `All receipts of the organisation whose time is in the period${filters.repo === undefined ? '' : ', of the repository'}${filters.team === undefined ? '' : ', that count for the team'}, in their current revision, by time and id.`,
    ids: () => sql<{ id: string }[]>`
      select r.id from receipts r where ${conditions} order by r."timestamp", r.id
    `,
    sample: (seed) =>
      sqlTable(
        {
          id: 'sample',
          title: 'Sample',
          columns: [
            column('receipt_id', 'Receipt'),
            column('recorded_at', 'Time', 'instant'),
            column('repo', 'Repository'),
            column('tool', 'Tool'),
            column('model', 'Model'),
            column('prompt_hash', 'Prompt hash'),
            column('cost_usd', 'Cost', 'usd'),
            column('cost_basis', 'Cost basis'),
          ],
          empty: 'There is nothing to choose from.',
        },
        () => sql`
          select r.id as receipt_id, ${utc(sql, 'r.timestamp')} as recorded_at, p.name as repo, r.tool, r.model, r.prompt_hash,
            r.cost_usd::float8, r.cost_basis
          from receipts r
          join repos p on p.org_id = ${orgId} and p.id = r.repo_id
          where ${conditions}
          order by sha256(convert_to(${seed} || ':' || r.id::text, 'UTF8')), r.id
          limit ${SAMPLE}
        `,
      ),
  };
}
