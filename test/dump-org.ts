import postgres from 'postgres';

/** Every row of an org in every table, as text: all that a dump of the database would show of it. */
export async function dumpOrg(adminUrl: string, orgId: string): Promise<string> {
  const sql = postgres(adminUrl, { max: 1 });
  try {
    const tables = await sql<{ name: string }[]>`
      select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'org_id' order by 1
    `;
    const parts: string[] = [];
    for (const { name } of tables) {
      const rows =
        await sql`select (to_jsonb(t) - 'last_used_at')::text as row from ${sql(name)} t where org_id = ${orgId} order by 1`;
      parts.push(`-- ${name}`, ...rows.map(({ row }) => row));
    }
    return parts.join('\n');
  } finally {
    await sql.end();
  }
}
