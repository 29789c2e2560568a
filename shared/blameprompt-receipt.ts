import type { Attribution, Receipt } from './api/receipts.js';
import { recordedBeforeTokenFix } from './cost/token-fix.js';
import { stableId } from './ids.js';
import { MAX_ATTRIBUTIONS, MAX_LINES_TEXT } from './limits.js';
import { formatLines, type LineSet, normalize, rangeOf } from './line-set.js';
import { normalizeModel, normalizeProvider, normalizeTool } from './names.js';
import { parsePerson } from './person.js';
import { redactSummary } from './redact.js';
import { toName, toStorable, truncate } from './text.js';
import { normalizeTimestamp } from './timestamp.js';

export type PromptMode = 'summary' | 'hash' | 'none';

type Json = Record<string, unknown>;

export interface BlamePromptOptions {
  prompts: PromptMode;
  /** `blameprompt_version` of the note, where there is one. */
  version?: unknown;
  /** For a receipt that carries no time of its own. */
  fallbackTime: () => Pick<Receipt, 'timestamp' | 'timestamp_basis'>;
  /** The work tree's absolute path with `/` at its end, where known: absolute paths below it become relative. */
  root?: string;
}

/**
 * A receipt as BlamePrompt writes it (formats.md, section 2) as ours. Conversation, response and decisions are not read
 * at all. Unknown fields and newer versions are accepted; a field of the wrong type counts as absent. Answers a
 * reason instead when it is no receipt. `commit` is the commit its note is on, null when the sender did not say.
 */
export function fromBlamePrompt(
  value: unknown,
  commit: string | null,
  options: BlamePromptOptions,
): Receipt | { reason: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { reason: 'a receipt is not an object' };
  const receipt = value as Json;
  const id = receiptId(receipt);
  if (id === undefined) return { reason: 'a receipt has neither an id nor a session_id' };
  const person = parsePerson(receipt.user);
  const cost = amount(receipt.cost_usd);
  const attributed = attributions(receipt, commit, options.root);
  if (attributed.length > MAX_ATTRIBUTIONS) return { reason: `a receipt names more than ${MAX_ATTRIBUTIONS} files` };
  const recorded = [receipt.timestamp, receipt.prompt_submitted_at, receipt.session_start, receipt.session_end]
    .map((time) => (typeof time === 'string' ? normalizeTimestamp(time) : undefined))
    .find((time) => time !== undefined);
  return {
    id,
    ...(recorded === undefined
      ? options.fallbackTime()
      : { timestamp: recorded, timestamp_basis: 'recorded' as const }),
    source: 'blameprompt',
    tool: toName(normalizeTool(receipt.provider)),
    provider: toName(normalizeProvider(receipt.provider, receipt.model)),
    model: toName(normalizeModel(receipt.model)),
    session_id: toName(receipt.session_id),
    user_name: toName(person.name),
    user_email: toName(person.email, 320),
    prompt_summary: options.prompts === 'summary' ? redactSummary(receipt.prompt_summary) : null,
    prompt_hash: options.prompts === 'none' ? null : toName(receipt.prompt_hash),
    message_count: count(receipt.message_count),
    cost_usd: cost,
    cost_basis: cost === null ? 'unknown' : 'recorded',
    tokens_suspect: recordedBeforeTokenFix(options.version) || null,
    input_tokens: count(receipt.input_tokens),
    output_tokens: count(receipt.output_tokens),
    cache_read_tokens: count(receipt.cache_read_tokens),
    cache_creation_tokens: count(receipt.cache_creation_tokens),
    session_duration_secs: count(receipt.session_duration_secs),
    total_additions: count(receipt.total_additions),
    total_deletions: count(receipt.total_deletions),
    accepted_lines: count(receipt.accepted_lines),
    overridden_lines: count(receipt.overridden_lines),
    attributions: attributed,
  };
}

/** `id`, else (session_id, prompt_number): formats.md, section 2. */
function receiptId(receipt: Json): string | undefined {
  const id = typeof receipt.id === 'string' ? receipt.id.toLowerCase() : '';
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  if (id !== '') return stableId('blameprompt', 'id', id);
  if (typeof receipt.session_id !== 'string' || receipt.session_id === '') return undefined;
  return stableId('blameprompt', 'session', receipt.session_id, String(count(receipt.prompt_number) ?? ''));
}

/** Later versions list `files_changed`; the first had one `file_path` with a `line_range`. `[0,0]` means no lines. */
function attributions(receipt: Json, commit: string | null, root: string | undefined): Attribution[] {
  const changed = Array.isArray(receipt.files_changed) ? receipt.files_changed : [];
  const files = changed.filter((file): file is Json => typeof file === 'object' && file !== null);
  const listed = files.length > 0 ? files : [{ path: receipt.file_path, line_range: receipt.line_range }];
  const byPath = new Map<string, (readonly [number, number])[]>();
  for (const file of listed) {
    const path = typeof file.path === 'string' ? relativePath(file.path, root) : '';
    if (path === '') continue;
    const ranges = byPath.get(path) ?? [];
    byPath.set(path, ranges);
    if (Array.isArray(file.line_range)) ranges.push(...rangeOf(file.line_range[0], file.line_range[1]));
  }
  const found = [...byPath].map(([path, ranges]) => ({ commit, path, lines: linesText(normalize(ranges)) }));
  return found.length > 0 ? found : [{ commit, path: null, lines: null }];
}

/** Absolute paths are seen in notes; outside the work tree only the user's name is taken out of them. */
export function relativePath(path: string, root: string | undefined): string {
  const slashed = toStorable(path).replaceAll('\\', '/');
  const relative = root && slashed.startsWith(root) ? slashed.slice(root.length) : slashed;
  return truncate(relative.replace(/^((?:[A-Za-z]:)?\/+(?:home|Users)\/+)[^/]+/, '$1[REDACTED_USER]'), 4096);
}

/** Without lines an attribution means the file: so does one whose lines are none, or more than can be sent. */
function linesText(lines: LineSet): string | null {
  const text = formatLines(lines);
  return text === '' || text.length > MAX_LINES_TEXT ? null : text;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function amount(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= 1e9 ? value : null;
}
