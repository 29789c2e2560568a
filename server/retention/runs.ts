import type { RetentionCounts } from '../../shared/api/retention.js';
import type { Sql } from '../db.js';
import { utc } from '../time.js';

/** Adds to what the open run of an org removed; opens one where there is none. */
export async function add(sql: Sql, orgId: string, kind: keyof RetentionCounts, count: number): Promise<void> {
  await sql`
    insert into retention_runs (org_id, id, counts) values (${orgId}, ${crypto.randomUUID()}, ${sql.json({ [kind]: count })})
    on conflict (org_id) where finished_at is null do update
    set counts = retention_runs.counts
      || jsonb_build_object(${kind}::text, coalesce((retention_runs.counts ->> ${kind}::text)::bigint, 0) + ${count}::bigint)
  `;
}

/** Ends the open run. Undefined: there is none, nothing was removed. */
export async function finish(sql: Sql, orgId: string): Promise<{ id: string; counts: object } | undefined> {
  const [run] = await sql<{ id: string; counts: object }[]>`
    update retention_runs set finished_at = now() where org_id = ${orgId} and finished_at is null returning id, counts
  `;
  return run;
}

export interface Run {
  started_at: string;
  finished_at: string | null;
  counts: unknown;
}

export async function findLast(sql: Sql, orgId: string): Promise<Run | undefined> {
  const [run] = await sql<Run[]>`
    select ${utc(sql, 'started_at')} as started_at, ${utc(sql, 'finished_at')} as finished_at, counts
    from retention_runs where org_id = ${orgId}
    order by retention_runs.started_at desc limit 1
  `;
  return run;
}
