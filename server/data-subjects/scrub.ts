import { wordsOf } from './identity.js';
import { nameBeside, type Pseudonyms } from './pseudonyms.js';

/** Fields in which a person stands and nothing else: here one word is enough to be a name. */
const PERSON_FIELDS = new Set([
  'user_name',
  'user_email',
  'author_name',
  'author_email',
  'actor_name',
  'acknowledged_by',
  'approver',
  'changed_by',
  'email',
  'key_name',
  'people',
  'person',
  'subject',
]);

/** Fields of our own making, in which no name can stand; lines may be a megabyte of numbers. */
const NEVER = new Set(['id', 'hash', 'lines', 'commit', 'oid', 'timestamp', 'detail_hash']);

const PAIRS = [
  ['user_email', 'user_name'],
  ['author_email', 'author_name'],
] as const;

/**
 * A value of JSON in which every erased person goes by the pseudonym; the value itself where there is none. A receipt of an
 * erased person loses what was left of its prompt as well: that is what they wrote.
 */
export function scrub<T>(value: T, pseudonyms: Pseudonyms, field = ''): T {
  if (typeof value === 'string') return (NEVER.has(field) ? value : scrubString(value, pseudonyms, field)) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => scrub(item, pseudonyms, field));
    return items.some((item, n) => item !== value[n]) ? (items as T) : value;
  }
  let changed = false;
  const entries = Object.entries(value).map(([name, child]): [string, unknown] => {
    const result = scrub(child, pseudonyms, name);
    const key = scrubText(name, pseudonyms);
    changed ||= result !== child || key !== name;
    return [key, result];
  });
  return changed ? (finish(value as Fields, Object.fromEntries(entries)) as T) : value;
}

type Fields = Record<string, unknown>;

/** What follows for an object's other fields when a person in it was replaced. */
function finish(before: Fields, after: Fields): Fields {
  for (const [email, name] of PAIRS) {
    const isErased = after[email] !== before[email] || (before[email] == null && after[name] !== before[name]);
    if (!isErased) continue;
    // A name that others have, too, is erased where it stands beside the address.
    if (typeof after[email] === 'string' && after[name] != null && after[name] === before[name])
      after[name] = nameBeside(after[email]);
    if (email === 'user_email') {
      for (const prompt of ['prompt_summary', 'prompt_hash']) if (prompt in after) after[prompt] = null;
    }
  }
  // A violation says in words whose it is.
  const { subject } = before;
  if (typeof subject === 'string' && subject !== after.subject && typeof after.message === 'string')
    after.message = after.message.replaceAll(subject, String(after.subject));
  return after;
}

function scrubString(text: string, pseudonyms: Pseudonyms, field: string): string {
  if (PERSON_FIELDS.has(field)) {
    const pseudonym = text.includes('@') ? pseudonyms.ofEmail(text) : pseudonyms.ofName(text);
    if (pseudonym !== undefined) return pseudonym;
  }
  return scrubText(text, pseudonyms);
}

/** Whatever may be an address; dots and the like at its ends are the sentence's. */
const ADDRESS = /[\p{L}\p{N}\p{M}.!#$%&*+^_`~@-]+/gu;
const EDGE = new Set('.!#$%&*+^_`~-');

/** Running text with pseudonyms in the place of addresses and names. */
export function scrubText(text: string, pseudonyms: Pseudonyms): string {
  const withoutAddresses = text.includes('@')
    ? text.replace(ADDRESS, (token) => (token.includes('@') ? scrubAddress(token, pseudonyms) : token))
    : text;
  return scrubNames(withoutAddresses, pseudonyms);
}

function scrubAddress(token: string, pseudonyms: Pseudonyms): string {
  const whole = pseudonyms.ofEmail(token);
  if (whole !== undefined) return whole;
  let [start, end] = [0, token.length];
  while (start < end && EDGE.has(token[start]!)) start++;
  while (end > start && EDGE.has(token[end - 1]!)) end--;
  const pseudonym = pseudonyms.ofEmail(token.slice(start, end));
  return pseudonym === undefined ? token : token.slice(0, start) + pseudonym + token.slice(end);
}

/** Characters between two words of one name, at most. */
const MAX_GAP = 4;

function scrubNames(text: string, pseudonyms: Pseudonyms): string {
  const { lengths } = pseudonyms;
  if (lengths.length === 0) return text;
  const words = wordsOf(text);
  const parts: string[] = [];
  let done = 0;
  for (let at = 0; at < words.length; ) {
    const found = lengths
      .map((length) => words.slice(at, at + length))
      .filter((some, n) => some.length === lengths[n] && isTogether(some))
      .map((some) => ({ some, pseudonym: pseudonyms.ofWords(some) }))
      .find(({ pseudonym }) => pseudonym !== undefined);
    if (found) {
      parts.push(text.slice(done, words[at]!.start), found.pseudonym!);
      done = found.some.at(-1)!.end;
      at += found.some.length;
    } else at++;
  }
  return done === 0 ? text : parts.join('') + text.slice(done);
}

const isTogether = (words: { start: number; end: number }[]): boolean =>
  words.every((word, n) => n === 0 || word.start - words[n - 1]!.end <= MAX_GAP);
