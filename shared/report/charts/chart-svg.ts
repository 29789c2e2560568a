import type { Chart } from '../document.js';
import { CHART_WIDTH, chartOption } from './option.js';
import { tidySvg } from './tidy.js';

/**
 * The chart as an SVG element: no scripts, no styles, no references outside of it, ids that begin with the chart's id. The same
 * chart gives the same bytes in every process.
 */
export async function chartSvg(chart: Chart): Promise<string> {
  const { init } = await loadEcharts();
  const { option, height } = chartOption(chart);
  const instance = init(null, null, { renderer: 'svg', ssr: true, width: CHART_WIDTH, height });
  try {
    instance.setOption(option);
    return tidySvg(instance.renderToSVGString(), chart.id);
  } finally {
    instance.dispose();
  }
}

/** Loading takes 300 to 1,000 ms, which a program that draws nothing need not spend. */
async function loadEcharts() {
  const [core, charts, components, renderers] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]);
  core.use([
    charts.BarChart,
    charts.LineChart,
    components.GridComponent,
    components.LegendComponent,
    components.GraphicComponent,
    components.AriaComponent,
    renderers.SVGRenderer,
  ]);
  return core;
}
