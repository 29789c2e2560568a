import type { Policy } from '../../api/policies.js';
import type { Facts } from '../facts.js';
import { type CompiledRule, type Finding, receiptPlaces, type Telling } from '../finding.js';
import { type Spending, spendingOf, spentBefore } from '../spending.js';
import type { CostLimit } from '../windows.js';
import { counted, cut, dollars } from '../words.js';

/** `max_cost_per_day` and `max_cost_per_month`: what was spent before, and then what these receipts cost, in their order. */
export function costRule(limit: CostLimit, policy: Policy): CompiledRule {
  return {
    limit: limit.usd,
    advice: `Wait for the next ${limit.window}, or ask for a higher limit or an exemption.`,
    judge: (facts) => {
      const { sums, payerless } = spendingOf(facts, limit);
      const findings: Finding[] = [];
      const unknown: Spending[] = [];
      for (const sum of sums) {
        const before = spentBefore(facts, policy.name, limit, sum);
        // What is over by itself is over, whatever was spent before.
        if (isOver((before ?? 0) + sum.usd, limit.usd)) {
          findings.push({
            tell: () => tell(facts, limit, sum, before),
            places: () => receiptPlaces(sum.receipts.map(({ receipt }) => receipt)),
          });
        } else if (before === undefined) unknown.push(sum);
      }
      const gaps = payerless > 0 ? [`no ${limit.per} is named by ${counted(payerless, 'receipt')} with a cost`] : [];
      if (unknown.length > 0) {
        const more = unknown.length > 1 ? ` (and ${counted(unknown.length - 1, 'other sum')})` : '';
        gaps.push(`what was spent before ${where(limit, unknown[0]!)}${more} is not known here`);
      }
      return { findings, gaps };
    },
  };
}

/** The same cents added in another order differ in the last digits: sums are compared to a millionth of a dollar. */
const isOver = (total: number, limit: number) => Math.round(total * 1e6) > Math.round(limit * 1e6);

const where = ({ window }: CostLimit, sum: Spending) =>
  `${window === 'day' ? 'on' : 'in'} ${sum.window}${sum.per === null ? '' : ` for ${cut(sum.per)}`}`;

function tell(facts: Facts, limit: CostLimit, sum: Spending, before: number | undefined): Telling {
  // Upwards, so that a sum above its limit never reads as equal to it.
  const value = Math.ceil(Math.round(((before ?? 0) + sum.usd) * 1e6) / 1e4) / 100;
  const crossing = crossingReceipt(limit, sum, before ?? 0);
  const repo = cut(facts.change.repo);
  const how =
    crossing === null
      ? `${counted(sum.receipts.length, 'receipt')} of ${repo} came after it was crossed`
      : `receipt ${crossing} of ${repo} crossed it`;
  const alone = before === undefined ? ' by this change alone' : '';
  const spent = `${dollars(value)} spent ${where(limit, sum)}${alone}`;
  return {
    value,
    receipt_id: crossing,
    subject: sum.per,
    window: sum.window,
    message: `max_cost_per_${limit.window}: ${spent}, above the limit of ${dollars(limit.usd)}: ${how}`,
  };
}

/** The first receipt, in their order, that takes the sum above the limit; null when it was above before. */
function crossingReceipt(limit: CostLimit, { receipts }: Spending, before: number): string | null {
  if (isOver(before, limit.usd)) return null;
  let total = before;
  for (const { receipt } of receipts) {
    total += receipt.cost_usd!;
    if (isOver(total, limit.usd)) return receipt.id;
  }
  return receipts.at(-1)!.receipt.id;
}
