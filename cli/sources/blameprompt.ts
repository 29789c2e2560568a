import type { Receipt } from '../../shared/api/receipts.js';
import { fromBlamePrompt, relativePath } from '../../shared/blameprompt-receipt.js';
import { parseLines, rangeOf } from '../../shared/line-set.js';
import { normalizeModel, normalizeProvider } from '../../shared/names.js';
import { toName } from '../../shared/text.js';
import { beyondLimit, MAX_RECEIPTS } from './draft.js';
import { isObject, type Json, parseJsonWithout } from './json.js';
import { type Entry, lastWins } from './last-wins.js';
import type { Claim, NoteContext, ParsedNote, Source } from './source.js';

type Author = Pick<Claim, 'by' | 'tool' | 'provider' | 'model'>;

/** BlamePrompt's notes (formats.md, section 2): one JSON object with whole receipts. */
export const blameprompt: Source = {
  name: 'blameprompt',
  recorder: 'BlamePrompt',
  places: ['refs/notes/blameprompt'],
  gives: 'receipts with tokens and cost, lines; conversations, responses and decisions are not read',
  matches,
  parse,
};

/**
 * An object with `receipts` and the version; or, where the version is missing, with the fields that every receipt of
 * every version has. A quoted name inside a string has backslashes before its quotes and is not taken for a key.
 */
function matches(note: Buffer): boolean {
  if (!/^\s*\{/.test(note.toString('latin1', 0, 64)) || !note.includes('"receipts"')) return false;
  return note.includes('"blameprompt_version"') || (note.includes('"prompt_hash"') && note.includes('"session_id"'));
}

function parse(note: Buffer, context: NoteContext): ParsedNote | { reason: string } {
  let json: unknown;
  try {
    json = parseJsonWithout('conversation', note);
  } catch {
    return { reason: 'its JSON cannot be read' };
  }
  if (!isObject(json) || !Array.isArray(json.receipts)) return { reason: 'no list of receipts' };

  const skipped = json.receipts.length > MAX_RECEIPTS ? beyondLimit(MAX_RECEIPTS) : [];
  const receipts = new Map<string, Receipt>();
  for (const item of json.receipts.slice(0, MAX_RECEIPTS)) {
    const receipt = fromBlamePrompt(item, context.commit, {
      prompts: context.prompts,
      version: json.blameprompt_version,
      fallbackTime: () => context.time,
      root: context.root,
    });
    if ('reason' in receipt) skipped.push(receipt.reason);
    else {
      if (receipts.delete(receipt.id)) skipped.push('a receipt that a later one of the same id replaces');
      receipts.set(receipt.id, receipt);
    }
  }
  return {
    receipts: [...receipts.values()],
    claims: claimsOf(json, [...receipts.values()], context, skipped),
    skipped,
  };
}

/** Files with hunks are claimed hunk by hunk, the others by what the receipts account for; the last receipt wins. */
function claimsOf(json: Json, receipts: Receipt[], context: NoteContext, skipped: string[]): Claim[] {
  const authors = new Map<string, Author>();
  const files = new Map<string, Entry<Author>[]>();
  const writers = new Map<string, Receipt>();
  for (const receipt of receipts) {
    const author = intern(authors, 'ai', receipt);
    for (const { path, lines } of receipt.attributions ?? []) {
      if (!path) continue;
      writers.set(path, receipt);
      const set = lines ? parseLines(lines) : undefined;
      if (set) append(files, path, { by: author, lines: set });
    }
  }
  const only = receipts.length === 1 ? receipts[0] : undefined;
  const mapped = new Set<string>();
  for (const { path, hunk } of hunksOf(json, context, skipped)) {
    if (!mapped.has(path)) files.delete(path);
    mapped.add(path);
    const lines = rangeOf(hunk.start_line, hunk.end_line);
    const by = ORIGINS.get(hunk.origin);
    if (by === undefined || lines.length === 0) skipped.push('a hunk that cannot be read');
    else append(files, path, { by: intern(authors, by, writerOf(hunk, writers.get(path) ?? only)), lines });
  }
  return [...files].flatMap(([path, entries]) =>
    [...lastWins(entries)].map(([author, lines]) => ({ path, lines, ...author })),
  );
}

/** Lines that were generated and then edited are AI lines (formats.md counts AI and modified AI together). */
const ORIGINS = new Map<unknown, Claim['by']>([
  ['ai_generated', 'ai'],
  ['human_edited', 'ai'],
  ['pure_human', 'human'],
]);

function hunksOf(json: Json, context: NoteContext, skipped: string[]): { path: string; hunk: Json }[] {
  const found: { path: string; hunk: Json }[] = [];
  for (const mapping of Array.isArray(json.file_mappings) ? json.file_mappings : []) {
    const path = isObject(mapping) && typeof mapping.path === 'string' ? relativePath(mapping.path, context.root) : '';
    if (path === '' || !Array.isArray(mapping.hunks)) skipped.push('a file mapping that cannot be read');
    else for (const hunk of mapping.hunks) found.push({ path, hunk: isObject(hunk) ? hunk : {} });
  }
  return found;
}

/** A hunk may name its model; the tool is that of the receipt that accounts for the file, or of the only one there is. */
function writerOf(hunk: Json, receipt: Receipt | undefined): Partial<Receipt> {
  const model = toName(normalizeModel(hunk.model));
  if (model === null || model === receipt?.model) return receipt ?? {};
  return { tool: receipt?.tool, model, provider: toName(normalizeProvider(null, hunk.model)) };
}

/** One object for each author, since lines are won by object. */
function intern(authors: Map<string, Author>, by: Claim['by'], from: Partial<Receipt>): Author {
  const { tool = null, provider = null, model = null } = by === 'ai' ? from : {};
  const key = JSON.stringify([by, tool, provider, model]);
  const author = authors.get(key) ?? { by, tool, provider, model };
  authors.set(key, author);
  return author;
}

function append(files: Map<string, Entry<Author>[]>, path: string, entry: Entry<Author>): void {
  const entries = files.get(path);
  if (entries) entries.push(entry);
  else files.set(path, [entry]);
}
