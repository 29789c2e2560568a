import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { unpackWoff } from './sfnt.js';

const require = createRequire(import.meta.url);

/**
 * Where glyphs are looked for, in order. Unifont has the rest of the Basic Multilingual Plane, in a coarse hand. A further package
 * of @fontsource is a line here.
 */
const FILES = [
  ...['latin', 'latin-ext', 'cyrillic', 'cyrillic-ext', 'greek', 'greek-ext', 'vietnamese', 'devanagari'].map(
    (subset) => ({
      name: `NotoSans-${subset}`,
      regular: `@fontsource/noto-sans/files/noto-sans-${subset}-400-normal.woff`,
      bold: `@fontsource/noto-sans/files/noto-sans-${subset}-700-normal.woff`,
    }),
  ),
  {
    name: 'Unifont',
    regular: '@fontsource/unifont/files/unifont-latin-400-normal.woff',
    bold: '@fontsource/unifont/files/unifont-latin-400-normal.woff',
  },
];

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

function once<T>(make: () => T): () => T {
  let made: [T] | undefined;
  return () => {
    made ??= [make()];
    return made[0];
  };
}
