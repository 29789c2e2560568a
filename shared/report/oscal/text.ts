import { visible, visibleLines } from '../display.js';

/** A dash where nothing is left: the schema has no empty texts. */
const orDash = (text: string): string => text.trim() || '–';

/** A text of one line (OSCAL's `string`). */
export const line = (text: string): string => orDash(visible(text));

/** A text that may have several lines. */
export const multiline = (text: string): string => orDash(visibleLines(text));

/** Text as Markdown that shows it as it is: titles and descriptions of OSCAL are Markdown, which may hold HTML and links. */
export const markdown = (text: string): string => text.replace(/[\\`*_{}[\]<>&#|!~]/g, '\\$&');

/** An identifier (OSCAL's `token`): lower-case, beginning with a letter, as catalogues in OSCAL write `cc6.1` and `a.5.9`. */
export function token(text: string): string {
  const clean = visible(text)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}._-]/gu, '-');
  return /^\p{L}/u.test(clean) ? clean : `_${clean}`;
}
