import type { Chart, ChartDataset, Plugin } from 'chart.js';
import type { DotGroup, LogAxis, ScatterData, ScatterLine } from '../content/chart';
import { axis, faded, tooltip, type Palette, type Picture } from './picture';

/** Groups come first among the data sets, lines after them. */
export function scatter({ groups, lines, x, y }: ScatterData): Picture<'scatter'> {
  const dotAt = (dataset: number, index: number) => groups[dataset]?.dots[index];
  return {
    along: 'x',
    configure: (palette, highlighted) => ({
      type: 'scatter',
      data: {
        datasets: [
          ...groups.map((group) => dotsOf(group, palette, highlighted)),
          ...lines.map((line) => lineOf(line, palette)),
        ],
      },
      plugins: [captions(lines, palette)],
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
  const isMarked = (node: number | null): boolean => node !== null && node === highlighted;
  return {
    label,
    data: dots.map(({ x, y }) => ({ x, y })),
    pointStyle: shape,
    pointRadius: dots.map(({ radius }) => radius),
    pointHoverRadius: dots.map(({ radius }) => radius + 2),
    pointBackgroundColor: faded(color, 55),
    pointBorderColor: dots.map(({ node }) => (isMarked(node) ? palette.highlight : color)),
    pointBorderWidth: dots.map(({ node }) => (isMarked(node) ? 3 : 1)),
  };
}

function lineOf(
  { label, paint = 'foreground', places, dash, width, hitRadius, shadesToNext }: ScatterLine,
  { color }: Palette,
): ChartDataset<'scatter'> {
  return {
    label,
    data: places.map(({ x, y }) => ({ x, y })),
    showLine: true,
    pointRadius: 0,
    pointHitRadius: hitRadius,
    borderColor: color(paint),
    borderDash: [...dash],
    borderWidth: width,
    ...(shadesToNext ? { fill: '+1', backgroundColor: faded(color('charts-foreground'), 10) } : {}),
  };
}

/** Writes captions along their lines, as far as these are in the picture. */
export function captions(
  lines: readonly ScatterLine[],
  { color }: Pick<Palette, 'color'>,
): Plugin<'scatter'> {
  return {
    id: 'captions',
    afterDatasetsDraw: ({ ctx, chartArea, scales: { x, y } }: Chart<'scatter'>) => {
      if (!x || !y) return;
      for (const { caption, paint = 'foreground', places } of lines) {
        const [from, to] = places.map(
          (place) => [x.getPixelForValue(place.x), y.getPixelForValue(place.y)] as const,
        );
        if (caption === undefined || !from || !to) continue;
        const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
        // The part of the line that is in the picture begins at the left or at the bottom, and ends at the second place.
        const share = Math.max(
          0,
          (chartArea.bottom - from[1]) / (to[1] - from[1]),
          (chartArea.left - from[0]) / (to[0] - from[0]),
        );
        const at = [0, 1].map((axis) => (from[axis]! + share * (to[axis]! - from[axis]!) + to[axis]!) / 2);
        ctx.save();
        ctx.translate(at[0]!, at[1]!);
        ctx.rotate(angle);
        ctx.fillStyle = color(paint);
        ctx.font = `11px ${getComputedStyle(ctx.canvas).fontFamily}`;
        ctx.textAlign = 'center';
        ctx.textBaseline = 'bottom';
        ctx.fillText(caption, 0, -3);
        ctx.restore();
      }
    },
  };
}

function scale(
  { title, tick, at, limits }: LogAxis,
  palette: Palette,
): Record<string, unknown> & { type: 'logarithmic' } {
  const ticks = { callback: (value: number | string) => tick(Number(value)) };
  // All of them, whatever the scale would choose.
  const placed = at && {
    afterBuildTicks: (built: { ticks: { value: number }[] }) =>
      (built.ticks = at.map((value) => ({ value }))),
  };
  return {
    type: 'logarithmic',
    ...limits,
    ...placed,
    ...axis(palette, title, { ticks: at ? { ...ticks, autoSkip: false } : ticks }),
  };
}
