import { createHash } from 'node:crypto';
import type { Attribution, Receipt } from '../../shared/api/receipts.js';
import type { PromptMode } from '../../shared/blameprompt-receipt.js';
import { estimateCost } from '../../shared/cost/estimate.js';
import type { PriceTable } from '../../shared/cost/price-table.js';
import { formatLines, type LineSet, parseLines, unionLines } from '../../shared/line-set.js';
import { limitPrompt } from '../../shared/prompt-mode.js';
import { normalizeTimestamp } from '../../shared/timestamp.js';

/** The attributions of one receipt to one commit, in canonical form. */
export interface CommitAttribution {
  /** '' when the sender named no commit. */
  commit: string;
  files: { path: string; lines: string | null }[];
  hash: string;
}

/** A receipt in canonical form: times normalised, attributions apart. */
export interface CanonicalReceipt
  extends Omit<Receipt, 'attributions' | 'tokens_suspect' | 'recorded_user_name' | 'recorded_user_email'> {
  tokens_suspect: boolean;
  hash: string;
  attributions: CommitAttribution[];
}

/** A receipt as it is stored, with what the org's settings make of it. */
export interface StoredReceipt extends CanonicalReceipt {
  cost_basis: 'recorded' | 'estimated' | 'unknown';
  /** Of the table an estimate rests on. */
  price_version: string | null;
}

/** Not content: how much of a prompt is sent and kept is a matter of settings, which change. */
const PROMPT_FIELDS = ['prompt_summary', 'prompt_hash'];

/**
 * Brings a valid receipt into the one form in which equal content has an equal hash. What is unknown does not enter the
 * hash, so a field that a later version adds leaves old hashes alone. Neither does a derived time: a session that
 * carries no time of its own is dated by its commits, and every clone knows other commits. Of people the hash has what
 * the recorder wrote: a `.mailmap` says who that is, and changes no receipt.
 */
export function canonicalReceipt({
  attributions,
  recorded_user_name,
  recorded_user_email,
  ...receipt
}: Receipt): CanonicalReceipt {
  const said = {
    ...receipt,
    id: receipt.id.toLowerCase(),
    source: receipt.source ?? 'api',
    timestamp: normalizeTimestamp(receipt.timestamp)!,
    timestamp_basis: receipt.timestamp_basis ?? ('recorded' as const),
    cost_basis: receipt.cost_usd != null && receipt.cost_basis === 'estimated' ? receipt.cost_basis : null,
    tokens_suspect: receipt.tokens_suspect || null,
  };
  const recorded = recorded_user_email != null && { user_name: recorded_user_name, user_email: recorded_user_email };
  const hashed = Object.entries({ ...said, ...recorded }).filter(
    ([name, value]) =>
      value != null &&
      !PROMPT_FIELDS.includes(name) &&
      !(name.startsWith('timestamp') && said.timestamp_basis !== 'recorded'),
  );
  return {
    ...said,
    tokens_suspect: said.tokens_suspect ?? false,
    hash: digest(hashed.sort(byFirst)),
    attributions: byCommit(attributions ?? []),
  };
}

/** What of an org's settings bears on receipts as they are stored. */
export interface StorageRules {
  /** The most that is kept of a prompt. */
  prompts: PromptMode;
  /** Tables to estimate from, the org's own first. */
  prices: PriceTable[];
}

/**
 * A receipt as it is stored under an org's rules: no more of the prompt than they allow, and a cost that nobody recorded
 * estimated from tokens. After the hash was taken: what was sent stays what it is, and neither a newer price table nor
 * another rule amends anything.
 */
export function storedReceipt(receipt: CanonicalReceipt, { prompts, prices }: StorageRules): StoredReceipt {
  return { ...limitPrompt(receipt, prompts), ...cost(receipt, prices) };
}

function cost(
  receipt: CanonicalReceipt,
  prices: PriceTable[],
): Pick<StoredReceipt, 'cost_usd' | 'cost_basis' | 'price_version'> {
  if (receipt.cost_usd != null) {
    const cost_basis = receipt.cost_basis === 'estimated' ? 'estimated' : 'recorded';
    return { cost_usd: receipt.cost_usd, cost_basis, price_version: null };
  }
  const {
    model,
    input_tokens = null,
    output_tokens = null,
    cache_read_tokens = null,
    cache_creation_tokens = null,
  } = receipt;
  const usage = { model, input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens };
  const estimate = estimateCost(usage, prices, receipt.timestamp);
  if (!estimate) return { cost_usd: null, cost_basis: 'unknown', price_version: null };
  return { ...estimate, cost_basis: 'estimated' };
}

function byCommit(attributions: Attribution[]): CommitAttribution[] {
  const commits = new Map<string, Map<string, LineSet | null>>();
  for (const { commit, path, lines } of attributions) {
    const files = commits.get(commit ?? '') ?? new Map<string, LineSet | null>();
    commits.set(commit ?? '', files);
    if (path == null) continue;
    const before = files.get(path);
    const added = lines == null ? null : parseLines(lines)!;
    files.set(path, before && added ? unionLines(before, added) : (added ?? before ?? null));
  }
  return [...commits].sort(byFirst).map(([commit, byPath]) => {
    const files = [...byPath].sort(byFirst).map(([path, lines]) => ({ path, lines: lines && formatLines(lines) }));
    return { commit, files, hash: digest(files) };
  });
}

function byFirst([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** SHA-256 in hex of a value whose order is already canonical. */
export function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
