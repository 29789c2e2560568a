import type { Sql } from '../db.js';
import { type Identity, patternOf } from './identity.js';
import { UNTOUCHED } from './places.js';
import type { Pseudonyms } from './pseudonyms.js';
import { scrubText } from './scrub.js';

/** Columns of people's making that are not changed; the others of UNTOUCHED are made by us. */
const COLUMNS = ['orgs.name', 'repos.name', 'repos.default_branch', 'audit_events.event'];

/** What still names the person, so that nobody believes it does not. */
export async function findLeft(
  sql: Sql,
  orgId: string,
  { identities, pseudonyms }: { identities: readonly Identity[]; pseudonyms: Pseudonyms },
): Promise<{ column: string; rows: number; why: string }[]> {
  const patterns = identities.map(patternOf);
  const left = [];
  for (const path of COLUMNS) {
    const [table, column] = path.split('.') as [string, string];
    const texts = await sql<{ text: string; rows: number }[]>`
      select ${sql(column)} as text, count(*)::int as rows from ${sql(table)}
      where org_id = ${orgId} and lower(${sql(column)}) like any(${patterns}::text[])
      group by 1 limit 10000
    `;
    const named = texts.filter(({ text }) => scrubText(text, pseudonyms) !== text);
    const rows = named.reduce((sum, one) => sum + one.rows, 0);
    if (rows > 0) left.push({ column: path, rows, why: UNTOUCHED[path]! });
  }
  return left;
}
