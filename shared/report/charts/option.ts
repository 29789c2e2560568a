import type { EChartsCoreOption } from 'echarts/core';
import { display, visible } from '../display.js';
import type { Chart } from '../document.js';
import { lookOf } from './palette.js';

/** In CSS pixels; the height follows from what is drawn. */
export const CHART_WIDTH = 720;

/** More cannot be told apart; which are the first is for who makes the chart. */
const MAX_SERIES = 12;
const MAX_HORIZONTAL = 40;
const INK = '#222';
const GRID = '#d0d0d0';

/** What echarts is told to draw, and the height it takes in CSS pixels. */
export function chartOption(chart: Chart): { option: EChartsCoreOption; height: number } {
  const series = chart.series.slice(0, MAX_SERIES);
  const labels = chart.labels.map((label) => short(visible(label), 40));
  // Names of repositories and models are long: they have room beside a bar, not below it.
  const horizontal =
    chart.type === 'bar' && labels.length <= MAX_HORIZONTAL && labels.some((label) => label.length > 12);
  const categories = {
    type: 'category',
    data: labels,
    inverse: horizontal,
    axisLabel: { color: INK, fontSize: 11, hideOverlap: true, overflow: 'truncate', width: horizontal ? 220 : 90 },
    axisLine: { lineStyle: { color: INK } },
    axisTick: { alignWithLabel: true },
  };
  const values = {
    type: 'value',
    axisLabel: { color: INK, fontSize: 11, formatter: (value: number) => display(value, chart.unit) },
    splitLine: { lineStyle: { color: GRID } },
  };
  const names = series.map(({ name }) => short(visible(name), 30));
  const left = chart.series.length - series.length;
  const rows = series.length > 1 ? Math.ceil(series.length / 3) : 0;
  const empty = series.every(({ values }) => values.every((value) => finite(value) === null));
  const option = {
    animation: false,
    aria: {
      enabled: true,
      label: { enabled: false },
      decal: { show: true, decals: series.map((_, index) => decalOf(index)) },
    },
    legend: legendOf(names, rows),
    grid: {
      left: 12,
      right: 24,
      top: 16 + rows * 22,
      bottom: left > 0 ? 28 : 12,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: { ...(horizontal ? values : categories), show: !empty },
    yAxis: { ...(horizontal ? categories : values), show: !empty },
    series: series.map((one, index) => seriesOption(chart, one, index)),
    graphic: noteOf(empty, left),
  };
  const bars = 70 + labels.length * (10 + 14 * Math.max(1, series.length));
  const height = horizontal ? bars : 280;
  return { option, height: empty ? 80 : height + rows * 22 };
}

/** Series are called by their number, as two of one name would share a place here. */
const legendOf = (names: string[], rows: number) => ({
  show: rows > 0,
  top: 0,
  itemWidth: 36,
  itemGap: 16,
  textStyle: { color: INK, fontSize: 11 },
  formatter: (name: string) => names[Number(name)] ?? name,
});

function seriesOption(chart: Chart, series: Chart['series'][number], index: number) {
  const look = lookOf(index);
  const name = String(index);
  const data = chart.labels.map((_, at) => finite(series.values[at]));
  if (chart.type !== 'line') {
    const stack = chart.type === 'stacked' ? { stack: 'all' } : {};
    return {
      type: 'bar',
      name,
      data,
      barMaxWidth: 36,
      itemStyle: { color: look.color, borderColor: INK, borderWidth: 0.5 },
      ...stack,
    };
  }
  const lone = data.filter((value) => value !== null).length < 2;
  return {
    type: 'line',
    name,
    data,
    symbol: look.marker,
    symbolSize: 6,
    showSymbol: lone || data.length <= 60,
    itemStyle: { color: look.color },
    lineStyle: { color: look.color, width: 2, type: look.dash },
  };
}

const decalOf = (index: number) => ({ ...lookOf(index).pattern, color: 'rgba(255, 255, 255, 0.55)' });
/** echarts divides by the span of an axis, which numbers beyond any figure of a report would make 0 or infinite. */
function finite(value?: number | null): number | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  return Math.abs(value) < 1e-9 ? 0 : Math.max(-1e15, Math.min(1e15, value));
}

/** Says what is not drawn, in the chart itself. */
function noteOf(empty: boolean, left: number) {
  const style = { fill: INK, fontSize: 12, fontFamily: 'sans-serif' };
  if (empty)
    return [{ type: 'text', left: 'center', top: 'middle', style: { ...style, text: 'No data in this period' } }];
  if (left === 0) return [];
  const text = `${left} more series are not drawn; the figures are in the JSON of this report.`;
  return [{ type: 'text', left: 12, bottom: 2, style: { ...style, text, width: CHART_WIDTH } }];
}

/** At most so many characters, whole ones. */
function short(text: string, max: number): string {
  const characters = Array.from(text);
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
}
