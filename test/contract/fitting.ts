import fc, { type Arbitrary } from 'fast-check';

/** The part of JSON Schema that the endpoints are written in. */
interface Schema {
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
}

export interface Vocabulary {
  /** Names and ids that mean something where the values go: without them nearly every request would ask for nothing. */
  words: string[];
  /** What stands where a schema takes anything. */
  anything: Arbitrary<unknown>;
}

/** Longest list and longest random text; limits above these are tested where they are made. */
const LONG = 4;
const WIDE = 40;

/** Values that fit a schema. */
export function fitting(schema: object, vocabulary: Vocabulary): Arbitrary<unknown> {
  const { type, enum: values, anyOf, ...rest } = schema as Schema;
  if (values) return fc.constantFrom(...values);
  if (anyOf) return fc.oneof(...anyOf.map((one) => fitting(one, vocabulary)));
  if (Array.isArray(type)) return fc.oneof(...type.map((one) => fitting({ ...rest, type: one }, vocabulary)));
  switch (type) {
    case 'object':
      return object(rest, vocabulary);
    case 'array':
      return list(rest, vocabulary);
    case 'string':
      return text(rest, vocabulary);
    case 'integer':
      return integer(rest);
    case 'number':
      return fc.double({ min: rest.minimum ?? -1e9, max: rest.maximum ?? 1e9, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      if (type !== undefined) throw new Error(`test/contract/fitting.ts does not know the type ${type}`);
      return vocabulary.anything;
  }
}

function object({ properties = {}, required = [] }: Schema, vocabulary: Vocabulary): Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, schema]) => [name, fitting(schema, vocabulary)]);
  return fc.record(Object.fromEntries(fields), { requiredKeys: required as never });
}

function list({ items = {}, minItems = 0, maxItems = LONG, uniqueItems }: Schema, vocabulary: Vocabulary) {
  const size = { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, LONG)) };
  return uniqueItems ? fc.uniqueArray(fitting(items, vocabulary), size) : fc.array(fitting(items, vocabulary), size);
}

function integer({ minimum = -(2 ** 53) + 1, maximum = 2 ** 53 - 1 }: Schema): Arbitrary<number> {
  const any = fc.maxSafeInteger().map((n) => Math.min(maximum, Math.max(minimum, n)));
  return fc.oneof(fc.integer({ min: Math.max(minimum, 0), max: Math.min(maximum, 400) }), any);
}

const FORMATS: Record<string, Arbitrary<string>> = {
  uuid: fc.uuid(),
  timestamp: fc
    .date({ min: new Date('1971-01-01'), max: new Date('2199-01-01'), noInvalidDate: true })
    .map((at) => at.toISOString()),
  'time-bound': fc.constantFrom('2026-02-14', '1970-01-01', '2199-12-31', '2026-02-14T10:00:00+14:00'),
  date: fc.constantFrom('2026-02-14', '2024-02-29'),
  lines: fc.constantFrom('1', '1-10,15', '1-2000000000', '7,9,11-12'),
  slug: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
  email: fc.emailAddress(),
  'time-zone': fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Chatham'),
};

function text({ minLength = 0, maxLength = WIDE, pattern, format }: Schema, { words }: Vocabulary): Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern), { size: 'small' });
  if (format !== undefined) {
    const made = FORMATS[format];
    if (!made) throw new Error(`test/contract/fitting.ts does not know the format ${format}`);
    const known = words.filter((word) => format === kindOf(word));
    return known.length > 0 ? fc.oneof(made, fc.constantFrom(...known)) : made;
  }
  const inside = words.filter((word) => word.length >= minLength && word.length <= maxLength);
  const random = fc.string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.min(maxLength, WIDE)) });
  const longest = fc.constant('€'.repeat(Math.min(maxLength, 300)));
  const within = random.filter((made) => made.length <= maxLength && made.length >= minLength);
  return fc.oneof(
    ...(inside.length > 0 ? [{ weight: 4, arbitrary: fc.constantFrom(...inside) }] : []),
    { weight: 4, arbitrary: within },
    { weight: 1, arbitrary: longest },
  );
}

/** The format that a word of the vocabulary has, if any. */
function kindOf(word: string): string | undefined {
  if (/^[0-9a-f]{8}-/.test(word)) return 'uuid';
  if (word.includes('@')) return 'email';
  return /^[a-z][a-z-]*$/.test(word) ? 'slug' : undefined;
}
