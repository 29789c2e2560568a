import type { Policy, PolicyState } from '../../api/policies.js';
import type { Facts, Spending } from '../facts.js';
import { type CompiledRule, type Finding, receiptPlaces } from '../finding.js';
import { type CostLimit, windowOf } from '../windows.js';
import { counted, cut, dollars } from '../words.js';

/** `max_cost_per_day` and `max_cost_per_month`: what was spent before, and then what these receipts cost, in their order. */
export function costRule(limit: CostLimit, policy: Policy): CompiledRule {
  return {
    limit: limit.usd,
    advice: `Wait for the next ${limit.window}, or ask for a higher limit or an exemption.`,
    judge: (facts) => {
      const { sums, payerless } = facts.spending(limit);
      const gaps = payerless > 0 ? [`${counted(payerless, 'receipt')} with a cost name no ${limit.per}`] : [];
      const findings: Finding[] = [];
      for (const sum of sums) {
        const before = spentBefore(facts.change.state, policy.name, limit, sum);
        const { total, crossing } = add(before ?? 0, sum, limit.usd);
        if (isOver(total, limit.usd)) findings.push(describe(facts, limit, sum, total, crossing));
        else if (before === undefined) gaps.push(`what was spent before in ${whose(sum)} is not known here`);
      }
      return { findings, gaps };
    },
  };
}

/** Sums of the same cents in another order differ in the last digits; a millionth of a dollar is no matter. */
const isOver = (total: number, limit: number) => Math.round(total * 1e6) > Math.round(limit * 1e6);

function add(before: number, { receipts }: Spending, limit: number): { total: number; crossing: string | null } {
  let total = before;
  let crossing: string | null = null;
  for (const { receipt } of receipts) {
    const wasOver = isOver(total, limit);
    total += receipt.cost_usd ?? 0;
    if (!wasOver && crossing === null && isOver(total, limit)) crossing = receipt.id;
  }
  return { total, crossing };
}

/**
 * What the state says was spent; undefined when it does not say. A window that began after the state was taken had
 * nothing in it then: the day after the bundle was made starts at nothing, for everybody the bundle speaks of.
 */
function spentBefore(
  state: PolicyState | undefined,
  policy: string,
  { window }: CostLimit,
  sum: Spending,
): number | undefined {
  const known = state?.spend.filter((item) => item.policy === policy && item.per === sum.per) ?? [];
  const exact = known.find((item) => item.window === sum.window);
  if (exact) return exact.usd;
  return known.length > 0 && sum.window > windowOf(window, state!.as_of) ? 0 : undefined;
}

const whose = (sum: Spending) => (sum.per === null ? sum.window : `${sum.window} by ${cut(sum.per)}`);

function describe(facts: Facts, limit: CostLimit, sum: Spending, total: number, crossing: string | null): Finding {
  // Upwards, so that a sum above its limit never reads as equal to it.
  const value = Math.ceil(Math.round(total * 1e6) / 1e4) / 100;
  return {
    value,
    receipt_id: crossing,
    subject: sum.per,
    window: sum.window,
    message: () =>
      `max_cost_per_${limit.window}: ${dollars(value)} spent in ${whose(sum)}, above the limit of ${dollars(limit.usd)}; ` +
      `${counted(sum.receipts.length, 'receipt')} of ${cut(facts.change.repo)} ${crossing === null ? 'came after that' : `crossed it`}`,
    places: () => receiptPlaces(sum.receipts.map(({ receipt }) => receipt)),
  };
}
