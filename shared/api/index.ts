import { getAnalytics } from './analytics.js';
import { getReceipt, listReceipts, postReceipts } from './receipts.js';
import type { Endpoint } from './types.js';
import { whoami } from './whoami.js';

/** Every endpoint behind a key, in the order of the documentation. */
export const endpoints: Endpoint[] = [postReceipts, listReceipts, getReceipt, getAnalytics, whoami];
