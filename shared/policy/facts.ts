import type { EvaluatedCommit, EvaluatedReceipt } from '../api/policies.js';
import { groupBy } from '../group-by.js';
import { normalizeModel, normalizeProvider } from '../names.js';
import { type AiFile, aiFiles, type ChangedLines, changedLines } from './ai-lines.js';
import { Budget } from './budget.js';
import { CommitView, ReceiptView } from './expression-views.js';
import type { Change } from './input.js';
import { type CostLimit, payerOf, utc, windowOf } from './windows.js';

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

/** Receipts with a cost that count towards one sum. */
export interface Spending {
  window: string;
  /** As in `state.spend`. */
  per: string | null;
  receipts: JudgedReceipt[];
}

/** A change with what several policies ask of it, worked out once and only when one asks. */
export class Facts {
  readonly budget = new Budget();
  readonly change: Change;
  readonly now: string;
  #receipts: JudgedReceipt[] | undefined;
  #byNames: Map<ModelNames, JudgedReceipt[]> | undefined;
  #spending = new Map<string, { sums: Spending[]; payerless: number }>();
  #lines: ChangedLines | undefined;
  #files: AiFile[] | undefined;
  #receiptViews: ReceiptView[] | undefined;
  #commitViews: CommitView[] | undefined;

  constructor(change: Change) {
    this.change = change;
    this.now = utc(change.now);
  }

  /** By time, then id: the order in which they count towards a limit. */
  get receipts(): JudgedReceipt[] {
    this.#receipts ??= judgeReceipts(this.change.receipts);
    return this.#receipts;
  }

  get receiptsByNames(): Map<ModelNames, JudgedReceipt[]> {
    this.#byNames ??= groupBy(this.receipts, ({ names }) => names);
    return this.#byNames;
  }

  /** The receipts with a cost by window and payer, and how many of them name no payer. */
  spending({ window, per }: CostLimit): { sums: Spending[]; payerless: number } {
    const key = `${window} ${per}`;
    const found = this.#spending.get(key) ?? spendingOf(this, window, per);
    this.#spending.set(key, found);
    return found;
  }

  /** Merges repeat what their parents hold. */
  get commits(): EvaluatedCommit[] {
    return this.change.commits.filter((commit) => !commit.is_merge);
  }

  get lines(): ChangedLines {
    this.#lines ??= changedLines(this.change);
    return this.#lines;
  }

  get receiptViews(): ReceiptView[] {
    this.#receiptViews ??= this.receipts.map((judged) => new ReceiptView(judged));
    return this.#receiptViews;
  }

  get commitViews(): CommitView[] {
    this.#commitViews ??= this.change.commits.map((commit) => new CommitView(commit));
    return this.#commitViews;
  }

  get files(): AiFile[] {
    this.#files ??= aiFiles(this.change);
    return this.#files;
  }
}

function spendingOf(facts: Facts, window: CostLimit['window'], per: CostLimit['per']) {
  const paid = facts.receipts.filter(({ receipt }) => receipt.cost_usd);
  const groups = groupBy(paid, ({ receipt, timestamp }) => {
    const payer = payerOf(per, receipt, facts.change);
    return payer === undefined ? undefined : `${windowOf(window, timestamp)} ${payer ?? ''}`;
  });
  const payerless = groups.get(undefined)?.length ?? 0;
  groups.delete(undefined);
  const sums = [...groups.values()].map((receipts) => ({
    window: windowOf(window, receipts[0]!.timestamp),
    per: payerOf(per, receipts[0]!.receipt, facts.change) ?? null,
    receipts,
  }));
  return { sums, payerless };
}

function judgeReceipts(receipts: readonly EvaluatedReceipt[]): JudgedReceipt[] {
  const known = new Map<string, ModelNames>();
  const judged = receipts.map((receipt) => {
    const key = `${receipt.provider ?? ''}\n${receipt.model ?? ''}`;
    const names = known.get(key) ?? namesOf(receipt);
    known.set(key, names);
    return { receipt, timestamp: utc(receipt.timestamp), names };
  });
  return judged.sort((a, b) => compareText(a.timestamp, b.timestamp) || compareText(a.receipt.id, b.receipt.id));
}

function namesOf(receipt: EvaluatedReceipt): ModelNames {
  const model = normalizeModel(receipt.model)?.toLowerCase() ?? null;
  const provider = normalizeProvider(receipt.provider, receipt.model)?.toLowerCase() ?? null;
  const qualified = model === null ? [] : [`${provider ?? ''}/${model}`];
  // A reseller's name for it says whose model it is: openrouter, anthropic/claude-opus-4-6.
  if (model !== null && receipt.model?.includes('/')) qualified.push(receipt.model.trim().toLowerCase());
  return { model, provider, qualified };
}

/** By code units: the same on every machine, whatever its language. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
