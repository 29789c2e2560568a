import type { JobKind } from '../jobs/kinds.js';

/** Days that messages can be looked at after they were sent or given up. */
const KEPT_DAYS = 14;

/** Removes messages that nobody needs any more. Recurs in orgs that have webhooks. */
export const removeOldDeliveries: JobKind = {
  kind: 'webhooks.remove_old',
  maxAttempts: 5,
  leaseSeconds: 60,
  async run({ orgId }, { db }) {
    const { count } = await db.withTenant(
      orgId,
      (sql) => sql`
        delete from webhook_deliveries
        where org_id = ${orgId} and status <> 'waiting'
          and coalesce(last_attempt_at, created_at) < now() - ${KEPT_DAYS}::int * interval '1 day'
      `,
    );
    return { removed: count };
  },
};
