import type { JobKind } from './kinds.js';

/** Days that a finished job can be asked about. */
const KEPT_DAYS = 7;

/** Removes an org's jobs that ended some days ago. */
export const removeFinished: JobKind = {
  kind: 'jobs.remove_finished',
  maxAttempts: 5,
  leaseSeconds: 60,
  async run({ orgId }, { db }) {
    const { count } = await db.withTenant(
      orgId,
      (sql) => sql`
        delete from jobs where org_id = ${orgId} and finished_at < now() - ${KEPT_DAYS}::int * interval '1 day'
      `,
    );
    return { removed: count };
  },
};
