import type { Sql } from '../db.js';
import type { Table } from './records.js';

/** Of every table that holds data of ours: the columns that are not computed. In an order in which each comes after those it refers to. */
export async function findTables(sql: Sql): Promise<Table[]> {
  const tables = await sql<(Table & { refers_to: string[] })[]>`
    select c.relname as name,
      array(
        select attname::text from pg_attribute
        where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum
      ) as columns,
      array(
        select confrelid::regclass::text from pg_constraint where conrelid = c.oid and contype = 'f' and confrelid <> c.oid
      ) as refers_to
    from pg_class c
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migrations'
    order by c.relname
  `;
  const sorted: Table[] = [];
  const left = new Map(tables.map((table) => [table.name, table]));
  while (left.size > 0) {
    const free = [...left.values()].filter(({ refers_to }) => !refers_to.some((name) => left.has(name)));
    if (free.length === 0)
      throw new Error(`The tables ${[...left.keys()].join(', ')} refer to each other in a circle.`);
    for (const { name, columns } of free) {
      left.delete(name);
      sorted.push({ name, columns });
    }
  }
  return sorted;
}

/** A name as SQL: names come from the catalog, or from a file. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

export const columnList = ({ columns }: Table) => columns.map(quoted).join(', ');
