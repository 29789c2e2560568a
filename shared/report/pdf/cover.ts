import type { Content } from 'pdfmake/interfaces.js';
import { display, displayPeriod } from '../display.js';
import type { GatheredReport, GatheredSection } from './gather.js';
import { innerWidth } from './page.js';
import { coverRule } from './styles.js';
import type { Texts } from './text.js';

/** What the report is, of whom and of which time, and its contents. */
export function coverContent(document: GatheredReport, texts: Texts): Content[] {
  const facts = displayPeriod(document).map(([label, value]) => [
    { text: label, style: 'label' },
    texts.of(display(value)),
  ]);
  return [
    { ...texts.of(display(document.title)), style: 'title', margin: [0, 60, 0, 4] },
    { ...texts.of(display(document.organisation)), style: 'organisation' },
    { ...coverRule(innerWidth('portrait')), margin: [0, 16, 0, 14] },
    { table: { widths: [150, '*'], body: facts }, layout: 'facts' },
    {
      text: 'Evidence of what was recorded. Whether a control was met is for its reader to judge.',
      style: 'note',
      margin: [4, 10, 0, 30],
    },
    { text: 'Contents', style: 'contents' },
    ...document.sections.map((section) => entry(section, texts)),
  ];
}

function entry({ id, title }: GatheredSection, texts: Texts): Content {
  const runs = texts.runs(display(title)).map((run) => ({ ...run, linkToDestination: `s-${id}` }));
  return {
    columns: [
      { text: runs, width: '*' },
      { pageReference: `s-${id}`, width: 30, alignment: 'right' },
    ],
    columnGap: 12,
    margin: [0, 2, 0, 2],
  };
}
