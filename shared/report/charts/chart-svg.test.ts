import test from 'ava';
import fc from 'fast-check';
import { HOSTILE, NAMES, sampleReport } from '../../../test/report-sample.js';
import { assertWellFormed } from '../../../test/well-formed.js';
import type { Chart } from '../document.js';
import { chartSvg } from './chart-svg.js';

const charts = sampleReport().sections.flatMap(({ blocks }) => blocks.filter((block) => block.kind === 'chart'));
const [line, bars] = charts as [Chart, Chart];
const names = [...NAMES, ...HOSTILE];

test('a chart drawn again, after others, has the same bytes', async (t) => {
  const first = await Promise.all(charts.map(chartSvg));
  t.deepEqual(await Promise.all(charts.map(chartSvg)), first);
  for (const svg of first) t.notRegex(svg, /zr\d|ecmeta|class=|style=/);
});

test('names of all kinds come out escaped, in well-formed SVG', async (t) => {
  for (const type of ['bar', 'line', 'stacked'] as const) {
    const series = names.map((name, index) => ({ name, values: names.map((_, at) => at * index) }));
    const svg = await chartSvg({ ...bars, type, labels: names, series });
    t.notThrows(() => assertWellFormed(svg));
    t.notRegex(svg, /<(script|img|b)\b|\u202e|\u0000/);
  }
});

test('charts of nothing, one point, 400 labels and only unknown values are drawn', async (t) => {
  const days = Array.from({ length: 400 }, (_, day) => `day ${day}`);
  const point = [{ name: 'one', values: [1] }];
  t.regex(await chartSvg({ ...line, labels: [], series: [] }), /No data in this period/);
  t.regex(
    await chartSvg({ ...line, labels: ['a'], series: [{ name: 'one', values: [null] }] }),
    /No data in this period/,
  );
  t.regex(await chartSvg({ ...line, labels: ['a'], series: point }), /#0072b2/);
  const long = await chartSvg({ ...line, labels: days, series: [{ name: 'one', values: days.map((_, day) => day) }] });
  const shown = long.match(/>day \d+</g) ?? [];
  t.true(shown.length > 2 && shown.length < 40, `${shown.length} labels fit`);
});

test('the first twelve series are drawn, and the chart says how many are not', async (t) => {
  const series = Array.from({ length: 15 }, (_, n) => ({ name: `series ${n}`, values: [n + 1, n + 2] }));
  const svg = await chartSvg({ ...line, labels: ['a', 'b'], series });
  t.regex(svg, /series 11</);
  t.notRegex(svg, /series 12</);
  t.regex(svg, /3 more series are not drawn/);
});

test('series of one name stay apart', async (t) => {
  const series = [1, 2].map((value) => ({ name: 'same', values: [value, value] }));
  t.is((await chartSvg({ ...line, labels: ['a', 'b'], series })).match(/>same</g)?.length, 2);
});

test('any values are drawn without an error', async (t) => {
  const value = fc.option(fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.MAX_VALUE, -1e308, 5e-324)));
  const arbitrary = fc.record({
    type: fc.constantFrom('bar' as const, 'line' as const, 'stacked' as const),
    labels: fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }),
    series: fc.array(fc.record({ name: fc.string({ unit: 'binary' }), values: fc.array(value, { maxLength: 7 }) }), {
      maxLength: 4,
    }),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async (part) => {
      const svg = await chartSvg({ ...line, ...part });
      assertWellFormed(svg);
      return !/NaN|Infinity|undefined/.test(svg.replace(/>[^<]*</g, '><'));
    }),
    { numRuns: 40 },
  );
  t.pass();
});
