import type { Policy, PolicyInput, RuleName } from '../../shared/api/policies.js';
import type { PolicyItem, PolicyVersion } from '../../shared/api/policy-endpoints.js';
import type { Sql } from '../db.js';
import { utc } from '../time.js';

export interface Author {
  id: string;
  name: string;
}

/** A policy as it stands in the database. */
interface PolicyRow {
  id: string;
  version: number;
  content: PolicyInput;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
}

const toItem = ({ id, version, content, created_at, updated_at, deleted_at }: PolicyRow): PolicyItem => ({
  id,
  version,
  ...content,
  created_at,
  updated_at,
  deleted_at,
});

/** Policies that are not deleted, by name. */
export async function listPolicies(
  sql: Sql,
  orgId: string,
  { enabled, rule }: { enabled?: boolean | undefined; rule?: RuleName | undefined } = {},
): Promise<PolicyItem[]> {
  const rows = await sql<PolicyRow[]>`
    select ${columns(sql)}
    from policies
    where org_id = ${orgId} and deleted_at is null
      ${enabled === undefined ? sql`` : sql`and enabled = ${enabled}`}
      ${rule === undefined ? sql`` : sql`and jsonb_exists(content -> 'rule', ${rule})`}
    order by name
  `;
  return rows.map(toItem);
}

/** What an evaluation takes: the policies that are switched on. */
export async function enabledPolicies(sql: Sql, orgId: string): Promise<Policy[]> {
  const rows = await sql<{ id: string; version: number; content: PolicyInput }[]>`
    select id, version, content from policies where org_id = ${orgId} and deleted_at is null and enabled order by name
  `;
  return rows.map(({ id, version, content }) => ({ ...content, id, version }));
}

/** One policy, deleted or not. `lock`: nobody else changes it until the transaction ends. */
export async function findPolicy(
  sql: Sql,
  orgId: string,
  id: string,
  { lock = false } = {},
): Promise<PolicyItem | undefined> {
  const [row] = await sql<PolicyRow[]>`
    select ${columns(sql)} from policies where org_id = ${orgId} and id = ${id} ${lock ? sql`for update` : sql``}
  `;
  return row && toItem(row);
}

/** How many policies an org has, and how many bytes they are together, without one of them. */
export async function measurePolicies(
  sql: Sql,
  orgId: string,
  without: string | null = null,
): Promise<{ count: number; bytes: number }> {
  const [row] = await sql<{ count: number; bytes: number }[]>`
    select count(*)::int as count, coalesce(sum(octet_length(content::text)), 0)::float8 as bytes
    from policies
    where org_id = ${orgId} and deleted_at is null and id is distinct from ${without}::uuid
  `;
  return row!;
}

/** Undefined when a living policy has that name. */
export async function insertPolicy(
  sql: Sql,
  orgId: string,
  id: string,
  content: PolicyInput,
): Promise<PolicyItem | undefined> {
  const [row] = await sql<PolicyRow[]>`
    insert into policies (org_id, id, version, name, enabled, content)
    values (${orgId}, ${id}, 1, ${content.name}, ${content.enabled}, ${sql.json(content as never)})
    on conflict (org_id, name) where deleted_at is null do nothing
    returning ${columns(sql)}
  `;
  return row && toItem(row);
}

/** Makes `content` the next version. Throws PostgreSQL's 23505 when another living policy has that name. */
export async function updatePolicy(sql: Sql, orgId: string, id: string, content: PolicyInput): Promise<PolicyItem> {
  const [row] = await sql<PolicyRow[]>`
    update policies set version = version + 1, name = ${content.name}, enabled = ${content.enabled},
      content = ${sql.json(content as never)}, updated_at = now()
    where org_id = ${orgId} and id = ${id}
    returning ${columns(sql)}
  `;
  return toItem(row!);
}

export async function deletePolicy(sql: Sql, orgId: string, id: string): Promise<PolicyItem> {
  const [row] = await sql<PolicyRow[]>`
    update policies set version = version + 1, updated_at = now(), deleted_at = now()
    where org_id = ${orgId} and id = ${id}
    returning ${columns(sql)}
  `;
  return toItem(row!);
}

/** Keeps the version that a policy has got. `content` null: it was deleted. */
export async function insertVersion(
  sql: Sql,
  orgId: string,
  { id, version }: PolicyItem,
  content: PolicyInput | null,
  author: Author,
): Promise<void> {
  await sql`
    insert into policy_versions (org_id, policy_id, version, content, key_id, key_name)
    values (${orgId}, ${id}, ${version}, ${content && sql.json(content as never)}, ${author.id}, ${author.name})
  `;
}

/** Every version of a policy, newest first. */
export async function listVersions(sql: Sql, orgId: string, id: string): Promise<PolicyVersion[]> {
  return sql<PolicyVersion[]>`
    select version, content, json_build_object('key_id', key_id, 'key_name', key_name) as changed_by,
      ${utc(sql, 'created_at')} as created_at
    from policy_versions
    where org_id = ${orgId} and policy_id = ${id}
    order by version desc
    limit 1000
  `;
}

const columns = (sql: Sql) => sql`
  id, version, content, ${utc(sql, 'created_at')} as created_at, ${utc(sql, 'updated_at')} as updated_at,
  ${utc(sql, 'deleted_at')} as deleted_at
`;
