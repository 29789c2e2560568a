import fc, { type Arbitrary } from 'fast-check';
import { CommitFact, Receipt } from '../../shared/api/receipts.js';
import type { Endpoint } from '../../shared/api/types.js';
import type { exampleOf } from '../examples.js';
import { damaged } from './damage.js';
import { fitting, type Vocabulary } from './fitting.js';

export interface Request {
  path: string;
  method: string;
  /** As it is sent: text, since damaged JSON is none. */
  body?: string | undefined;
  headers: Record<string, string>;
  /** What stands for the parameters of the path. */
  params: string[];
}

/** Paths are made of the words too, and of these. */
const ODD_PARAMS = ['%', '...', 'x'.repeat(3000), '\u0000', '🦄', "' or 1=1", '00000000-0000-0000-0000-000000000000'];

/** The example of an endpoint, and it with one thing wrong in its body: its values go further in than random ones. */
export function variationsOf({ path, method, body }: ReturnType<typeof exampleOf>): Arbitrary<Request> {
  const bodies = body === undefined ? fc.constant(undefined) : texts(fc.constant(body));
  return bodies.map((text) => ({ path, method, headers: {}, params: [], ...(text !== undefined && { body: text }) }));
}

/** Requests to an endpoint, made from its schemas: mostly right ones, and some of every kind of wrong. */
export function requestsTo({ path, method, query, body }: Endpoint, words: string[]): Arbitrary<Request> {
  const vocabulary = vocabularyOf(words);
  const params = [...path.matchAll(/:\w+/g)].map(() =>
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...words) },
      { weight: 1, arbitrary: fc.constantFrom(...ODD_PARAMS) },
    ),
  );
  return fc
    .record({
      params: fc.tuple(...params),
      query: query ? mostly(fitting(query, vocabulary)) : fc.constantFrom({}, {}, { colour: 'red' }),
      body: body ? texts(fitting(body, vocabulary)) : fc.constantFrom(undefined, undefined, '{}'),
      headers: fc.oneof(
        { weight: 20, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.constantFrom(...HEADERS) },
      ),
    })
    .map(({ params, query, body, headers }) => {
      let n = 0;
      const filled = path.replace(/:\w+/g, () => encodeURIComponent(params[n++]!));
      return {
        path: filled + searchOf(query),
        method: method.toUpperCase(),
        ...(body !== undefined && method !== 'get' && { body }),
        headers: headers as Record<string, string>,
        params,
      };
    });
}

const HEADERS: Record<string, string>[] = [
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-encoding': 'gzip' },
  { 'content-encoding': 'br' },
  { 'if-none-match': '*, "x", W/"y"' },
  { accept: 'text/html' },
  { 'x-request-id': '\u00ff"' },
];

const mostly = (right: Arbitrary<unknown>) =>
  fc.oneof({ weight: 3, arbitrary: right }, { weight: 2, arbitrary: damaged(right) });

/** JSON of the values, and sometimes JSON that breaks off. */
function texts(values: Arbitrary<unknown>): Arbitrary<string> {
  const whole = mostly(values).map((value) => JSON.stringify(value) ?? '');
  return fc.oneof({ weight: 20, arbitrary: whole }, { weight: 1, arbitrary: whole.map((text) => text.slice(0, -2)) });
}

function vocabularyOf(words: string[]): Vocabulary {
  const anything = fc.jsonValue({ maxDepth: 3 });
  const inner = { words, anything };
  const items = [Receipt, CommitFact].map((schema) => mostly(fitting(schema, inner)));
  return {
    words,
    anything: fc.oneof({ weight: 1, arbitrary: anything }, ...items.map((arbitrary) => ({ weight: 4, arbitrary }))),
  };
}

function searchOf(query: unknown): string {
  if (typeof query !== 'object' || query === null) return '?=';
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value.slice(0, 3) : [value])
      search.append(name, typeof one === 'object' ? JSON.stringify(one) : String(one));
  }
  return search.size > 0 ? `?${search}` : '';
}
