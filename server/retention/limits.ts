import type { Settings } from '../../shared/api/settings.js';

const DAY_MS = 86_400_000;

/** What is older goes, as RFC 3339; null: nothing does. */
export interface RetentionLimits {
  receipts: string | null;
  prompts: string | null;
  audit: string | null;
}

/** The limits of an org at a time; under a legal hold there are none. */
export function limitsOf({ retention_days, legal_hold }: Settings, now: Date): RetentionLimits {
  const before = (days: number | null) =>
    days === null || legal_hold !== null ? null : new Date(now.getTime() - days * DAY_MS).toISOString();
  return {
    receipts: before(retention_days.receipts),
    prompts: before(retention_days.prompts),
    audit: before(retention_days.audit),
  };
}
