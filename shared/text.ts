/** PostgreSQL cannot store U+0000, and a lone surrogate is no character: neither can be kept as sent. */
const UNSTORABLE = /\0/g;

/** True when the text can be stored and sent back unchanged. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** The text with NUL removed and lone surrogates replaced by U+FFFD; for notes, which are read and never refused. */
export function toStorable(text: string): string {
  return text.toWellFormed().replace(UNSTORABLE, '');
}

/** At most `max` UTF-16 units, never cutting a character in half. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

/** A name out of a note as it may be stored: at most `max` characters, trimmed; null when nothing is left or it is no text. */
export function toName(value: unknown, max = 200): string | null {
  if (typeof value !== 'string') return null;
  const text = truncate(toStorable(value), max).trim();
  return text === '' ? null : text;
}

/** Nothing that we keep is nested nearly as deep. */
const MAX_DEPTH = 64;

/**
 * JSON Pointer (RFC 6901) of the first text or key in `value` that cannot be stored, or of what is nested too deep to be looked
 * through; undefined when all can be stored.
 */
export function findUnstorable(value: unknown, pointer = '', depth = 0): string | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : pointer;
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_DEPTH) return pointer;
  for (const [key, child] of Object.entries(value)) {
    const at = `${pointer}/${escapePointer(key)}`;
    const found = isStorable(key) ? findUnstorable(child, at, depth + 1) : at;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** One reference token of a JSON Pointer; what cannot be stored is replaced so that the pointer itself can be sent. */
export function escapePointer(key: string): string {
  return toStorable(key).replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Order by code units: the same on every machine, whatever its language. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
