import { type HashOf, type Range, type Subtree, subtreesOf } from '../../shared/audit/merkle.js';
import type { Sql } from '../db.js';

export interface Node {
  level: number;
  index: number;
  /** Hex. */
  hash: string;
}

export const nodeKey = ({ level, index }: Subtree) => `${level}/${index}`;

/** Reads the stored subtrees that make up some ranges, in one statement, and answers a lookup in them. */
export async function findNodes(sql: Sql, orgId: string, ranges: readonly Range[]): Promise<HashOf> {
  const wanted = ranges.flatMap((range) => subtreesOf(range));
  const rows = await sql<{ level: number; index: number; hash: Uint8Array }[]>`
    select n.level, n.index::float8 as index, n.hash
    from jsonb_to_recordset(${sql.json(wanted as never)}) as w (level smallint, index bigint)
    join audit_nodes n on n.org_id = ${orgId} and n.level = w.level and n.index = w.index
  `;
  const hashes = new Map(rows.map(({ hash, ...subtree }) => [nodeKey(subtree), Buffer.from(hash)]));
  return (subtree) => {
    const hash = hashes.get(nodeKey(subtree));
    if (!hash) throw new Error(`the audit tree lacks the subtree ${nodeKey(subtree)}: restore a backup of audit_nodes`);
    return hash;
  };
}
