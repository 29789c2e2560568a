import { createHash } from 'node:crypto';
import { display, displayPeriod } from '../display.js';
import type { ReportDocument, Section } from '../document.js';
import { blockHtml } from './blocks.js';
import { escapeHtml } from './escape.js';
import { STYLE } from './style.js';

/** Nothing may be loaded, run or sent; the one style sheet is named by its hash. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * The report as one HTML file that stands on its own, in pieces as they are made: memory does not grow with the length of tables,
 * of which the first 1,000 rows are shown. Well-formed XML as well, so that it can be checked and read by machines.
 */
export async function* writeHtml(document: ReportDocument): AsyncIterable<string> {
  yield head(document);
  for (const section of document.sections) yield* sectionHtml(section);
  yield `</main>\n<footer><p>Made by ${text(document.generator)}. This page is evidence of what was recorded; it judges nobody's compliance.</p></footer>\n</body>\n</html>\n`;
}

const text = (value: string): string => escapeHtml(display(value));

function head(document: ReportDocument): string {
  const { title, organisation, sections } = document;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(POLICY)}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="generator" content="${text(document.generator)}" />
<title>${text(title)} – ${text(organisation)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${text(title)}</h1>
<p class="organisation">${text(organisation)}</p>
<dl>
${displayPeriod(document)
  .map(([label, value]) => `<dt>${text(label)}</dt><dd>${text(value)}</dd>`)
  .join('\n')}
</dl>
</header>
<nav aria-label="Contents">
<h2>Contents</h2>
<ol>
${sections.map((section) => `<li><a href="#s-${text(section.id)}">${text(section.title)}</a></li>`).join('\n')}
</ol>
</nav>
<main>
`;
}

async function* sectionHtml({ id, title, blocks }: Section): AsyncIterable<string> {
  yield `<section aria-labelledby="s-${text(id)}">\n<h2 id="s-${text(id)}">${text(title)}</h2>\n`;
  for (const block of blocks) yield* blockHtml(block);
  yield '</section>\n';
}
