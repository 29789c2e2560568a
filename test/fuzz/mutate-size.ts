import { ranges } from './mutate-attestation.js';
import { jsonIn } from './mutate-json.js';
import { oddPiece } from './odd.js';
import type { Random } from './random.js';

/** Up to somewhat more than a note may have at all. */
const LEAST = 64 * 1024;
const MOST = 20 * 1024 * 1024;

/** A note made large: long lines, deep nesting, one of its pieces again and again, millions of entries. */
export function mutateSize(note: Buffer, random: Random): Buffer {
  const size = random.size(LEAST, MOST);
  const text = note.toString('latin1');
  const kinds = [repeatPiece, repeatPiece, insertLong];
  if (jsonIn(note.toString())) kinds.push(repeatValue, repeatValue, repeatValue, nest);
  if (/^ {2}\S+ \d/m.test(text)) kinds.push(manyEntries, manyEntries, manyEntries);
  return random.pick(kinds)(note, size, random);
}

function repeatPiece(note: Buffer, size: number, random: Random): Buffer {
  const at = random.below(note.length);
  const piece = note.subarray(at, at + random.size(1, note.length));
  return Buffer.concat([note.subarray(0, at), Buffer.alloc(size, piece), note.subarray(at)]);
}

const LONG = ['x', '9', '[', '{"a":', '[],', '{},', '1,', '\n', 'a\n', '{}\n', ' \t'];

function insertLong(note: Buffer, size: number, random: Random): Buffer {
  const at = random.below(note.length);
  const piece = random.below(3) === 0 ? oddPiece(random) : Buffer.from(random.pick(LONG));
  return Buffer.concat([note.subarray(0, at), Buffer.alloc(size, piece), note.subarray(at)]);
}

function nest(note: Buffer, size: number, random: Random): Buffer {
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"messages":[', ']}'],
  ] as const);
  const depth = Math.floor(size / (open.length + close.length));
  const value = `${open.repeat(depth)}1${close.repeat(depth)}`;
  return Buffer.from(withValue(note, random, () => value));
}

/** Items as small as they can be, so that there can be most of them. */
const SMALL = ['{}', '[]', '0', '"0"', '{"id":"0"}', '[0]'];

/** One value of a list or an object many times, each with numbers of its own. */
function repeatValue(note: Buffer, size: number, random: Random): Buffer {
  const write = (value: object) => {
    const [key, item] = random.pick(Object.entries(value));
    const written = random.below(3) === 0 ? random.pick(SMALL) : JSON.stringify(item);
    const parts = filled(size, (n) => {
      // Most numbers and the ends of most texts change, so that neither ids nor lines are the same twice.
      const other = written
        .replace(/\d+(?=[,\]}])/g, (digits) => `${(Number(digits) + n * 3) % 1_000_000}`)
        .replace(/"(?=[,}\]]|$)/g, () => `${n}"`);
      return `${n > 0 ? ',' : ''}${Array.isArray(value) ? '' : `${JSON.stringify(`${key}${n}`)}:`}${other}`;
    });
    return Array.isArray(value) ? `[${parts}]` : `{${parts}}`;
  };
  return Buffer.from(withValue(note, random, write));
}

/** What `write` writes for 0, 1, 2 and so on, up to a size; gathered as bytes, since what is measured is the reader's memory. */
function filled(size: number, write: (n: number) => string): string {
  const bytes = Buffer.alloc(size);
  let end = 0;
  for (let n = 0; ; n++) {
    const part = write(n);
    if (end + part.length > size) return bytes.toString('latin1', 0, end);
    end += bytes.write(part, end, 'latin1');
  }
}

/** The note with the text of one of its JSON's lists or objects, if it has any that is not empty, written by `write`. */
function withValue(note: Buffer, random: Random, write: (value: object) => string): string {
  const { before, json, after } = jsonIn(note.toString())!;
  const places: object[] = [];
  const root = JSON.parse(json, (_, value) => {
    if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) places.push(value);
    return value;
  });
  const chosen = random.pick(places);
  const mark = '\u0001here';
  const text = JSON.stringify(root, (_, value) => (value === chosen ? mark : value));
  return before + text.replace(JSON.stringify(mark), () => write(chosen)) + after;
}

function manyEntries(note: Buffer, size: number, random: Random): Buffer {
  const text = note.toString('latin1');
  const keys = [...text.matchAll(/^ {2}(\S+) \d/gm)].map(([, key]) => key!);
  const [long, lines] = [random.size(1, 100_000), random.size(10, 10_000_000)];
  const parts = filled(size, (n) => {
    const path = random.below(4) === 0 ? `src/f${random.below(random.size(1, 100_000))}.ts\n` : '';
    const key = random.below(3) === 0 ? `k${n}::t` : random.pick(keys);
    return `${path}  ${key} ${ranges(long, random, lines)}\n`;
  });
  const at = text.indexOf('\n') + 1;
  return Buffer.from(text.slice(0, at) + parts + text.slice(at), 'latin1');
}
