export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Most bytes of JSON that are turned into objects, which take twenty times as much where the text is `[[],[],…`. Without
 * conversations and contents the largest of 11,000 notes has 0.4 MB.
 */
const MAX_JSON = 8 * 1024 * 1024;

/** Both formats keep a conversation in an object in a list or map of the note's one object. */
const DEPTH = 3;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const NULL = Buffer.from('null');

/**
 * The JSON's value with null for each list or object named `key` in an object three levels deep: the conversations that
 * some recorders keep in notes (`messages`, `conversation`). 95 % of all bytes in the notes of git-ai's own repository
 * are such conversations: stepping over them takes 0.5 s, parsing them 3.4 s, and what is never read can't be sent.
 *
 * Throws when the text is no JSON. What is stepped over is not checked, so damage inside a conversation costs nothing.
 */
export function parseJsonWithout(key: string, json: Buffer): unknown {
  const kept = withoutValues(Buffer.from(`"${key}"`), json);
  if (kept !== undefined) {
    try {
      return parseJson(kept);
    } catch {
      // The scanner took it for something else: JSON.parse has the last word on what is JSON.
    }
  }
  return parseJson(json);
}

/** The value of JSON that is neither too large nor too deep; throws when it is no JSON. */
export function parseJson(json: Buffer): unknown {
  if (json.length > MAX_JSON) throw new RangeError('JSON too large to be read');
  checkShape(json);
  return JSON.parse(json.toString('utf8'));
}

/** JSON.parse takes ten seconds and 2 GB for 6 MB of `[[[[…`. No recorder nests deeper than twenty. */
const MAX_DEPTH = 1_000;

/** Most values that a note has: 54,000 in 2 MB. `[{},{},…` has millions, each of which costs whoever reads it. */
const MAX_VALUES = 1_000_000;

function checkShape(json: Buffer): void {
  if (json.length <= MAX_DEPTH) return;
  let depth = 0;
  let values = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (byte === QUOTE) {
      at = stringEnd(json, at) - 1;
      if (at < 0) return; // It has no end: no JSON.
    } else if (byte === COMMA) values++;
    else if (isOpening(byte)) {
      values++;
      if (++depth > MAX_DEPTH) throw new RangeError('JSON nested too deep');
    } else if (isClosing(byte)) depth--;
  }
  if (values > MAX_VALUES) throw new RangeError('JSON of too many values');
}

/** The same JSON with null for the values that go; undefined when the text ends too early. */
function withoutValues(quotedKey: Buffer, json: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  let from = 0;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (isOpening(byte)) depth++;
    else if (isClosing(byte)) depth--;
    else if (byte === QUOTE) {
      const end = stringEnd(json, at);
      if (end < 0) return undefined;
      const value = depth === DEPTH && quotedKey.equals(json.subarray(at, end)) ? valueStart(json, end) : -1;
      at = end - 1;
      if (value < 0) continue;
      at = containerEnd(json, value) - 1;
      if (at < 0) return undefined;
      parts.push(json.subarray(from, value), NULL);
      from = at + 1;
    }
  }
  parts.push(json.subarray(from));
  return Buffer.concat(parts);
}

const isOpening = (byte: number) => byte === 0x7b || byte === 0x5b;
const isClosing = (byte: number) => byte === 0x7d || byte === 0x5d;

/** Where the list or object after a key begins; -1 when the string was no key or its value is something else. */
function valueStart(json: Buffer, keyEnd: number): number {
  const colon = skipSpace(json, keyEnd);
  if (json[colon] !== COLON) return -1;
  const value = skipSpace(json, colon + 1);
  return value < json.length && isOpening(json[value]!) ? value : -1;
}

function skipSpace(json: Buffer, from: number): number {
  let at = from;
  while (json[at] === 0x20 || json[at] === 0x0a || json[at] === 0x0d || json[at] === 0x09) at++;
  return at;
}

/** Behind the bracket that closes the one at `from`; 0 when there is none. */
function containerEnd(json: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < json.length; at++) {
    const byte = json[at]!;
    if (byte === QUOTE) {
      at = stringEnd(json, at) - 1;
      if (at < 0) return 0;
    } else if (isOpening(byte)) depth++;
    else if (isClosing(byte) && --depth === 0) return at + 1;
  }
  return 0;
}

/**
 * Behind the quote that closes the string at `from`; -1 when there is none. Searching for quotes is native code and
 * takes half the time of looking at each byte; a quote after an odd number of backslashes is part of the string.
 */
function stringEnd(json: Buffer, from: number): number {
  for (let at = json.indexOf(QUOTE, from + 1); at >= 0; at = json.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (json[at - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
  return -1;
}
