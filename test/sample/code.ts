/**
 * Source text for the sample repository: small functions, tests, styles and paragraphs that a shop could have. The
 * same path and number always give the same text, and different numbers never the same name.
 */
export function snippet(path: string, number: number): string[] {
  const thing = THINGS[number % THINGS.length]!;
  const round = Math.floor(number / THINGS.length);
  const kinds = kindsFor(path);
  const place = path.replace(/^.*\//, '').replace(/\..*$/, '');
  return kinds[(number + round + place.length) % kinds.length]!(thing, round === 0 ? '' : String(round + 1), place);
}

function kindsFor(path: string): Kind[] {
  if (path.endsWith('.md')) return TEXTS;
  if (path.endsWith('.css')) return STYLES;
  if (path.endsWith('.lock')) return LOCKS;
  return path.includes('.test.') ? TESTS : CODE;
}

type Kind = (thing: string, suffix: string, place: string) => string[];

const THINGS = [
  'order',
  'item',
  'discount',
  'address',
  'shipment',
  'payment',
  'customer',
  'review',
  'voucher',
  'price',
];

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const CODE: Kind[] = [
  (thing, n) => [
    `/** What all ${thing}s cost together, in cents, without those that were cancelled. */`,
    `export function sum${upper(thing)}s${n}(${thing}s: readonly ${upper(thing)}[]): number {`,
    `  let cents = 0;`,
    `  for (const ${thing} of ${thing}s) {`,
    `    if (${thing}.cancelledAt !== null) continue;`,
    `    cents += ${thing}.unitCents * ${thing}.quantity;`,
    `  }`,
    `  return cents;`,
    `}`,
  ],
  (thing, n, place) => [
    `export async function load${upper(thing)}${n}(id: string, store: Store): Promise<${upper(thing)}> {`,
    `  const row = await store.findOne('${place}_${thing}', { id });`,
    `  if (row === undefined) throw new NotFound('${thing}', id);`,
    `  return parse${upper(thing)}(row);`,
    `}`,
  ],
  (thing, n) => [
    `export function validate${upper(thing)}${n}(input: unknown): ${upper(thing)} | Problem {`,
    `  if (typeof input !== 'object' || input === null) {`,
    `    return problem('${thing}', 'must be an object');`,
    `  }`,
    `  const ${thing} = input as Partial<${upper(thing)}>;`,
    `  if (!${thing}.id) return problem('${thing}.id', 'is missing');`,
    `  if ((${thing}.quantity ?? 0) < 1) return problem('${thing}.quantity', 'must be at least 1');`,
    `  return ${thing} as ${upper(thing)};`,
    `}`,
  ],
  (thing, n, place) => [
    `const ${place.replace(/\W/g, '')}${upper(thing)}Limit${n} = ${40 + thing.length * 10};`,
    ``,
    `export function page${upper(thing)}s${n}(all: ${upper(thing)}[], page: number): ${upper(thing)}[] {`,
    `  const from = Math.max(0, page - 1) * ${place.replace(/\W/g, '')}${upper(thing)}Limit${n};`,
    `  return all.slice(from, from + ${place.replace(/\W/g, '')}${upper(thing)}Limit${n});`,
    `}`,
  ],
  (thing, n) => [
    `export function group${upper(thing)}s${n}ByDay(${thing}s: ${upper(thing)}[]): Map<string, ${upper(thing)}[]> {`,
    `  const days = new Map<string, ${upper(thing)}[]>();`,
    `  for (const ${thing} of ${thing}s) {`,
    `    const day = ${thing}.createdAt.slice(0, 10);`,
    `    const list = days.get(day) ?? [];`,
    `    list.push(${thing});`,
    `    days.set(day, list);`,
    `  }`,
    `  return days;`,
    `}`,
  ],
];

const TESTS: Kind[] = [
  (thing, n, place) => [
    `test('${place}: a ${thing} without a quantity is refused${n && ` (${n})`}', (t) => {`,
    `  const answer = validate${upper(thing)}${n}({ id: '${thing}-1' });`,
    `  t.is(answer.field, '${thing}.quantity');`,
    `});`,
  ],
  (thing, n, place) => [
    `test('${place}: cancelled ${thing}s cost nothing${n && ` (${n})`}', (t) => {`,
    `  const kept = { unitCents: 250, quantity: 2, cancelledAt: null };`,
    `  const cancelled = { unitCents: 999, quantity: 1, cancelledAt: '2026-01-05' };`,
    `  t.is(sum${upper(thing)}s${n}([kept, cancelled]), 500);`,
    `});`,
  ],
];

const STYLES: Kind[] = [
  (thing, n) => [
    `.${thing}-card${n} {`,
    `  display: grid;`,
    `  grid-template-columns: 4rem 1fr auto;`,
    `  gap: ${thing.length}px;`,
    `}`,
  ],
  (thing, n) => [`.${thing}-total${n} {`, `  font-variant-numeric: tabular-nums;`, `  margin-inline-start: auto;`, `}`],
];

const TEXTS: Kind[] = [
  (thing, n, place) => [
    `## ${upper(thing)}s${n && ` (part ${n})`}`,
    ``,
    `The ${place} keeps every ${thing} for two years, then only what the bookkeeping needs.`,
    `A ${thing} is never changed: a new version replaces it and the old one stays readable.`,
  ],
];

const LOCKS: Kind[] = [
  (thing, n) => [
    `"${thing}-kit${n}@^${thing.length}.0.0":`,
    `  version "${thing.length}.0.${n || 1}"`,
    `  resolved "https://registry.example.com/${thing}-kit${n}-${thing.length}.0.${n || 1}.tgz"`,
  ],
];
