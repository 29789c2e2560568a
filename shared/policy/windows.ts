import type { EvaluatedReceipt, Policy } from '../api/policies.js';
import { normalizeTimestamp } from '../timestamp.js';
import type { Change } from './input.js';

export const WINDOWS = ['day', 'month'] as const;
export const PERS = ['scope', 'person', 'team', 'repo'] as const;

/** A limit on cost as its rule states it. */
export interface CostLimit {
  usd: number;
  per: (typeof PERS)[number];
  window: (typeof WINDOWS)[number];
}

/** The limit of a rule on cost; undefined for any other rule. */
export function costLimit(rule: Policy['rule']): CostLimit | undefined {
  if ('max_cost_per_day' in rule) return { usd: rule.max_cost_per_day, per: rule.per ?? 'scope', window: 'day' };
  if ('max_cost_per_month' in rule) return { usd: rule.max_cost_per_month, per: rule.per ?? 'scope', window: 'month' };
  return undefined;
}

/** The day of an RFC 3339 timestamp in UTC: `2026-02-14`. */
export const dayOf = (timestamp: string): string => utc(timestamp).slice(0, 10);

/** The calendar month of an RFC 3339 timestamp in UTC: `2026-02`. */
export const monthOf = (timestamp: string): string => utc(timestamp).slice(0, 7);

export const windowOf = (window: CostLimit['window'], timestamp: string): string =>
  window === 'day' ? dayOf(timestamp) : monthOf(timestamp);

/** A timestamp in UTC with microseconds, so that text compares as time does. Most are written so already: a look tells. */
export function utc(timestamp: string): string {
  const isNormal = timestamp.length === 27 && timestamp[26] === 'Z' && timestamp[10] === 'T' && timestamp[19] === '.';
  return isNormal ? timestamp : (normalizeTimestamp(timestamp) ?? timestamp);
}

/** Who pays in sums for each person, as analytics counts people: the e-mail in lower case, else the name; null for nobody. */
export const personOf = (receipt: Pick<EvaluatedReceipt, 'user_email' | 'user_name'>): string | null =>
  receipt.user_email?.toLowerCase() || receipt.user_name || null;

/** Whose sum a receipt's cost belongs to: null is the whole scope's; undefined, that nobody can say. */
export function payerOf(per: CostLimit['per'], receipt: EvaluatedReceipt, change: Change): string | null | undefined {
  if (per === 'scope') return null;
  if (per === 'repo') return change.repo;
  if (per === 'person') return personOf(receipt) ?? undefined;
  return receipt.team ?? (change.teams.length === 1 ? change.teams[0] : undefined);
}

/** One sum of money that an evaluation asks for: what the receipts of a window that a policy speaks of cost so far. */
export interface SpendKey {
  policy: string;
  window: string;
  per: string | null;
}

/**
 * The sums that evaluating the change against the policy needs in `state.spend`, without the receipts of the change. Answer
 * each of them, with 0 where nothing was spent: a sum that is missing is one that nobody knows.
 */
export function spendKeys(policy: Policy, change: Change): SpendKey[] {
  const limit = costLimit(policy.rule);
  if (!limit) return [];
  const keys = new Map<string, SpendKey>();
  for (const receipt of change.receipts) {
    const per = payerOf(limit.per, receipt, change);
    if (!receipt.cost_usd || per === undefined) continue;
    const window = windowOf(limit.window, receipt.timestamp);
    keys.set(`${window} ${per}`, { policy: policy.name, window, per });
  }
  return [...keys.values()];
}
