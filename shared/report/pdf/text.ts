import type { ContentText } from 'pdfmake/interfaces.js';
import { FONTS } from './fonts.js';
import { type Run, toRuns } from './runs.js';

/** Text as pdfmake takes it, in as many runs as it needs fonts, which are remembered. */
export class Texts {
  readonly used = new Set<string>([FONTS[0]!.name]);

  of(text: string): ContentText {
    const runs = this.runs(text);
    // One run is most of a long table, and a list of one takes half as long again.
    return runs.length === 1 ? { ...runs[0]! } : { text: runs };
  }

  runs(text: string): Run[] {
    const runs = toRuns(text);
    for (const { font } of runs) this.used.add(font);
    return runs;
  }
}
