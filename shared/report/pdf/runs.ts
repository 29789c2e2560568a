import { isRtl, visualOrder } from './direction.js';
import { FONTS, type Font } from './fonts.js';

/** A piece of text that one font can show. */
export interface Run {
  text: string;
  font: string;
}

/** What belongs to the letter before it. */
const CLINGS = /\p{Mark}|\p{Join_Control}/u;
/** Nothing to see, and Unifont would draw a box with their names. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/**
 * Text as runs of the first font that has each character, in the order they are seen in from left to right. A character that
 * no font has, such as an emoji, is written as its number, `[U+1F600]`, so that nothing is lost.
 */
export function toRuns(text: string): Run[] {
  return breakable(visualOrder(text.normalize('NFC')).flatMap((piece) => runsOf(piece).map(turned)));
}

/** Letters of one word in several fonts, after which it may break. */
const CHAIN = 8;
/** Zero width space, which the first font has. */
const BREAK: Run = { text: '\u200b', font: FONTS[0]!.name };

/** pdfmake breaks a long word within a run and never between two, so that a hostile one would run over its neighbours. */
function breakable(runs: Run[]): Run[] {
  let chain = 0;
  return runs.flatMap((run, index) => {
    const broken = index > 0 && chain >= CHAIN && !/^\s/.test(run.text);
    if (broken) chain = 0;
    const word = run.text.length - 1 - run.text.search(/\s\S*$/);
    chain = word < run.text.length ? word : chain + word;
    return broken ? [BREAK, run] : [run];
  });
}

/** Letters from right to left, where the font does not lead the PDF library to do it; marks stay behind their letters. */
function turned(run: Run): Run {
  if (!isRtl(run.text) || FONTS.find(({ name }) => name === run.font)!.shapes()) return run;
  return { ...run, text: (run.text.match(/[\s\S]\p{Mark}*/gu) ?? []).reverse().join('') };
}

function runsOf(text: string): Run[] {
  const runs: Run[] = [];
  let font: Font | undefined;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code === 0x0a) {
      append(runs, character, font ?? FONTS[0]!);
      continue;
    }
    const kept: Font | undefined = CLINGS.test(character) && font?.has(code) ? font : undefined;
    if (INVISIBLE.test(character) && (!kept || kept === FONTS.at(-1))) continue;
    const found: Font | undefined = kept ?? FONTS.find((candidate) => candidate.has(code));
    font = found ?? FONTS[0]!;
    append(runs, found ? character : `[U+${code.toString(16).toUpperCase()}]`, font);
  }
  return runs;
}

function append(runs: Run[], text: string, { name }: Font): void {
  const last = runs.at(-1);
  if (last?.font === name) last.text += text;
  else runs.push({ text, font: name });
}
