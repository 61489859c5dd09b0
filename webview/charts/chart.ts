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
  type ChartOptions,
  type ChartType,
} from 'chart.js';
import { element } from '../dom';
import { reveal } from '../host';
import { text } from '../text';
import { background, foreground, gridColor, highlightColor } from '../theme';

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

export interface ChartParts<T extends ChartType> {
  readonly id: string;
  readonly title: string;
  /** One sentence that says what the picture says. */
  readonly summary: string;
  readonly configure: (highlighted: number | null) => ChartConfiguration<T>;
  readonly twin: () => HTMLElement;
  /** Node behind a clicked element. */
  readonly nodeAt: (dataset: number, index: number) => number | null;
  readonly legend?: () => HTMLElement;
  readonly height?: number;
}

/** Puts canvas, legend, summary and table twin together and wires clicks to the listing. */
export function chartView<T extends ChartType>(parts: ChartParts<T>): ChartView {
  const canvas = element('canvas', {
    role: 'img',
    tabindex: 0,
    'aria-label': `${parts.title}. ${parts.summary}`,
  });
  const holder = element('div', { class: 'canvas' }, canvas);
  holder.style.height = `${parts.height ?? 320}px`;
  const legend = element('div', { class: 'legend' });
  const twin = element(
    'details',
    { class: 'twin' },
    element('summary', {}, text('webview.asTable')),
    parts.twin(),
  );
  const root = element(
    'section',
    { class: 'chart', id: parts.id, 'aria-labelledby': `${parts.id}-title` },
    element('h2', { id: `${parts.id}-title` }, parts.title),
    element('p', { class: 'summary' }, parts.summary),
    holder,
    legend,
    twin,
  );
  let chart: Chart<T> | undefined;
  let highlighted: number | null = null;
  const draw = () => {
    chart?.destroy();
    const configuration = parts.configure(highlighted);
    configuration.options = {
      ...configuration.options,
      onClick: (_event, hits) => {
        const hit = hits[0];
        const node = hit ? parts.nodeAt(hit.datasetIndex, hit.index) : null;
        if (node !== null) reveal(node);
      },
    } as NonNullable<ChartConfiguration<T>['options']>;
    chart = new Chart(canvas, configuration);
    legend.replaceChildren(...(parts.legend ? [parts.legend()] : []));
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

/** Axis colours and titles from the theme. */
export function axis(title: string, extra: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: { display: title !== '', text: title, color: foreground() },
    ticks: { color: foreground(), ...(extra.ticks as object | undefined) },
    grid: { color: gridColor() },
    border: { color: gridColor() },
    ...Object.fromEntries(Object.entries(extra).filter(([key]) => key !== 'ticks')),
  };
}

/** Tooltip in the theme's hover colours. */
export function tooltip(
  label: (dataset: number, index: number) => string | string[],
): NonNullable<ChartOptions['plugins']> {
  return {
    tooltip: {
      backgroundColor: background(),
      titleColor: foreground(),
      bodyColor: foreground(),
      borderColor: highlightColor(),
      borderWidth: 1,
      callbacks: { title: () => '', label: (item) => label(item.datasetIndex, item.dataIndex) },
    },
  };
}

/** A swatch per entry: shape and colour. */
export function swatches(
  entries: readonly { readonly label: string; readonly color: string; readonly mark: string }[],
): HTMLElement {
  return element(
    'ul',
    {},
    entries.map((entry) => {
      const mark = element('span', { class: 'mark', 'aria-hidden': 'true' }, entry.mark);
      mark.style.color = entry.color;
      return element('li', {}, mark, entry.label);
    }),
  );
}
