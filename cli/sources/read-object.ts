import { isObject, type Json, parseJson } from './json.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const NULL = Buffer.from('null');

/**
 * The JSON object that a note is, undefined when it is none or too large. Texts under private keys (prompts,
 * responses, contents of lines) are stepped over and read as null, at whatever depth: what is never read can't be sent.
 */
export function readObject(note: Buffer, ...privateKeys: string[]): Json | undefined {
  const value = readJson(privateKeys.reduce(withoutTexts, note));
  return isObject(value) ? value : undefined;
}

/** The JSON value that the bytes are; undefined when they are none, or too much. */
export function readJson(json: Buffer): unknown {
  try {
    return parseJson(json);
  } catch {
    return undefined;
  }
}

/**
 * The same JSON with null for each text under the key. A quoted word and a colon behind it are always a key: inside a
 * string the quotes have backslashes. Each byte is looked at a constant number of times.
 */
export function withoutTexts(json: Buffer, key: string): Buffer {
  const quoted = Buffer.from(`"${key}"`);
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = json.indexOf(quoted); at >= 0; at = json.indexOf(quoted, at)) {
    const escaped = json[at - 1] === BACKSLASH;
    at += quoted.length;
    const text = escaped ? -1 : textStart(json, at);
    const end = text < 0 ? -1 : textEnd(json, text);
    if (end < 0) continue;
    parts.push(json.subarray(from, text), NULL);
    from = at = end;
  }
  if (parts.length === 0) return json;
  parts.push(json.subarray(from));
  return Buffer.concat(parts);
}

/** Where the text behind a key begins; -1 when that was no key or its value is something else. */
function textStart(json: Buffer, keyEnd: number): number {
  const colon = skipSpace(json, keyEnd);
  if (json[colon] !== COLON) return -1;
  const value = skipSpace(json, colon + 1);
  return json[value] === QUOTE ? value : -1;
}

function skipSpace(json: Buffer, from: number): number {
  let at = from;
  while (json[at] === 0x20 || json[at] === 0x0a || json[at] === 0x0d || json[at] === 0x09) at++;
  return at;
}

/** Behind the quote that closes the text, which one after an odd number of backslashes does not; -1 when none does. */
function textEnd(json: Buffer, start: number): number {
  for (let at = json.indexOf(QUOTE, start + 1); at >= 0; at = json.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (json[at - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
  return -1;
}
