type Element = (text: string) => unknown;

const asText: Element = (text) => text;
const TYPES: [array: number, element: Element][] = [
  [1000, (text) => text === 't'], // boolean
  [1001, (text) => Buffer.from(text.slice(2), 'hex')], // bytea
  [1003, asText], // name
  [1005, Number], // smallint
  [1007, Number], // integer
  [1009, asText], // text
  [1015, asText], // varchar
  [1016, asText], // bigint, which postgres.js leaves as text, too
  [1022, Number], // float8
  [1185, (text) => new Date(text)], // timestamptz
  [1231, asText], // numeric
  [2951, asText], // uuid
];

/**
 * Arrays of PostgreSQL's own types, for the option `types` of postgres.js (3.4.9), by the numbers that these types have in every PostgreSQL. It would
 * ask for them on each new connection, with a query that nobody waits for: when PostgreSQL goes away in just that moment, its
 * rejection ends the process, or the pool never learns what an array is.
 */
export const arrayTypes = Object.fromEntries(
  TYPES.map(([number, element]) => [
    `array_${number}`,
    { to: number, from: [number], serialize: writeArray, parse: (text: string) => readArray(text, element) },
  ]),
);

/** An array of texts or numbers as PostgreSQL reads it. Of others postgres.js says that they are one item. */
export function writeArray(items: unknown): string {
  if (!Array.isArray(items)) return String(items);
  return `{${items.map((item) => (Array.isArray(item) ? writeArray(item) : writeItem(item))).join(',')}}`;
}

function writeItem(item: unknown): string {
  if (item === null) return 'null';
  return `"${String(item).replace(/["\\]/g, '\\$&')}"`;
}

/** What PostgreSQL writes of an array, with each item read by `element`; arrays of arrays too. */
export function readArray(text: string, element: Element): unknown[] {
  const token = /"((?:[^"\\]|\\.)*)"|([^{},"]+)/sy;
  let at = text.indexOf('{'); // bounds that do not begin at 1 stand before it
  const list = (): unknown[] => {
    const items: unknown[] = [];
    at++;
    while (text[at] !== '}') {
      if (text[at] === ',') at++;
      if (text[at] === '{') items.push(list());
      else items.push(item());
    }
    at++;
    return items;
  };
  const item = (): unknown => {
    token.lastIndex = at;
    const [all, quoted, bare] = token.exec(text)!;
    at += all.length;
    if (quoted !== undefined) return element(quoted.replace(/\\(.)/gs, '$1'));
    return bare === 'NULL' ? null : element(bare!);
  };
  return list();
}
