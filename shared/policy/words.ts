import { truncate } from '../text.js';

/** Text out of a note as it may stand in a sentence: cut, so that no name fills a screen. Whoever prints it escapes it. */
export const cut = (text: string, max = 100): string => (text.length <= max ? text : `${truncate(text, max - 1)}…`);

export const shortOid = (oid: string): string => oid.slice(0, 10);

/** `a, b, c and 17 more`. */
export function listed(texts: readonly string[], max = 5): string {
  const shown = texts
    .slice(0, max)
    .map((text) => cut(text, 60))
    .join(', ');
  return texts.length <= max ? shown : `${shown} and ${texts.length - max} more`;
}

/** Of a list of patterns, what a violation carries of it. */
export const MAX_LIMIT = 10;

/** `1 receipt`, `3 receipts`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `$5` or `$5.01`. */
export const dollars = (usd: number): string => `$${Number.isInteger(usd) ? usd : usd.toFixed(2)}`;

/** ` in <path> of commit <oid>`, as far as they are known. */
export function place(path: string | null | undefined, commit: string | null | undefined): string {
  return `${path == null ? '' : ` in ${cut(path, 200)}`}${commit == null ? '' : ` of commit ${shortOid(commit)}`}`;
}
