import fc from 'fast-check';
import { Receipt } from '../../shared/api/receipts.js';
import { compileBody } from '../../shared/validate.js';
import { context, fixtures, PRIVATE } from './notes.test.support.js';
import type { ParsedNote, Source } from './source.js';

const checkReceipt = compileBody(Receipt);

const NAMES_USER = /^(?:[A-Za-z]:)?[\\/]+(?:home|Users)[\\/]+(?!\[REDACTED_USER\])[^\\/]/;

/** Throws unless it has a reason that can be shown, or can be sent and counted. */
export function checkUsable(parsed: ParsedNote | { reason: string }): void {
  if ('reason' in parsed) {
    if (parsed.reason === '' || parsed.reason.length > 200 || /\p{C}/u.test(parsed.reason))
      throw new Error(parsed.reason);
    return;
  }
  for (const receipt of parsed.receipts) {
    const { faults } = checkReceipt(receipt);
    if (faults) throw new Error(JSON.stringify(faults));
  }
  for (const { path } of parsed.receipts.flatMap(({ attributions }) => attributions ?? [])) {
    if (path && NAMES_USER.test(path)) throw new Error(`a user's name in ${path}`);
  }
  const ids = parsed.receipts.map(({ id }) => id);
  if (new Set(ids).size < ids.length) throw new Error('two receipts with one id');
  checkClaims(parsed);
  for (const { ai, human } of parsed.counts ?? []) {
    if (![ai, human].every((count) => Number.isSafeInteger(count) && count >= 0))
      throw new Error('a count that is none');
  }
}

/** Throws when private text was read. Not for damaged bytes, where any text can have come to stand under any key. */
function checkPrivate(parsed: ParsedNote | { reason: string }): void {
  if (JSON.stringify(parsed).includes(PRIVATE)) throw new Error('private text was read');
}

function checkClaims({ claims }: ParsedNote): void {
  const byPath = new Map<string, [number, number][]>();
  for (const { path, lines } of claims) {
    const ranges = byPath.get(path) ?? [];
    byPath.set(path, ranges);
    for (const [start, end] of lines) ranges.push([start, end]);
  }
  for (const ranges of byPath.values()) {
    ranges.sort((a, b) => a[0] - b[0]);
    if (ranges.some(([start], i) => i > 0 && start <= ranges[i - 1]![1])) throw new Error('a line is claimed twice');
  }
}

const FRAGMENTS = [
  '['.repeat(3_000),
  '{"a":'.repeat(3_000),
  '"__proto__":{},',
  '\0',
  '\\ud800',
  '-',
  '1e999',
  'null',
  '\n---\n',
  PRIVATE.slice(0, 3),
];

const faults = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.nat(255),
    kind: fc.constantFrom('cut', 'remove', 'repeat', 'insert', 'flip'),
  }),
  { minLength: 1, maxLength: 5 },
);
type Faults = typeof faults extends fc.Arbitrary<infer T> ? T : never;

function damaged(bytes: Buffer, list: Faults): Buffer {
  let note = Buffer.from(bytes);
  for (const { at, byte, kind } of list) {
    const place = Math.floor(at * note.length);
    const [before, after] = [note.subarray(0, place), note.subarray(place)];
    if (kind === 'cut') note = Buffer.from(before);
    else if (kind === 'remove') note = Buffer.concat([before, after.subarray(byte)]);
    else if (kind === 'repeat') note = Buffer.concat([before, before.subarray(-byte), after]);
    else if (kind === 'insert') note = Buffer.concat([before, Buffer.from(FRAGMENTS[byte % FRAGMENTS.length]!), after]);
    else if (place < note.length) note[place] = byte;
  }
  return note;
}

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    -1,
    0,
    1.5,
    1e300,
    2 ** 53,
    '',
    '\0',
    '\ud800',
    'x'.repeat(5_000),
    'mock_ai',
    '../../..',
    'C:\\a\\b',
    '__proto__',
    [],
    {},
  ),
  fc.nat(12),
);
const replaced = fc.array(fc.tuple(fc.nat(), odd), { minLength: 1, maxLength: 6 });

/** The value with some of its nodes, counted from the outside in, replaced by others. */
function withReplaced(value: unknown, replacements: readonly (readonly [number, unknown])[]): unknown {
  const root = { value: structuredClone(value) };
  for (const [index, other] of replacements) {
    const places: [Record<string, unknown>, string][] = [];
    const visit = (node: unknown) => {
      if (typeof node !== 'object' || node === null) return;
      for (const key of Object.keys(node)) {
        places.push([node as Record<string, unknown>, key]);
        visit((node as Record<string, unknown>)[key]);
      }
    };
    visit(root);
    const [parent, key] = places[index % places.length]!;
    parent[key] = other;
  }
  return root.value;
}

/** Throws unless damaged notes of a format, and such with values that do not belong there, are read or have a reason. */
export function checkDamage(source: Source): void {
  const notes = fixtures.get(source.name)!;
  fc.assert(
    fc.property(fc.constantFrom(...notes), faults, (note, list) => {
      const bytes = damaged(note, list);
      source.matches(bytes);
      checkUsable(source.parse(bytes, context));
    }),
    { numRuns: 1_000 },
  );
  const objects = notes.flatMap((note) => (/^[{[]/.test(note.toString('latin1', 0, 1)) ? [note] : [])).flatMap(asJson);
  if (objects.length === 0) return;
  fc.assert(
    fc.property(fc.constantFrom(...objects), replaced, (note, replacements) => {
      const parsed = source.parse(Buffer.from(JSON.stringify(withReplaced(note, replacements)) ?? ''), context);
      checkUsable(parsed);
      checkPrivate(parsed);
    }),
    { numRuns: 1_000 },
  );
}

function asJson(note: Buffer): unknown[] {
  try {
    return [JSON.parse(note.toString())];
  } catch {
    return [];
  }
}
