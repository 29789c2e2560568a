import type { Sql } from '../db.js';
import { type Identity, patternOf } from './identity.js';
import type { Place } from './places.js';
import type { Pseudonyms } from './pseudonyms.js';
import { scrub } from './scrub.js';

type Row = Record<string, unknown>;

/** A row that names the person. */
export interface Found {
  row: Row;
  /** Its columns of `Place.columns` as an erasure leaves them. */
  scrubbed: Row;
}

/** Rows that the database finds at once; each is a few kilobytes, a policy a megabyte at most. */
export const PAGE = 500;

/**
 * Goes through the rows of a table that name the person, in the order of the key from behind `after`: one page. The database finds
 * candidates, the scrubber decides. `next` null: that was all. Each page goes on where the last one ended, so all together read
 * the table once; so that the longest takes no longer than it may, the statement may run ten minutes.
 */
export async function searchPage(
  sql: Sql,
  orgId: string,
  { table, key, columns, json = [] }: Place,
  who: { identities: readonly Identity[]; pseudonyms: Pseudonyms },
  after: Row | null,
): Promise<{ found: Found[]; next: Row | null }> {
  await sql`set local statement_timeout = '10min'`;
  // In the order of the key, from where the last page ended: expecting few rows, the planner would read and sort all for each page.
  await sql`set local enable_sort = off`;
  const names = Object.keys(key);
  const order = sql.unsafe(names.map((name) => `t.${name}`).join(', '));
  const behind = sql`and row(${order}) > (
    select ${sql.unsafe(names.join(', '))} from jsonb_to_record(${sql.json(after as never)}) as c (${sql.unsafe(typed(key))})
  )`;
  const rows = await sql<{ row: Row }[]>`
    select to_jsonb(t) as row
    from ${sql(table)} t
    where t.org_id = ${orgId} and lower(to_jsonb(t)::text) like any(${who.identities.map(patternOf)}::text[]) ${after === null ? sql`` : behind}
    order by ${order}
    limit ${PAGE}
  `;
  const found = rows.flatMap(({ row }): Found[] => {
    const before = pick(row, Object.keys(columns), json);
    const scrubbed = scrub(before, who.pseudonyms);
    return scrubbed === before ? [] : [{ row, scrubbed }];
  });
  const last = rows.length === PAGE ? rows.at(-1)!.row : undefined;
  return { found, next: last ? pick(last, names, []) : null };
}

/** Writes what a page found back without the person. */
export async function replacePage(
  sql: Sql,
  orgId: string,
  { table, key, columns, json = [], voided = [] }: Place,
  found: readonly Found[],
): Promise<void> {
  if (found.length === 0) return;
  const names = Object.keys(key);
  const rows = found.map(({ row, scrubbed }) => ({
    ...Object.fromEntries(names.map((name) => [`key_${name}`, row[name]])),
    ...Object.fromEntries(
      Object.entries(scrubbed).map(([name, value]) => [name, json.includes(name) ? JSON.stringify(value) : value]),
    ),
  }));
  const keys = Object.fromEntries(names.map((name) => [`key_${name}`, key[name]!]));
  const changes = [
    ...Object.keys(columns).map((name) => `${name} = v.${name}`),
    ...voided.map((name) => `${name} = null`),
  ];
  await sql`
    update ${sql(table)} t set ${sql.unsafe(changes.join(', '))}
    from jsonb_to_recordset(${sql.json(rows as never)}) as v (${sql.unsafe(typed({ ...keys, ...columns }))})
    where t.org_id = ${orgId} and ${sql.unsafe(names.map((name) => `t.${name} = v.key_${name}`).join(' and '))}
  `;
}

const typed = (columns: Record<string, string>) =>
  Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ');

function pick(row: Row, names: readonly string[], json: readonly string[]): Row {
  return Object.fromEntries(
    names.map((name) => [name, json.includes(name) ? JSON.parse(row[name] as string) : row[name]]),
  );
}
