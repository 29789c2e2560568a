import type { JobKind } from '../jobs/kinds.js';
import { applyRetention } from './apply.js';

/** Removes once a day what the org keeps no longer. */
export const retention: JobKind = {
  kind: 'retention',
  maxAttempts: 3,
  leaseSeconds: 120,
  run: async ({ orgId }, { db, signal }) => ({ ...(await applyRetention(db, orgId, { signal })) }),
};
