import { randomUUID } from 'node:crypto';
import type { Database, Sql } from '../db.js';
import type { JobKind, Recurring } from './kinds.js';
import { RECURRING } from './queue.js';

/** A job that this process may work at until its lease ends. */
export interface Leased {
  orgId: string;
  id: string;
  kind: string;
  /** From 1. */
  attempt: number;
  payload: Record<string, unknown>;
  lease: string;
}

/** Orgs that have a job which may be taken, the longest waiting first. One look at an index per org, however many jobs it has. */
export async function findDueOrgs(db: Database, kinds: string[]): Promise<string[]> {
  const rows = await db.withSystem(
    (sql) => sql<{ org_id: string }[]>`
      select o.org_id
      from orgs o
      cross join lateral (
        select due_at from jobs j
        where j.org_id = o.org_id and j.status in ('waiting', 'running') and j.due_at <= now() and j.kind = any(${kinds})
        order by j.due_at
        limit 1
      ) as first
      order by first.due_at
    `,
  );
  return rows.map(({ org_id }) => org_id);
}

/**
 * Takes the job of an org that is due longest: one that waits, or one whose lease ended because its process died. Rows that
 * another process is taking are passed over. Kinds that this version of the server does not know stay for one that does.
 */
export async function leaseJob(db: Database, orgId: string, kinds: readonly JobKind[]): Promise<Leased | undefined> {
  const lease = randomUUID();
  const seconds = Object.fromEntries(kinds.map(({ kind, leaseSeconds }) => [kind, leaseSeconds]));
  const [job] = await db.withTenant(
    orgId,
    (sql) => sql<Omit<Leased, 'orgId' | 'lease'>[]>`
      update jobs set status = 'running', attempts = attempts + 1, lease = ${lease}, progress = 0,
        due_at = now() + (${sql.json(seconds)}::jsonb ->> kind)::float8 * interval '1 second'
      where org_id = ${orgId} and id = (
        select id from jobs
        where org_id = ${orgId} and status in ('waiting', 'running') and due_at <= now()
          and kind = any(${Object.keys(seconds)})
        order by due_at, id
        limit 1
        for update skip locked
      )
      returning id, kind, attempts as attempt, payload
    `,
  );
  return job && { orgId, lease, ...job };
}

/** The row of a job, as long as this process has its lease. */
const held = (sql: Sql, { orgId, id, lease }: Leased) =>
  sql`where org_id = ${orgId} and id = ${id} and lease = ${lease} and status = 'running'`;

/** Lengthens a lease, and tells how far the job is. False: it is lost. */
export async function renewLease(
  db: Database,
  job: Leased,
  leaseSeconds: number,
  progress: number | null,
): Promise<boolean> {
  const { count } = await db.withTenant(
    job.orgId,
    (sql) => sql`
      update jobs set due_at = now() + ${leaseSeconds}::float8 * interval '1 second',
        progress = coalesce(${progress}::float8, progress)
      ${held(sql, job)}
    `,
  );
  return count === 1;
}

export type Ending =
  | { status: 'done'; result: Record<string, unknown> | null }
  | { status: 'failed'; error: string }
  /** To be tried again after so many seconds. */
  | { status: 'waiting'; error: string | null; seconds: number; attempts: number };

/** Writes down how an attempt ended, and frees the job. False: the lease was lost before, and it is another's to end. */
export async function endAttempt(
  db: Database,
  job: Leased,
  ending: Ending,
  recurring: Recurring | undefined,
): Promise<boolean> {
  const { status, error, result, seconds, attempts } = {
    error: null,
    result: null,
    seconds: 0,
    attempts: null,
    ...ending,
  };
  const next = status === 'waiting' ? seconds : (recurring?.every ?? 0);
  const { count } = await db.withTenant(job.orgId, (sql) => {
    const again = sql`(${status === 'waiting'} or key is not distinct from ${RECURRING} and ${recurring !== undefined})`;
    return sql`
      update jobs set lease = null, error = ${error}, result = ${result && sql.json(result as never)},
        status = case when ${again} then 'waiting' else ${status} end,
        finished_at = case when ${again} then null else now() end,
        due_at = case when ${again} then now() + ${next}::float8 * interval '1 second' else due_at end,
        progress = case when ${status === 'done'} then 1 else progress end,
        attempts = case when ${again} then ${attempts ?? 0} else attempts end
      ${held(sql, job)}
    `;
  });
  return count === 1;
}

/** Gives every org the jobs that all orgs have again and again. */
export async function startRecurringOfAll(db: Database, recurring: readonly Recurring[]): Promise<void> {
  const names = recurring.filter(({ orgs }) => orgs === 'all').map(({ kind }) => kind);
  await db.withSystem(
    (sql) => sql`
      insert into jobs (org_id, id, kind, key, payload)
      select org_id, gen_random_uuid(), kind, ${RECURRING}, '{}' from orgs, unnest(${names}::text[]) as k (kind)
      on conflict do nothing
    `,
  );
}
