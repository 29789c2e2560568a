import type { ContentText } from 'pdfmake/interfaces.js';
import { FONTS } from './fonts.js';
import { type Run, toRuns } from './runs.js';

/** The longest text of a cell or a label: one of 10,000 letters would fill pages. CSV and JSON have all of it. */
export const MAX_CELL = 300;

/** Text as pdfmake takes it, in as many runs as it needs fonts, which are remembered in `used`. Cut to `max` characters. */
export class Texts {
  readonly used = new Set<string>([FONTS[0]!.name]);
  /** How many texts were cut. */
  cut = 0;

  of(text: string, max = MAX_CELL): ContentText {
    return { text: this.runs(text, max) };
  }

  runs(text: string, max = MAX_CELL): Run[] {
    const runs = toRuns(this.#shorten(text, max));
    for (const { font } of runs) this.used.add(font);
    return runs;
  }

  #shorten(text: string, max: number): string {
    if (text.length <= max) return text;
    const characters = Array.from(text.slice(0, 2 * max)).slice(0, max);
    if (characters.join('').length === text.length) return text;
    this.cut++;
    return `${characters.join('')}…`;
  }
}
