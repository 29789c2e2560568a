import type { Settings } from '../../shared/api/settings.js';
import { BUILT_IN_PRICES } from '../../shared/cost/prices.js';
import { digest, type StorageRules } from '../receipts/content.js';

/**
 * What receipts are stored by. The org's own prices are a table before ours; an estimate from it says so in its version,
 * which changes with the prices: `2026-11-22+org.1f0c9a2b`.
 */
export function storageRules({ privacy, prices }: Settings): StorageRules {
  const own = { version: `${BUILT_IN_PRICES.version}+org.${digest(prices).slice(0, 8)}`, prices };
  return { prompts: privacy.prompts, prices: prices.length === 0 ? [BUILT_IN_PRICES] : [own, BUILT_IN_PRICES] };
}
