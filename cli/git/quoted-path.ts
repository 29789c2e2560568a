const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const TAB = 0x09;

const ESCAPES: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': QUOTE, '\\': BACKSLASH };

/**
 * A path as git prints it in a patch: bare, with a tab after it if it holds a space, or quoted like a C string if it
 * holds a quote, a backslash or a control character:
 *
 *     b/my file.ts\t
 *     "b/a \"quoted\" name\twith a tab and \303\244"
 *
 * Paths are bytes to git and text to everybody else: bytes that are no UTF-8 become U+FFFD, as they do in notes.
 */
export function decodePath(printed: Buffer): string {
  if (printed[0] !== QUOTE) {
    const tab = printed.indexOf(TAB);
    return printed.toString('utf8', 0, tab < 0 ? printed.length : tab);
  }
  const bytes: number[] = [];
  for (let i = 1; i < printed.length && printed[i] !== QUOTE; i++) {
    const byte = printed[i]!;
    if (byte !== BACKSLASH) {
      bytes.push(byte);
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(printed.toString('latin1', i + 1, i + 4))?.[0];
    bytes.push(octal === undefined ? escaped(printed[i + 1]) : Number.parseInt(octal, 8));
    i += octal === undefined ? 1 : 3;
  }
  return Buffer.from(bytes).toString('utf8');
}

function escaped(byte: number | undefined): number {
  return ESCAPES[String.fromCharCode(byte ?? 0)] ?? byte ?? BACKSLASH;
}
