import fc, { type Arbitrary } from 'fast-check';

/** What programs get wrong, and what people try. */
const ODD: unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e308, 2 ** 53, -(2 ** 31) - 1, '', ' ', '0', 'null', '\u0000', '\ud800', '\u202e'],
  ...[
    "'; drop table receipts; --",
    '%',
    '\\',
    '$1',
    '__proto__',
    '../..',
    '-'.repeat(5000),
    '((((((((a+)+)+)+)+)+)+)+',
  ],
  ...['9999-12-31T23:59:59Z', '0000-00-00', 'infinity', '1-2000000001', '10-1', [], {}, [[]], [null], { '': '' }],
  ...[Array(300).fill(0), { constructor: { prototype: 1 } }],
];

/** The values with one place in each replaced, removed or added to. */
export function damaged(values: Arbitrary<unknown>): Arbitrary<unknown> {
  const change = fc.constantFrom('replace', 'remove', 'add') as Arbitrary<'replace' | 'remove' | 'add'>;
  return fc.tuple(values, fc.nat(), change, fc.constantFrom(...ODD)).map(([value, place, how, odd]) => {
    const root = { value: structuredClone(value) };
    const places = [...placesOf(root)];
    const { owner, key } = places[place % places.length]!;
    const child = owner[key];
    if (how === 'remove') delete owner[key];
    else if (how === 'add' && typeof child === 'object' && child !== null)
      (child as Record<string, unknown>)[Array.isArray(child) ? String(child.length) : 'colour'] = odd;
    else owner[key] = odd;
    return root.value;
  });
}

interface Place {
  owner: Record<string, unknown>;
  key: string;
}

function* placesOf(owner: object): Generator<Place> {
  for (const [key, child] of Object.entries(owner)) {
    yield { owner: owner as Record<string, unknown>, key };
    if (typeof child === 'object' && child !== null) yield* placesOf(child);
  }
}
