import postgres from 'postgres';

/** Every row of an org in every table, as the owner of the database sees it. */
export async function everything(adminUrl: string, orgId: string): Promise<Record<string, unknown[]>> {
  const sql = postgres(adminUrl, { max: 1 });
  try {
    const tables = await sql<{ name: string }[]>`
      select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'org_id'
    `;
    const rows = tables.map(
      ({ name }) =>
        sql`select to_jsonb(t) - 'last_used_at' as row from ${sql(name)} t where org_id = ${orgId} order by t::text`,
    );
    return Object.fromEntries((await Promise.all(rows)).map((list, n) => [tables[n]!.name, [...list]]));
  } finally {
    await sql.end();
  }
}
