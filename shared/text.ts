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
 * through, behind `pointer`; undefined when all can be stored.
 */
export function findUnstorable(value: unknown, pointer = ''): string | undefined {
  const keys = keysToUnstorable(value, 0);
  return keys && [pointer, ...keys.map(escapePointer)].join('/');
}

// Every text of every batch comes through here: pointers are made for faults only.
function keysToUnstorable(value: unknown, depth: number): string[] | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : [];
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_DEPTH) return [];
  for (const key of Object.keys(value)) {
    const below = isStorable(key) ? keysToUnstorable(value[key as never], depth + 1) : [];
    if (below) return [key, ...below];
  }
  return undefined;
}

/** One reference token of a JSON Pointer; what cannot be stored is replaced so that the pointer itself can be sent. */
export function escapePointer(key: string): string {
  return toStorable(key).replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Order by code units: the same on every machine, whatever its language. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
