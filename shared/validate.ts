import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { parseLines } from './line-set.js';
import { isEmail } from './person.js';
import type { Static, TSchema } from './schema.js';
import { isSlug } from './slug.js';
import { escapePointer } from './text.js';
import { normalizeTimestamp } from './timestamp.js';

// ajv-formats is CommonJS whose default export TypeScript sees as the namespace under nodenext.
const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function createAjv(coerceTypes: boolean): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, coerceTypes, useDefaults: true });
  addFormats(ajv, ['uuid', 'date']);
  ajv.addFormat('timestamp', { type: 'string', validate: (text: string) => normalizeTimestamp(text) !== undefined });
  ajv.addFormat('time-bound', { type: 'string', validate: (text: string) => timeBound(text, 'from') !== undefined });
  ajv.addFormat('lines', { type: 'string', validate: (text: string) => parseLines(text) !== undefined });
  ajv.addFormat('slug', { type: 'string', validate: isSlug });
  ajv.addFormat('email', { type: 'string', validate: isEmail });
  ajv.addFormat('time-zone', { type: 'string', validate: isTimeZone });
  return ajv;
}

const bodies = createAjv(false);
const queries = createAjv(true);

export interface SchemaFault {
  pointer: string;
  message: string;
}

/** Answers the faults of a value, none when it fits. Compile once, call often. */
export type Check<T> = (
  value: unknown,
) => { value: T; faults?: undefined } | { value?: undefined; faults: SchemaFault[] };

/** A check of a JSON body or a part of one. */
export const compileBody = <S extends TSchema>(schema: S): Check<Static<S>> => toCheck(bodies.compile(schema));

/** A check of query parameters, which arrive as text: `"50"` becomes 50. Writes defaults and coerced values into the value given. */
export const compileQuery = <S extends TSchema>(schema: S): Check<Static<S>> => toCheck(queries.compile(schema));

function toCheck<T>(validate: ValidateFunction): Check<T> {
  return (value) => (validate(value) ? { value: value as T } : { faults: ofMeant(validate.errors ?? []).map(toFault) });
}

/**
 * A value that fits no branch of a union has faults of every branch. Of a union of objects told apart by a required field only
 * the branch whose field is there was meant; where none is, one fault names the fields there could be.
 */
function ofMeant(errors: ErrorObject[]): ErrorObject[] {
  const union = errors.find(({ keyword }) => keyword === 'anyOf');
  if (!union) return errors;
  const branchOf = ({ schemaPath }: ErrorObject) =>
    schemaPath.startsWith(`${union.schemaPath}/`) ? schemaPath.slice(union.schemaPath.length + 1).split('/')[0] : '';
  const within = errors.filter((error) => branchOf(error) !== '');
  const lacking = within.filter(
    ({ keyword, instancePath }) => keyword === 'required' && instancePath === union.instancePath,
  );
  const isOther = new Set(lacking.map(branchOf));
  const others = errors.filter((error) => error !== union && branchOf(error) === '');
  const meant = within.find((error) => !isOther.has(branchOf(error)));
  if (meant?.keyword === 'type' && meant.instancePath === union.instancePath) return errors;
  if (meant) return [...others, ...within.filter((error) => branchOf(error) === branchOf(meant))];
  const names = lacking.map(({ params }) => params.missingProperty);
  return [...others, { ...union, message: `must hold exactly one of ${names.join(', ')}` }];
}

function toFault(error: ErrorObject): SchemaFault {
  const child = error.params.additionalProperty ?? error.params.missingProperty;
  const pointer = child === undefined ? error.instancePath : `${error.instancePath}/${escapePointer(String(child))}`;
  if (error.keyword === 'additionalProperties') return { pointer, message: 'is not a known field' };
  if (error.keyword === 'required') return { pointer, message: 'is required' };
  if (error.keyword === 'enum') return { pointer, message: `must be one of ${error.params.allowedValues.join(', ')}` };
  if (error.keyword === 'format') return { pointer, message: FORMAT_MESSAGES[error.params.format] ?? error.message! };
  if (error.keyword === 'pattern' && error.schemaPath.includes('/commit/')) return { pointer, message: OID_MESSAGE };
  return { pointer, message: error.message ?? 'is not valid' };
}

const OID_MESSAGE = 'must be a commit oid: 40 or 64 lower-case hex digits';
const FORMAT_MESSAGES: Record<string, string> = {
  uuid: 'must be a UUID',
  timestamp: 'must be an RFC 3339 timestamp between 1970 and 2200, such as 2026-02-25T11:42:36Z',
  'time-bound': 'must be a day such as 2026-02-14 or an RFC 3339 timestamp',
  lines: 'must be lines such as 1-10,15',
  slug: 'must be lower-case letters, digits and hyphens, such as backend-team',
  email: 'must be an e-mail address, such as ada@example.com',
  'time-zone': 'must be an IANA time zone, such as Europe/Berlin',
};

/** Offsets such as `+01:00`, which newer versions of Intl take as well, are none: they know no summer time. */
function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/**
 * A `from` or `to` as the instant it means. A day is the whole day in UTC: as `from` its beginning, as `to` its end, so
 * that `from=2026-02-14&to=2026-02-14` is one day. A timestamp is itself. Undefined when it is neither.
 */
export function timeBound(text: string, side: 'from' | 'to'): string | undefined {
  if (!DAY.test(text)) return normalizeTimestamp(text);
  const start = normalizeTimestamp(`${text}T00:00:00Z`);
  if (start === undefined || side === 'from') return start;
  // Not normalised again: after the last day of all there is no timestamp, and yet it is a day.
  return new Date(Date.parse(start) + 86_400_000).toISOString().replace('Z', '000Z');
}
