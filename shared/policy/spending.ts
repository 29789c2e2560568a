import { groupBy } from '../group-by.js';
import type { Facts } from './facts.js';
import { type JudgedReceipt, receiptsInOrder } from './receipts.js';
import { type CostLimit, PERS, payerOf, WINDOWS, windowOf } from './windows.js';

/** The receipts of a change that count towards one sum of money. */
export interface Spending {
  /** As in `state.spend`. */
  window: string;
  per: string | null;
  usd: number;
  /** In the order in which they count; each has a cost. */
  receipts: JudgedReceipt[];
}

interface Sums {
  sums: Spending[];
  /** Receipts with a cost that nobody can be charged with. */
  payerless: number;
}

/** Receipts without a cost count nothing: unknown is not zero, and no limit is crossed by a guess. */
export const spendingOf = (facts: Facts, { window, per }: CostLimit): Sums => facts.once(WORK.get(`${window} ${per}`)!);

/** One function for each kind of limit, so that policies of a kind share its answer. */
const WORK = new Map(
  WINDOWS.flatMap((window) =>
    PERS.map((per) => [`${window} ${per}`, (facts: Facts) => sum(facts, window, per)] as const),
  ),
);

function sum(facts: Facts, window: CostLimit['window'], per: CostLimit['per']): Sums {
  const paid = facts.once(receiptsInOrder).filter(({ receipt }) => receipt.cost_usd);
  const payer = ({ receipt }: JudgedReceipt) => payerOf(per, receipt, facts.change);
  const known = paid.filter((judged) => payer(judged) !== undefined);
  const groups = groupBy(known, (judged) => `${windowOf(window, judged.timestamp)} ${payer(judged)}`);
  const sums = [...groups.values()].map((receipts) => ({
    window: windowOf(window, receipts[0]!.timestamp),
    per: payer(receipts[0]!) ?? null,
    usd: receipts.reduce((usd, { receipt }) => usd + receipt.cost_usd!, 0),
    receipts,
  }));
  return { sums, payerless: paid.length - known.length };
}

/**
 * What the state says a policy's window cost before; undefined when it does not say. A window that began after the state
 * was taken had nothing in it then: on the day after a bundle was made, everybody it speaks of starts at nothing.
 */
export function spentBefore(
  facts: Facts,
  policy: string,
  limit: CostLimit,
  { window, per }: Spending,
): number | undefined {
  const known = facts.once(spentByPolicy).get(policy)?.get(per);
  const exact = known?.get(window);
  if (exact !== undefined || known === undefined) return exact;
  return window > windowOf(limit.window, facts.change.state!.as_of) ? 0 : undefined;
}

/** The state's sums by policy, payer and window. */
function spentByPolicy({ change: { state } }: Facts) {
  const policies = new Map<string, Map<string | null, Map<string, number>>>();
  for (const { policy, per, window, usd } of state?.spend ?? []) {
    const payers = policies.get(policy) ?? new Map<string | null, Map<string, number>>();
    const windows = payers.get(per) ?? new Map<string, number>();
    policies.set(policy, payers.set(per, windows.set(window, usd)));
  }
  return policies;
}
