import { chartSvg } from '../charts/chart-svg.js';
import type { Chart } from '../document.js';
import { escapeHtml } from '../html/escape.js';
import { FONTS } from './fonts.js';
import { toRuns } from './runs.js';
import type { Texts } from './text.js';

const LABEL = /(<text [^>]*>)([^<]*)<\/text>/g;
const ENTITY = /&(?:amp|lt|gt|quot|#39);/g;
const CHARACTERS: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

/** The chart's SVG, so many points wide, with each label in the fonts that have its characters. */
export async function chartForPdf(chart: Chart, texts: Texts, width: number): Promise<string> {
  const svg = await chartSvg(chart);
  return resized(svg, width).replace(LABEL, (_, tag: string, label: string) => {
    const runs = toRuns(label.replace(ENTITY, (entity) => CHARACTERS[entity]!));
    for (const { font } of runs) texts.used.add(font);
    const [first, ...others] = runs.map(({ text, font }) => ({ font, text: escapeHtml(text) }));
    const spans = others.map(({ text, font }) => `<tspan font-family="${font}">${text}</tspan>`).join('');
    return `${tag.replace(/font-family="[^"]*"/, `font-family="${first?.font ?? FONTS[0]!.name}"`)}${first?.text ?? ''}${spans}</text>`;
  });
}

const SIZE = /^<svg width="([\d.]+)" height="([\d.]+)"/;

const resized = (svg: string, width: number): string =>
  svg.replace(SIZE, (_, from, height) => `<svg width="${width}" height="${(height * width) / from}"`);
