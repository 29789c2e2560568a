import type { EvaluatedReceipt } from '../api/policies.js';
import { normalizeModel, normalizeProvider } from '../names.js';
import { compareText } from '../text.js';
import type { Facts } from './facts.js';
import { utc } from './windows.js';

/** What a receipt calls its model, as names are counted (names.ts), in lower case. One object for each spelling. */
export interface ModelNames {
  model: string | null;
  provider: string | null;
  /** What patterns with a slash are matched against. */
  qualified: string[];
}

export interface JudgedReceipt {
  receipt: EvaluatedReceipt;
  /** UTC with microseconds. */
  timestamp: string;
  names: ModelNames;
}

/** By time, then id: the order in which receipts count towards a limit. */
export function receiptsInOrder({ change }: Facts): JudgedReceipt[] {
  const known = new Map<string, ModelNames>();
  const receipts = change.receipts.map((receipt) => {
    const key = `${receipt.provider ?? ''}\n${receipt.model ?? ''}`;
    const names = known.get(key) ?? namesOf(receipt);
    known.set(key, names);
    return { receipt, timestamp: utc(receipt.timestamp), names };
  });
  return receipts.sort((a, b) => compareText(a.timestamp, b.timestamp) || compareText(a.receipt.id, b.receipt.id));
}

function namesOf(receipt: EvaluatedReceipt): ModelNames {
  const model = normalizeModel(receipt.model)?.toLowerCase() ?? null;
  const provider = normalizeProvider(receipt.provider, receipt.model)?.toLowerCase() ?? null;
  const qualified = model === null ? [] : [`${provider ?? ''}/${model}`];
  // A reseller's name for it says whose model it is: openrouter, anthropic/claude-opus-4-6.
  if (model !== null && receipt.model?.includes('/')) qualified.push(receipt.model.trim().toLowerCase());
  return { model, provider, qualified };
}
