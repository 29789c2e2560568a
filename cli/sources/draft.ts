import type { Attribution, Receipt } from '../../shared/api/receipts.js';
import { relativePath } from '../../shared/blameprompt-receipt.js';
import { stableId } from '../../shared/ids.js';
import { MAX_ATTRIBUTIONS } from '../../shared/limits.js';
import { cutLines, formatLines, type LineSet, normalize, parseLines, rangeOf } from '../../shared/line-set.js';
import { isTestTool, normalizeModel, normalizeProvider, normalizeTool } from '../../shared/names.js';
import { toName } from '../../shared/text.js';
import { normalizeTimestamp } from '../../shared/timestamp.js';
import { type Entry, lastWins } from './last-wins.js';
import type { Claim, NoteContext, ParsedNote } from './source.js';

/** A receipt to be, and the lines it accounts for, by path. A file without lines stands for itself. */
export interface Draft {
  receipt: Receipt;
  files: Map<string, LineSet[]>;
}

/** Whom lines are said to be by. `nobody` (a test tool, unknown origin) claims nothing and still overrides others. */
export interface Author extends Pick<Claim, 'tool' | 'provider' | 'model'> {
  by: Claim['by'] | 'nobody';
  draft?: Draft;
}

export const HUMAN: Author = { by: 'human', tool: null, provider: null, model: null };
export const NOBODY: Author = { by: 'nobody', tool: null, provider: null, model: null };

/** By path, in the order of the note. */
export type AttestedFiles = Map<string, Entry<Author>[]>;

type Who = Pick<Claim, 'tool' | 'provider' | 'model'>;

/** Most receipts of one note: no commit has as many sessions, and each costs memory. */
export const MAX_RECEIPTS = 10_000;

/** The names that a note gives as they are stored. */
export function namesOf(said: { tool?: unknown; provider?: unknown; model?: unknown }): Who {
  return {
    tool: toName(normalizeTool(said.tool)),
    provider: toName(normalizeProvider(said.provider, said.model)),
    model: toName(normalizeModel(said.model)),
  };
}

/** Why a tool is left out, for tools that exist only in test suites; undefined for all others. */
export function testTool(tool: unknown): string | undefined {
  return isTestTool(tool) ? `test tool ${toName(tool, 50)}` : undefined;
}

/** The source, the identity and what the note says; cost and tokens only where a format has them. */
export function newDraft(id: string, source: string, said: Who & Partial<Receipt>, { time }: NoteContext): Draft {
  const cost = { cost_usd: null, cost_basis: 'unknown' as const };
  return { receipt: { id, ...time, source, session_id: null, ...cost, ...said }, files: new Map() };
}

/**
 * The AI authors of a note that knows no sessions: each tool and model of a commit is a receipt, and one object, since
 * lines are won by object.
 */
export class Authors {
  readonly #authors = new Map<string, Author & { draft: Draft }>();
  readonly #source: string;
  readonly #context: NoteContext;

  constructor(source: string, context: NoteContext) {
    this.#source = source;
    this.#context = context;
  }

  of({ tool, provider, model }: Who): Author {
    const key = JSON.stringify([tool, model]);
    const known = this.#authors.get(key);
    if (known) return known;
    if (this.#authors.size === MAX_RECEIPTS) return NOBODY;
    const id = stableId(this.#source, this.#context.repo, this.#context.commit, tool ?? '', model ?? '');
    const draft = newDraft(id, this.#source, { tool, provider, model }, this.#context);
    const author = { by: 'ai' as const, tool, provider, model, draft };
    this.#authors.set(key, author);
    return author;
  }

  get drafts(): Draft[] {
    return [...this.#authors.values()].map(({ draft }) => draft);
  }
}

/** Why receipts are missing, when there are as many as a note may give. */
export function beyondLimit(count: number): string[] {
  return count < MAX_RECEIPTS ? [] : [`receipts beyond ${MAX_RECEIPTS}`];
}

/** One reason for all that could not be read, however much it is. */
export function unread(count: number, one: string, many: string): string[] {
  if (count === 0) return [];
  return [`${count === 1 ? one : `${count} ${many}`} that cannot be read`];
}

/** The time that a note records for the interaction itself; undefined when it records none that can be read. */
export function recorded(time: unknown): NoteContext['time'] | undefined {
  const timestamp = typeof time === 'string' ? normalizeTimestamp(time) : undefined;
  return timestamp === undefined ? undefined : { timestamp, timestamp_basis: 'recorded' };
}

/**
 * The time of one note of a session that has many: one session of AgentNote has 220. Were it the session's own time,
 * each note would amend the receipt; as the time of a note, the earliest counts.
 */
export function writtenAt(time: unknown): NoteContext['time'] | undefined {
  const found = recorded(time);
  return found && { ...found, timestamp_basis: 'note' };
}

/** A path below the work tree, `/` on every system; undefined when it is none. */
export function pathOf(path: unknown, root: string | undefined): string | undefined {
  if (typeof path !== 'string') return undefined;
  const relative = relativePath(path, root).replace(/^(?:\.\/)+/, '');
  return relative === '' ? undefined : relative;
}

/** True for paths that a file of a commit can have: none that is absolute, and none that leads out of the repository. */
export function isOfRepository(path: string): boolean {
  return path !== '' && !OUTSIDE.test(path);
}

const OUTSIDE = /^(?:[A-Za-z]:)?[\\/]|(?:^|[\\/])\.\.(?:[\\/]|$)/;

/** Lines as lists give them: `3`, `[5, 9]`, `"5-9"`. What is none of these is left out. */
export function listedLines(list: unknown): LineSet {
  const ranges: (readonly [number, number])[] = [];
  for (const item of Array.isArray(list) ? list : []) {
    const lines = Array.isArray(item) ? rangeOf(item[0], item[1]) : rangeOf(item, item);
    for (const range of typeof item === 'string' ? (parseLines(item) ?? []) : lines) ranges.push(range);
  }
  return normalize(ranges);
}

export function attest(files: AttestedFiles, path: string, by: Author, lines: LineSet): void {
  const entries = files.get(path);
  if (entries) entries.push({ by, lines });
  else files.set(path, [{ by, lines }]);
}

/** Records that a receipt accounts for a file, without saying which lines. */
export function touch({ files }: Draft, path: string): void {
  if (!files.has(path)) files.set(path, []);
}

/** Claims and receipts of what a note attests: per line the last entry wins, and a receipt has what its author won. */
export function settle(
  attested: AttestedFiles,
  drafts: Iterable<Draft>,
  context: NoteContext,
  skipped: string[],
): Pick<ParsedNote, 'receipts' | 'claims'> {
  const claims: Claim[] = [];
  for (const [path, entries] of attested) {
    for (const [{ by, tool, provider, model, draft }, lines] of lastWins(entries)) {
      if (draft) touch(draft, path);
      if (by === 'nobody' || lines.length === 0) continue;
      draft?.files.get(path)?.push(lines);
      claims.push({ path, lines, by, tool, provider, model });
    }
  }
  return { receipts: [...drafts].map((draft) => toReceipt(draft, context.commit, skipped)), claims };
}

/** A receipt with the lines that its author won in one commit. */
export function toReceipt({ receipt, files }: Draft, commit: string, skipped: string[]): Receipt {
  const attributions: Attribution[] = [];
  for (const [path, won] of files) {
    if (attributions.length === MAX_ATTRIBUTIONS) {
      skipped.push(`${files.size - MAX_ATTRIBUTIONS} files of a session beyond ${MAX_ATTRIBUTIONS}`);
      break;
    }
    const text = formatLines(won.length === 1 ? won[0]! : normalize(won.flat()));
    const lines = cutLines(text);
    if (lines.length < text.length) skipped.push('lines of a file that no longer fit its receipt');
    attributions.push({ commit, path, lines: lines === '' ? null : lines });
  }
  if (attributions.length === 0) attributions.push({ commit, path: null, lines: null });
  return { ...receipt, attributions };
}
