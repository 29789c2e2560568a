import type { Rejected } from '../../shared/api/receipts.js';
import type { CanonicalReceipt } from '../receipts/content.js';
import type { RetentionLimits } from './limits.js';

/**
 * Sorts out receipts that the org keeps no longer: a clone sends again what retention removed. They are refused by a code of their
 * own, which tells senders not to try again. Of those whose prompts are kept no longer the summary is dropped.
 */
export function dropExpired(
  receipts: CanonicalReceipt[],
  limits: RetentionLimits,
  refuse: (receipt: CanonicalReceipt, fault: Pick<Rejected, 'code' | 'message'>) => void,
): CanonicalReceipt[] {
  const before = (limit: string | null, { timestamp }: CanonicalReceipt) =>
    limit !== null && Date.parse(timestamp) < Date.parse(limit);
  const kept = receipts.filter((receipt) => !before(limits.receipts, receipt));
  for (const receipt of receipts) {
    if (!before(limits.receipts, receipt)) continue;
    refuse(receipt, {
      code: 'past_retention',
      message: `is older than ${limits.receipts}, and older ones are not kept`,
    });
  }
  return kept.map((receipt) => (before(limits.prompts, receipt) ? { ...receipt, prompt_summary: null } : receipt));
}
