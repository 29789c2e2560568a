import type { Receipt } from '../../shared/api/receipts.js';
import { estimateCost } from '../../shared/cost/estimate.js';

/**
 * The receipts of several commits, each session once with all its attributions. A session whose notes name several models
 * is there once for each of them, so that none is hidden behind another; its cost counts once, and is the
 * highest that a note tells, since it only grows. Costs that nobody recorded are estimated, as the server does.
 */
export class GatheredReceipts {
  readonly #sessions = new Map<string, Receipt[]>();

  add(receipt: Receipt): void {
    const models = this.#sessions.get(receipt.id) ?? [];
    this.#sessions.set(receipt.id, models);
    const same = models.findIndex(({ model }) => model == null || receipt.model == null || model === receipt.model);
    if (same < 0) models.push(receipt);
    else models[same] = merge(models[same]!, receipt);
  }

  all(): Receipt[] {
    return [...this.#sessions.values()].flatMap((models) =>
      models
        .map(withCost)
        .sort(byCost)
        .map((receipt, n) => (n === 0 ? receipt : { ...receipt, cost_usd: 0 })),
    );
  }
}

const byCost = (a: Receipt, b: Receipt) => (b.cost_usd ?? -1) - (a.cost_usd ?? -1);

function merge(one: Receipt, other: Receipt): Receipt {
  const named = one.model == null ? other : one;
  return {
    ...[one, other].sort(byCost)[0]!,
    model: named.model ?? null,
    provider: named.provider ?? null,
    attributions: [...(one.attributions ?? []), ...(other.attributions ?? [])],
  };
}

function withCost(receipt: Receipt): Receipt {
  if (receipt.cost_usd != null) return receipt;
  const estimate = estimateCost({ ...receipt, model: receipt.model }, undefined, receipt.timestamp);
  return estimate ? { ...receipt, cost_usd: estimate.cost_usd, cost_basis: 'estimated' } : receipt;
}
