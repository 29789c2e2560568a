import type postgres from 'postgres';

/** Small, and read by everyone: a copy on each worker. Keys are found by a selector that is unique over all orgs. */
export const REFERENCE_TABLES = ['orgs', 'api_keys'];

/**
 * On a Citus: spreads the tables over its workers by org, those that are not yet. On any other PostgreSQL: nothing. Answers
 * the tables that were spread. This has never run on a Citus itself: the test stands in for the functions of one.
 */
export async function distributeTables(sql: postgres.Sql): Promise<string[]> {
  const [found] = await sql<{ citus: boolean }[]>`
    select to_regclass('citus_tables') is not null and to_regproc('create_reference_table') is not null as citus
  `;
  if (!found!.citus) return [];
  const tables = await sql<{ name: string; reference: boolean }[]>`
    select c.relname as name, c.relname = any(${REFERENCE_TABLES}) as reference
    from pg_class c
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
      and exists (select from pg_attribute where attrelid = c.oid and attname = 'org_id' and not attisdropped)
      and not exists (select from citus_tables where table_name = c.oid::regclass)
    -- A table comes after those it refers to: its oid is higher.
    order by c.relname = any(${REFERENCE_TABLES}) desc, c.oid
  `;
  for (const { name, reference } of tables) {
    if (reference) await sql`select create_reference_table(${name}::regclass)`;
    else await sql`select create_distributed_table(${name}::regclass, 'org_id')`;
  }
  return tables.map(({ name }) => name);
}
