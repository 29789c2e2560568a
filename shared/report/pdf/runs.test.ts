import test from 'ava';
import fc from 'fast-check';
import { NAMES } from '../../../test/report-sample.js';
import { FONTS } from './fonts.js';
import { toRuns } from './runs.js';

const shown = (text: string) =>
  toRuns(text)
    .map((run) => run.text)
    .join('');
const fontsOf = (text: string) => [...new Set(toRuns(text).map(({ font }) => font))];

test('each script has the first font that has its letters', (t) => {
  t.deepEqual(fontsOf('Ada'), ['NotoSans-latin']);
  t.deepEqual(fontsOf('Иван'), ['NotoSans-cyrillic']);
  t.deepEqual(fontsOf('Γιώργος'), ['NotoSans-greek']);
  t.deepEqual(fontsOf('प्रिया'), ['NotoSans-devanagari']);
  t.deepEqual(fontsOf('山田太郎'), ['Unifont']);
  t.deepEqual(fontsOf('Łódź'), ['NotoSans-latin-ext', 'NotoSans-latin']);
});

test('names in any script keep all of their letters', (t) => {
  for (const name of NAMES.filter((one) => !one.includes('😀'))) {
    const sorted = (text: string) => Array.from(text.normalize('NFC')).sort().join('');
    t.is(sorted(shown(name)), sorted(name));
  }
});

test('words that are written from right to left stand in that order, numbers among them are not turned', (t) => {
  const words = toRuns('דוד בן 1948')
    .map(({ text }) => text.trim())
    .filter((text) => text !== '');
  t.deepEqual(
    words.map((word) => Array.from(word).sort().join('')),
    ['1489', 'בן', 'דדו'],
  );
  t.is(words[0], '1948');
});

test('left-to-right text around a right-to-left name stays where it is', (t) => {
  const text = shown('by (דוד) in 2026');
  t.regex(text, /^by \(.{3}\) in 2026$/);
});

test('a character that no font has is written as its number', (t) => {
  t.is(shown('a\u{10ffee}b'), 'a[U+10FFEE]b');
});

test('what cannot be seen leaves no box behind', (t) => {
  t.is(shown('a\u00ad\ufe0fb'), 'ab');
});

test('a word of many fonts may be broken, others are left whole', (t) => {
  t.regex(shown('aЖ'.repeat(20)), /\u200b/);
  t.notRegex(NAMES.map(shown).join(' '), /\u200b/);
});

test('every run is text that its font has', (t) => {
  const known = new Map(FONTS.map((font) => [font.name, font]));
  const unit = fc.oneof(
    fc.constantFrom(...'abc 12().,/-Жשدあ漢😀\u0301\u200d\n'),
    fc.string({ unit: 'grapheme', maxLength: 1, minLength: 1 }),
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 40 }), (parts) => {
      for (const { text, font } of toRuns(parts.join(''))) {
        for (const character of text)
          if (character !== '\n' && !known.get(font)!.has(character.codePointAt(0)!)) return false;
      }
      return true;
    }),
  );
  t.pass();
});

test('hostile texts take no longer than their length asks for', (t) => {
  for (const part of ['ש', 'ש ', 'ש.', 'ש\u0301', '1.', '.', 'aЖ', 'ש(']) {
    t.true(toRuns(part.repeat(50_000 / part.length)).length > 0);
    t.true(toRuns(`ש${part.repeat(50_000 / part.length)}x`).length > 0);
  }
});
