import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { unpackWoff } from './sfnt.js';

const require = createRequire(import.meta.url);

const face = (name: string, files: string, bold = '700') => ({
  name,
  regular: `@fontsource/${files}-400-normal.woff`,
  bold: `@fontsource/${files}-${bold}-normal.woff`,
});
const LATIN_AND_LIKE = [
  'latin',
  'latin-ext',
  'cyrillic',
  'cyrillic-ext',
  'greek',
  'greek-ext',
  'vietnamese',
  'devanagari',
];

/**
 * Where glyphs are looked for, in order. Unifont comes last and has the rest of the Basic Multilingual Plane, in a coarse hand
 * and without joined letters. A package that is not installed is passed over.
 */
const FILES = [
  ...LATIN_AND_LIKE.map((subset) => face(`NotoSans-${subset}`, `noto-sans/files/noto-sans-${subset}`)),
  face('NotoSansArabic', 'noto-sans-arabic/files/noto-sans-arabic-arabic'),
  face('NotoSansHebrew', 'noto-sans-hebrew/files/noto-sans-hebrew-hebrew'),
  face('NotoEmoji', 'noto-emoji/files/noto-emoji-emoji'),
  face('Unifont', 'unifont/files/unifont-latin', '400'),
].filter(({ regular }) => isInstalled(regular));

export interface Font {
  /** What pdfmake knows the family by. */
  name: string;
  /** The file's name of its bold face, which may be the regular one. */
  bold: string;
  has: (codePoint: number) => boolean;
  /** See `Unpacked`. */
  shapes: () => boolean;
  /** OpenType bytes by the name of the file, which is the PostScript name as well: regular, then bold. */
  files: () => [string, Buffer][];
}

/** The fonts in the order in which to try them. Each is read when it is first asked for, once a process. */
export const FONTS: Font[] = FILES.map(({ name, regular, bold }) => {
  const read = once(() => unpackWoff(readFileSync(require.resolve(regular)), name));
  const boldName = regular === bold ? name : `${name}-Bold`;
  const readBold = once(() => unpackWoff(readFileSync(require.resolve(bold)), boldName).sfnt);
  return {
    name,
    bold: boldName,
    has: (codePoint) => read().codePoints.has(codePoint),
    shapes: () => read().shapes,
    files: () =>
      regular === bold
        ? [[name, read().sfnt]]
        : [
            [name, read().sfnt],
            [boldName, readBold()],
          ],
  };
});

function isInstalled(file: string): boolean {
  try {
    return require.resolve(file) !== '';
  } catch {
    return false;
  }
}

function once<T>(make: () => T): () => T {
  let made: [T] | undefined;
  return () => {
    made ??= [make()];
    return made[0];
  };
}
