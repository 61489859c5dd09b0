import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  Tooltip,
  type ChartConfiguration,
  type ChartType,
} from 'chart.js';
import type { BarsData, BoxesData, ChartData, LegendEntry, ScatterData, StackData } from '../content/chart';
import { button, element, titled } from '../dom';
import { reveal, savePicture } from '../host';
import { table } from '../tables/table';
import { text } from '../text';
import { color, palette } from '../theme';
import { bars } from './bars';
import { boxes } from './boxes';
import type { Picture } from './picture';
import { walkOver, type Walk } from './walk';
import { scatter } from './scatter';
import { stack } from './stack';

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  Tooltip,
);
// A strict CSP forbids the style element that chart.js would otherwise inject; motion helps nobody here.
Chart.defaults.animation = false;
Chart.defaults.responsive = true;
Chart.defaults.maintainAspectRatio = false;

/** A chart with its table twin: same data, reachable without seeing or pointing. */
export interface ChartView {
  readonly root: HTMLElement;
  /** Draws anew, for example after a change of theme. */
  draw(): void;
  /** Marks a node, or nothing. */
  highlight(node: number | null): void;
  dispose(): void;
}

/** Dots and lines on two logarithmic axes. */
export function scatterChart(data: ScatterData): ChartView {
  return chartView(data, scatter(data));
}

/** Horizontal bars. */
export function barChart(data: BarsData): ChartView {
  return chartView(data, bars(data));
}

/** Boxes on two linear axes. */
export function boxChart(data: BoxesData): ChartView {
  return chartView(data, boxes(data));
}

/** Stacked areas. */
export function stackChart(data: StackData): ChartView {
  return chartView(data, stack(data));
}

/** Puts canvas, legend, summary and table twin together and wires clicks to the listing. */
function chartView<T extends ChartType>(data: ChartData, picture: Picture<T>): ChartView {
  const { id, title, term = null, summary } = data;
  const canvas = element('canvas', {
    role: 'img',
    tabindex: 0,
    'aria-label': `${title}. ${summary} ${text('webview.chart.keys')}`,
    keydown: (event) => walk?.(event as KeyboardEvent),
    blur: () => walk?.(null),
  });
  const told = element('div', { class: 'hidden', 'aria-live': 'polite' });
  const holder = element('div', { class: 'canvas' }, canvas);
  holder.style.height = `${data.height}px`;
  const legend = element('div', { class: 'legend' });
  const root = element(
    'section',
    { class: 'chart', id, 'aria-labelledby': `${id}-title` },
    element('h2', { id: `${id}-title` }, titled({ label: title, term })),
    element('p', { class: 'summary' }, summary),
    holder,
    told,
    legend,
    button(text('webview.savePicture'), () => void save(id, canvas), { class: 'link' }),
    element('details', { class: 'twin' }, element('summary', {}, text('webview.asTable')), table(data.table)),
  );
  let chart: Chart<T> | undefined;
  let walk: Walk | undefined;
  let highlighted: number | null = null;
  const draw = () => {
    chart?.destroy();
    const configuration = picture.configure(palette(), highlighted);
    configuration.options = {
      ...configuration.options,
      onClick: (_event, hits) => {
        const hit = hits[0];
        const node = hit ? picture.nodeAt(hit.datasetIndex, hit.index) : null;
        if (node !== null) reveal(node);
      },
    } as NonNullable<ChartConfiguration<T>['options']>;
    chart = new Chart(canvas, configuration);
    walk = walkOver(chart, picture, (said) => (told.textContent = said));
    legend.replaceChildren(swatches(data.legend));
  };
  return {
    root,
    draw,
    highlight: (node) => {
      if (node === highlighted) return;
      highlighted = node;
      draw();
    },
    dispose: () => chart?.destroy(),
  };
}

/** Saves what is drawn, on the background of the page: a canvas has none of its own. */
async function save(id: string, drawn: HTMLCanvasElement): Promise<void> {
  const sheet = element('canvas', { width: drawn.width, height: drawn.height });
  const pen = sheet.getContext('2d');
  if (!pen) return;
  pen.fillStyle = palette().background;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.drawImage(drawn, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => sheet.toBlob(resolve, 'image/png'));
  if (blob) savePicture(id, new Uint8Array(await blob.arrayBuffer()));
}

/** A swatch per entry: shape and colour. */
function swatches(entries: readonly LegendEntry[]): HTMLElement {
  return element(
    'ul',
    {},
    entries.map(({ label, paint, mark }) => {
      const sign = element('span', { class: 'mark', 'aria-hidden': 'true' }, mark);
      sign.style.color = color(paint);
      return element('li', {}, sign, label);
    }),
  );
}
