import { hash } from 'node:crypto';
import { type Attribution, Receipt } from '../../shared/api/receipts.js';
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

/** Not content: how much of a prompt is sent and kept is a matter of settings, which change. Attributions have a hash of their own. */
const NO_CONTENT = ['prompt_summary', 'prompt_hash', 'attributions', 'recorded_user_name', 'recorded_user_email'];
/** In the order in which they enter the hash. */
const CONTENT = Object.keys(Receipt.properties)
  .filter((name) => !NO_CONTENT.includes(name))
  .sort() as (keyof Receipt)[];
const CONTENT_WITHOUT_TIME = CONTENT.filter((name) => !name.startsWith('timestamp'));

/**
 * Brings a valid receipt into the one form in which equal content has an equal hash. What is unknown does not enter the
 * hash, so a field that a later version adds leaves old hashes alone. Neither does a derived time: a session that
 * carries no time of its own is dated by its commits, and every clone knows other commits. Of people the hash has what
 * the recorder wrote: a `.mailmap` says who that is, and changes no receipt.
 */
export function canonicalReceipt(receipt: Receipt): CanonicalReceipt {
  // Each field by its name, so that all receipts have one hidden class: copying what JSON.parse made took V8 ten times as long.
  const said = {
    id: receipt.id.toLowerCase(),
    timestamp: normalizeTimestamp(receipt.timestamp)!,
    timestamp_basis: receipt.timestamp_basis ?? ('recorded' as const),
    source: receipt.source ?? 'api',
    tool: receipt.tool,
    provider: receipt.provider,
    model: receipt.model,
    session_id: receipt.session_id,
    user_name: receipt.user_name,
    user_email: receipt.user_email,
    prompt_summary: receipt.prompt_summary,
    prompt_hash: receipt.prompt_hash,
    message_count: receipt.message_count,
    cost_usd: receipt.cost_usd,
    cost_basis: receipt.cost_usd != null && receipt.cost_basis === 'estimated' ? receipt.cost_basis : null,
    tokens_suspect: receipt.tokens_suspect || null,
    input_tokens: receipt.input_tokens,
    output_tokens: receipt.output_tokens,
    cache_read_tokens: receipt.cache_read_tokens,
    cache_creation_tokens: receipt.cache_creation_tokens,
    session_duration_secs: receipt.session_duration_secs,
    total_additions: receipt.total_additions,
    total_deletions: receipt.total_deletions,
    accepted_lines: receipt.accepted_lines,
    overridden_lines: receipt.overridden_lines,
    attributions: undefined,
  } satisfies Record<keyof CanonicalReceipt & keyof Receipt, unknown>;
  const { recorded_user_name, recorded_user_email } = receipt;
  const content: Partial<Receipt> =
    recorded_user_email == null
      ? said
      : { ...said, user_name: recorded_user_name ?? undefined, user_email: recorded_user_email };
  const hashed: [string, unknown][] = [];
  for (const name of said.timestamp_basis === 'recorded' ? CONTENT : CONTENT_WITHOUT_TIME) {
    const value = content[name];
    if (value != null) hashed.push([name, value]);
  }
  return {
    ...said,
    tokens_suspect: said.tokens_suspect ?? false,
    hash: digest(hashed),
    attributions: byCommit(receipt.attributions ?? []),
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
  const { cost_usd, cost_basis, price_version } = cost(receipt, prices);
  return { ...limitPrompt(receipt, prompts), cost_usd, cost_basis, price_version };
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
  return hash('sha256', JSON.stringify(value));
}
