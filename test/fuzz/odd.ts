import type { Random } from './random.js';

/** Pieces of text that have broken parsers, as they can stand in a file. */
const PIECES = [
  ...['0', '-1', '1.5', '1e999', '4294967296', '9007199254740993', '99999999999999999999', 'NaN', 'Infinity'],
  ...['null', 'true', '""', '{}', '[]', '{"":{}}', '"__proto__":{},', '"constructor":1,', '\\ud800', '\\u0000', '"'],
  ...['\n', '\r\n', '\n---\n', '\n\n', '\t', '  ', ':', ',', '-', '::', '\\', '/', '../', '<', '>', '\u2028', '\ufeff'],
  ...[
    '\u001b[31m',
    '\u202e',
    '\u0000',
    'mock_ai',
    'human',
    '<synthetic>',
    'authorship/4.0.0',
    '\n# aGiTrack Metadata\n',
  ],
].map((piece) => Buffer.from(piece));
const BYTES = ['ff', 'c0af', 'eda080', 'f4908080', 'e2', '00', '80'].map((hex) => Buffer.from(hex, 'hex'));

export function oddPiece(random: Random): Buffer {
  const kind = random.below(10);
  if (kind === 0) return Buffer.from(random.pick(['[', '{"a":', '(', '"', '\\', '- ']).repeat(random.size(10, 5_000)));
  if (kind === 1)
    return Buffer.alloc(random.size(10, 5_000), random.pick(['x', '9', ' ', '\n', 'é', ',1', '1-', '../']));
  if (kind === 2) return random.pick(BYTES);
  return random.pick(PIECES);
}

/** Paths that are none, or none of the repository. */
export const ODD_PATHS = [
  ...[
    '/etc/passwd',
    '/home/ada/secret',
    '/home/ada/app/src/a.ts',
    '/Users/ada/x',
    'C:\\Users\\ada\\x',
    'C:/x',
    '\\\\h\\s',
  ],
  ...[
    '..',
    '../../x',
    'src/../../x',
    './src/a.ts',
    '././',
    '',
    ' ',
    '.',
    '/',
    '//',
    'a//b',
    '__proto__',
    'constructor',
  ],
  ...['"', '"open', 'a\tb', 'a\u0000b', 'a\nb', '\ud800', 'x'.repeat(5_000), 'é'.repeat(4_096), '---', '{', '  x 1'],
];

/** JSON values where another stood. */
const VALUES: unknown[] = [
  ...[null, true, false, -1, 0, 1, 1.5, 1e300, 2 ** 31, 2 ** 32, 2 ** 53, 100_000_000, 100_000_001],
  ...['', ' ', '\0', '\ud800', '0', '1-3', '[]', 'mock_ai', 'test-agent', 'human', '__proto__', 'x'.repeat(5_000)],
  ...['2026-01-01T00:00:00Z', '9999-99-99T99:99:99Z', '11111111-2222-4333-8444-555555555555', 'claude', 'openai/gpt-5'],
  ...[[], {}, [[]], [null], [{}], { length: 3 }, [1, [4, 9]], [3, 1], ['5-9'], { type: 'ai' }, { id: 1 }],
  ...ODD_PATHS,
];

export function oddValue(random: Random): unknown {
  if (random.below(8) > 0) return structuredClone(random.pick(VALUES));
  const ranges = Array.from({ length: random.size(1, 200) }, () => [random.below(50), random.below(60)]);
  const few = ranges.slice(0, 20); // what is large is made by mutate-size.ts
  return random.pick<unknown>([ranges, ranges.flat(), Object.fromEntries(ranges), few.map(() => ({ ...few }))]);
}
