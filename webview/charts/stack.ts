import type { ChartDataset } from 'chart.js';
import type { Layer, StackData } from '../content/chart';
import { axis, faded, tooltip, type Palette, type Picture } from './picture';

/** Layers come first among the data sets, from the lowest on, the limit after them. */
export function stack({ nodes, layers, limit, x, y }: StackData): Picture<'line'> {
  return {
    along: 'x',
    configure: (palette, highlighted) => ({
      type: 'line',
      data: {
        labels: [...nodes],
        datasets: [
          ...layers.map((layer) =>
            area(layer, palette, layer.marksNode ? nodes.map((node) => node === highlighted) : []),
          ),
          ...(limit === null
            ? []
            : [
                line(
                  limit.label,
                  nodes.map(() => limit.value),
                  palette,
                ),
              ]),
        ],
      },
      options: {
        interaction: { mode: 'index', intersect: false },
        scales: {
          x: { type: 'category', ...axis(palette, x, { ticks: { autoSkip: true, maxTicksLimit: 10 } }) },
          y: {
            type: 'linear',
            ...axis(palette, y.title, {
              stacked: true,
              beginAtZero: true,
              ticks: { callback: (value: number | string) => y.tick(Number(value)) },
            }),
          },
        },
        plugins: tooltip(palette, (dataset, index) => {
          const layer = layers[dataset];
          return layer ? [...(layer.tips[index] ?? [])] : [limit?.tip ?? ''];
        }),
      },
    }),
    nodeAt: (_dataset, index) => nodes[index] ?? null,
  };
}

function area(
  { label, paint, values }: Layer,
  palette: Palette,
  marked: readonly boolean[],
): ChartDataset<'line'> {
  const color = palette.color(paint);
  return {
    label,
    data: [...values],
    fill: 'stack',
    stepped: 'before',
    borderColor: color,
    borderWidth: 1,
    backgroundColor: faded(color, 40),
    pointRadius: values.map((_, index) => (marked[index] ? 5 : 0)),
    pointBackgroundColor: palette.highlight,
    pointHitRadius: 8,
  };
}

/** Stands apart from the stack, so that it lies at its own height. */
function line(label: string, data: number[], { color }: Palette): ChartDataset<'line'> {
  return {
    label,
    data,
    stack: 'capacity',
    fill: false,
    borderColor: color('foreground'),
    borderDash: [6, 4],
    borderWidth: 1.5,
    pointRadius: 0,
  };
}
