/** What may stand before a JSON value. */
const SPACE = '[ \\t\\r\\n]*';
const OBJECT = new RegExp(`^${SPACE}\\{`);
const LIST = new RegExp(`^${SPACE}\\[${SPACE}\\{`);

/**
 * True when a note begins like a JSON object and holds each of the keys, at whatever depth. A key that stands inside a
 * string has a backslash before its second quote and is not found. Nothing is parsed: this is asked of every note by
 * one source after the other, and searching for bytes is native code.
 */
export function isObjectWith(note: Buffer, ...keys: string[]): boolean {
  return OBJECT.test(beginning(note)) && hasKeys(note, ...keys);
}

/** True when a note begins like a JSON list of objects. */
export function isList(note: Buffer): boolean {
  return LIST.test(beginning(note));
}

export function hasKeys(note: Buffer, ...keys: string[]): boolean {
  return keys.every((key) => note.includes(`"${key}"`));
}

function beginning(note: Buffer): string {
  return note.toString('latin1', 0, 100);
}
