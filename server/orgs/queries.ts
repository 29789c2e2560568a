import type { Sql } from '../db.js';

export interface Org {
  id: string;
  slug: string;
  name: string;
  created_at: Date;
}

/** Undefined when the slug is taken. */
export async function insertOrg(sql: Sql, org: { id: string; slug: string; name: string }): Promise<Org | undefined> {
  const [row] = await sql<Org[]>`
    insert into orgs (org_id, slug, name) values (${org.id}, ${org.slug}, ${org.name})
    on conflict (slug) do nothing
    returning org_id as id, slug, name, created_at
  `;
  return row;
}

export async function listOrgs(sql: Sql): Promise<Org[]> {
  return sql<Org[]>`select org_id as id, slug, name, created_at from orgs order by slug`;
}

/** The org of a transaction of a tenant. */
export async function findOrgById(sql: Sql, orgId: string): Promise<Org> {
  const [row] = await sql<Org[]>`select org_id as id, slug, name, created_at from orgs where org_id = ${orgId}`;
  return row!;
}

export async function findOrg(sql: Sql, slug: string): Promise<Org | undefined> {
  const [row] = await sql<Org[]>`select org_id as id, slug, name, created_at from orgs where slug = ${slug}`;
  return row;
}
