import { getAnalytics } from './analytics.js';
import * as policies from './policy-endpoints.js';
import { getReceipt, listReceipts, postReceipts } from './receipts.js';
import type { Endpoint } from './types.js';
import { acknowledgeViolation, listViolations } from './violations.js';
import { whoami } from './whoami.js';

/** Every endpoint behind a key, in the order of the documentation. */
export const endpoints: Endpoint[] = [
  postReceipts,
  listReceipts,
  getReceipt,
  getAnalytics,
  policies.listPolicies,
  policies.createPolicy,
  policies.getPolicy,
  policies.updatePolicy,
  policies.deletePolicy,
  policies.evaluatePolicies,
  policies.simulatePolicy,
  policies.simulateCandidate,
  policies.getBundle,
  listViolations,
  acknowledgeViolation,
  whoami,
];
