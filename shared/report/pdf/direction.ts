const SCRIPTS = ['Hebrew', 'Arabic', 'Syriac', 'Thaana', 'Nko', 'Samaritan', 'Mandaic'];
const RTL = SCRIPTS.map((script) => `\\p{Script=${script}}`).join('');
/** Whether a character is a letter of a script that is written from right to left. */
export const isRtl = (text: string): boolean => HAS_RTL.test(text);
const HAS_RTL = new RegExp(`[${RTL}]`, 'u');
/** From one right-to-left letter to the last, or the last digit, before any left-to-right letter. */
const SPAN = new RegExp(`[${RTL}](?:[^${RTL}\\p{Letter}\\p{Mark}\\p{Number}\\n]*[${RTL}\\p{Mark}\\p{Number}])*`, 'gu');
const PIECES = new RegExp(`[${RTL}\\p{Mark}]+|\\p{Number}+(?:[.,:/+-]\\p{Number}+)*|[\\s\\S]`, 'gu');
const MIRRORED: Record<string, string> = {
  '(': ')',
  ')': '(',
  '[': ']',
  ']': '[',
  '{': '}',
  '}': '{',
  '<': '>',
  '>': '<',
  '«': '»',
  '»': '«',
};

/**
 * Text in pieces, in the order in which they are seen from left to right. Letters within a right-to-left piece stay as they are:
 * the PDF library turns those. This is the Unicode Bidirectional Algorithm (UAX #9) for names within a left-to-right
 * line and no more: one level, no overrides (those are taken out before). What wraps begins its second line too early.
 */
export function visualOrder(text: string): string[] {
  if (!isRtl(text)) return [text];
  const pieces: string[] = [];
  let from = 0;
  for (const { 0: span, index } of text.matchAll(SPAN)) {
    if (index > from) pieces.push(text.slice(from, index));
    pieces.push(...reversed(span));
    from = index + span.length;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}

const reversed = (span: string): string[] =>
  (span.match(PIECES) ?? []).reverse().map((piece) => MIRRORED[piece] ?? piece);
