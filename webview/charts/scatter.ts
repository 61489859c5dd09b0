import type { ChartDataset } from 'chart.js';
import type { DotGroup, LogAxis, ScatterData, ScatterLine } from '../content/chart';
import { axis, faded, tooltip, type Palette, type Picture } from './picture';

/** Groups come first among the data sets, lines after them. */
export function scatter({ groups, lines, x, y }: ScatterData): Picture<'scatter'> {
  const dotAt = (dataset: number, index: number) => groups[dataset]?.dots[index];
  return {
    configure: (palette, highlighted) => ({
      type: 'scatter',
      data: {
        datasets: [
          ...groups.map((group) => dotsOf(group, palette, highlighted)),
          ...lines.map((line) => lineOf(line, palette)),
        ],
      },
      options: {
        scales: { x: scale(x, palette), y: scale(y, palette) },
        plugins: tooltip(palette, (dataset, index) => [
          ...(dotAt(dataset, index)?.tip ?? [lines[dataset - groups.length]?.label ?? '']),
        ]),
      },
    }),
    nodeAt: (dataset, index) => dotAt(dataset, index)?.node ?? null,
  };
}

function dotsOf(
  { label, paint, shape, dots }: DotGroup,
  palette: Palette,
  highlighted: number | null,
): ChartDataset<'scatter'> {
  const color = palette.color(paint);
  return {
    label,
    data: dots.map(({ x, y }) => ({ x, y })),
    pointStyle: shape,
    pointRadius: dots.map(({ radius }) => radius),
    pointHoverRadius: dots.map(({ radius }) => radius + 2),
    pointBackgroundColor: faded(color, 55),
    pointBorderColor: dots.map(({ node }) => (node === highlighted ? palette.highlight : color)),
    pointBorderWidth: dots.map(({ node }) => (node === highlighted ? 3 : 1)),
  };
}

function lineOf(
  { label, places, dash, width, hitRadius, shadesToNext }: ScatterLine,
  { color }: Palette,
): ChartDataset<'scatter'> {
  return {
    label,
    data: places.map(({ x, y }) => ({ x, y })),
    showLine: true,
    pointRadius: 0,
    pointHitRadius: hitRadius,
    borderColor: color('foreground'),
    borderDash: [...dash],
    borderWidth: width,
    ...(shadesToNext ? { fill: '+1', backgroundColor: faded(color('charts-foreground'), 10) } : {}),
  };
}

function scale(
  { title, tick, limits }: LogAxis,
  palette: Palette,
): Record<string, unknown> & { type: 'logarithmic' } {
  const ticks = { callback: (value: number | string) => tick(Number(value)) };
  return { type: 'logarithmic', ...limits, ...axis(palette, title, { ticks }) };
}
