import { randomUUID } from 'node:crypto';
import type { JobState } from '../../shared/api/jobs.js';
import type { Sql } from '../db.js';
import { utc } from '../time.js';

/** Key of the one job of its kind that an org has for ever: it waits again when it has run. */
export const RECURRING = 'recurring';

export interface JobOptions {
  /** Not before then; at once where nothing is said. */
  runAt?: Date;
  /** At most one job waits per org, kind and key: while one does, it is answered instead of a new one, with the earlier time. */
  key?: string;
  /** Id of the API key that may read the job's state at GET /jobs/:id. Without it only keys with the scope * may. */
  by?: string;
}

/**
 * Queues a job in the transaction of the caller, so that it is there if and only if what asked for it is; answers its id.
 * The payload is kept until some days after the job has ended: no secrets in it.
 */
export async function enqueueJob(
  sql: Sql,
  orgId: string,
  kind: string,
  payload: Record<string, unknown>,
  { runAt, key, by }: JobOptions = {},
): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into jobs (org_id, id, kind, key, by, payload, due_at)
    values (
      ${orgId}, ${randomUUID()}, ${kind}, ${key ?? null}, ${by ?? null}, ${sql.json(payload as never)},
      coalesce(${runAt?.toISOString() ?? null}::text::timestamptz, now())
    )
    on conflict (org_id, kind, key) where status = 'waiting' do update set due_at = least(jobs.due_at, excluded.due_at)
    returning id
  `;
  return row!.id;
}

/** What became of a job; undefined when there is none, or when it ended so long ago that it was removed. */
export async function findJob(sql: Sql, orgId: string, id: string): Promise<JobState | undefined> {
  return (await findQueued(sql, orgId, id))?.job;
}

/** As `findJob`, with the API key that queued it. */
export async function findQueued(
  sql: Sql,
  orgId: string,
  id: string,
): Promise<{ job: JobState; by: string | null } | undefined> {
  const [row] = await sql<(JobState & { by: string | null })[]>`
    select id, kind, status, progress, attempts, error, result, by,
      ${utc(sql, 'created_at')} as created_at, ${utc(sql, 'finished_at')} as finished_at
    from jobs
    where org_id = ${orgId} and id = ${id}
  `;
  if (!row) return undefined;
  const { by, ...job } = row;
  return { job, by };
}

/** Starts a kind that recurs "for orgs that ask" (kinds.ts) for one of them; it may have been started before. */
export async function startRecurring(sql: Sql, orgId: string, kind: string): Promise<void> {
  await sql`
    insert into jobs (org_id, id, kind, key, payload) values (${orgId}, ${randomUUID()}, ${kind}, ${RECURRING}, '{}')
    on conflict do nothing
  `;
}
