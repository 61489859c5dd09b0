import type { ChartDataset } from 'chart.js';
import type { RooflinePoint, SummaryChip } from '../../server/protocol';
import type { Bound } from '../../server/engine/cost/types';
import { button, table } from '../dom';
import { reveal } from '../host';
import { show, text, word } from '../text';
import { boundColor, boundShapes, foreground, highlightColor } from '../theme';
import { axis, chartView, swatches, tooltip, type ChartView } from './chart';

const marks: Record<string, string> = { circle: '●', rect: '■', triangle: '▲', rectRot: '◆', cross: '✕' };
/** Area of a dot that takes all the time, in square pixels; the smallest dot stays visible. */
const fullArea = 2400;
const smallestRadius = 2.5;
const twinRows = 200;

interface Dot extends RooflinePoint {
  readonly intensity: number;
  readonly rate: number;
}

/** Log-log roofline: one dot per kernel, area = its share of the time, under the roofs of its chip. */
export function roofline(chip: SummaryChip): ChartView {
  const dots = chip.points
    .filter((point) => point.operations > 0 && point.bytes > 0 && point.seconds > 0)
    .map((point) => ({
      ...point,
      intensity: point.operations / point.bytes,
      rate: point.operations / point.seconds,
    }));
  const total = chip.points.reduce((sum, point) => sum + point.seconds, 0);
  const bounds = [...new Set(dots.map((dot) => dot.bound))];
  const groups = bounds.map((bound) => dots.filter((dot) => dot.bound === bound));
  const radius = (dot: Dot) =>
    Math.max(smallestRadius, Math.sqrt(((dot.seconds / total) * fullArea) / Math.PI));
  return chartView<'scatter'>({
    id: 'roofline',
    title: text('webview.roofline.title'),
    summary: summary(chip, dots, total),
    height: 380,
    configure: (highlighted) => ({
      type: 'scatter',
      data: {
        datasets: [...groups.map((group) => dotsOf(group, radius, highlighted)), ...roofs(chip, dots)],
      },
      options: {
        scales: {
          x: { type: 'logarithmic', ...axis(text('webview.roofline.x'), { ticks: { callback: power } }) },
          y: {
            type: 'logarithmic',
            ...axis(text('webview.roofline.y'), {
              ticks: { callback: (value: number) => power(value) && show.rate(value) },
            }),
          },
        },
        plugins: tooltip((dataset, index) => {
          const dot = groups[dataset]?.[index];
          return dot ? describe(dot, total) : (roofs(chip, dots)[dataset - groups.length]?.label ?? '');
        }),
      },
    }),
    legend: () =>
      swatches([
        ...bounds.map((bound) => ({
          label: word('webview.bound', bound),
          color: boundColor(bound),
          mark: marks[boundShapes[bound]] ?? '●',
        })),
        { label: text('webview.roofline.area'), color: foreground(), mark: '◯' },
      ]),
    twin: () =>
      table(
        text('webview.roofline.title'),
        [
          text('webview.kernel'),
          text('webview.intensity'),
          text('webview.rate'),
          text('webview.time'),
          text('webview.bound'),
        ],
        chip.points
          .slice(0, twinRows)
          .map((point) => [
            button(point.label, () => reveal(point.node), { class: 'link' }),
            point.bytes > 0 ? show.intensity(point.operations / point.bytes) : '–',
            show.rate(point.operations / point.seconds),
            show.seconds(point.seconds),
            word('webview.bound', point.bound),
          ]),
        [1, 2, 3],
      ),
    nodeAt: (dataset, index) => groups[dataset]?.[index]?.node ?? null,
  });
}

function dotsOf(
  group: readonly Dot[],
  radius: (dot: Dot) => number,
  highlighted: number | null,
): ChartDataset<'scatter'> {
  const bound: Bound = group[0]?.bound ?? 'unknown';
  const color = boundColor(bound);
  return {
    label: word('webview.bound', bound),
    data: group.map((dot) => ({ x: dot.intensity, y: dot.rate })),
    pointStyle: boundShapes[bound],
    pointRadius: group.map(radius),
    pointHoverRadius: group.map((dot) => radius(dot) + 2),
    pointBackgroundColor: `color-mix(in srgb, ${color} 55%, transparent)`,
    pointBorderColor: group.map((dot) => (dot.node === highlighted ? highlightColor() : color)),
    pointBorderWidth: group.map((dot) => (dot.node === highlighted ? 3 : 1)),
  };
}

/** The slanted bandwidth roof up to the ridge point, then the flat compute roof; dashed for the vector unit. */
function roofs(chip: SummaryChip, dots: readonly Dot[]): ChartDataset<'scatter'>[] {
  const {
    matrixOpsPerSecond: matrix,
    vectorOpsPerSecond: vector,
    bandwidthBytesPerSecond: bandwidth,
  } = chip.roofs;
  const intensities = dots.map((dot) => dot.intensity);
  const left = intensities.reduce((a, b) => Math.min(a, b), 0.1) / 2;
  const made: ChartDataset<'scatter'>[] = [];
  for (const [rate, dash, key] of [
    [matrix, [], 'webview.roofline.matrixRoof'],
    [vector, [6, 4], 'webview.roofline.vectorRoof'],
  ] as const) {
    if (rate === null || bandwidth === null || (key === 'webview.roofline.vectorRoof' && vector === matrix))
      continue;
    const ridge = rate / bandwidth;
    const right = intensities.reduce((a, b) => Math.max(a, b * 2), ridge * 10);
    made.push({
      label: text(key, { rate: show.rate(rate), bandwidth: show.bandwidth(bandwidth) }),
      data: [
        { x: left, y: left * bandwidth },
        { x: ridge, y: rate },
        { x: right, y: rate },
      ],
      showLine: true,
      pointRadius: 0,
      pointHitRadius: 6,
      borderColor: foreground(),
      borderDash: [...dash],
      borderWidth: 1.5,
    });
  }
  return made;
}

function describe(dot: Dot, total: number): string[] {
  return [
    dot.label,
    `${show.intensity(dot.intensity)} · ${show.rate(dot.rate)}`,
    `${show.seconds(dot.seconds)} (${show.share(dot.seconds / total)}) · ${word('webview.bound', dot.bound)}`,
  ];
}

function summary(chip: SummaryChip, dots: readonly Dot[], total: number): string {
  const memory = dots.filter((dot) => dot.bound === 'memory').reduce((sum, dot) => sum + dot.seconds, 0);
  const unplotted = chip.points.length - dots.length;
  const said = text('webview.roofline.summary', {
    chip: chip.name,
    kernels: dots.length,
    share: total > 0 ? show.share(memory / total) : text('webview.unknown'),
  });
  return unplotted > 0 ? `${said} ${text('webview.roofline.unplotted', { count: unplotted })}` : said;
}

/** Log axes label powers of ten only. */
function power(value: number | string): string | null {
  const exponent = Math.log10(Number(value));
  return Math.abs(exponent - Math.round(exponent)) < 1e-9 ? show.decimal(Number(value)) : null;
}
