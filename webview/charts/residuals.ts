import type { ChartDataset } from 'chart.js';
import type { MeasuredPoint, MeasuredSummary } from '../../server/protocol';
import { button, table } from '../dom';
import { reveal } from '../host';
import { range, show, text } from '../text';
import { boundColor, color, foreground, highlightColor } from '../theme';
import { axis, chartView, swatches, tooltip, type ChartView } from './chart';

const twinRows = 200;
const radius = 4.5;

/** Where the measured time lies: a dot says it by colour and by shape. */
type Verdict = 'inside' | 'slower' | 'faster';
const verdicts: Readonly<
  Record<Verdict, { readonly mark: string; readonly shape: 'circle' | 'triangle' | 'rectRot' }>
> = {
  inside: { mark: '●', shape: 'circle' },
  slower: { mark: '▲', shape: 'triangle' },
  faster: { mark: '◆', shape: 'rectRot' },
};

function verdictOf({ measured, estimate }: MeasuredPoint): Verdict {
  if (measured > estimate.high) return 'slower';
  return measured < estimate.low ? 'faster' : 'inside';
}

function verdictColor(verdict: Verdict): string {
  if (verdict === 'inside') return boundColor('compute');
  return verdict === 'slower' ? color('charts-red', foreground()) : boundColor('overhead');
}

/** Log-log: one dot per measured kernel, measured against estimated, with the diagonal and the usual stated range. */
export function residuals(measured: MeasuredSummary, chip: string): ChartView {
  const { points } = measured;
  const groups = (['inside', 'slower', 'faster'] as const)
    .map((verdict) => ({ verdict, dots: points.filter((point) => verdictOf(point) === verdict) }))
    .filter(({ dots }) => dots.length > 0);
  const limits = limitsOf(points);
  return chartView<'scatter'>({
    id: 'residuals',
    title: text('webview.residuals.title'),
    summary: summary(measured, chip),
    height: 380,
    configure: (highlighted) => ({
      type: 'scatter',
      data: {
        datasets: [
          ...groups.map(({ verdict, dots }) => dotsOf(verdict, dots, highlighted)),
          ...lines(points, limits),
        ],
      },
      options: {
        scales: {
          x: scale(text('webview.residuals.x'), limits),
          y: scale(text('webview.residuals.y'), limits),
        },
        plugins: tooltip((dataset, index) => {
          const point = groups[dataset]?.dots[index];
          if (point) return describe(point);
          return lines(points, limits)[dataset - groups.length]?.label ?? '';
        }),
      },
    }),
    legend: () =>
      swatches([
        ...groups.map(({ verdict }) => ({
          label: text(`webview.residuals.${verdict}`),
          color: verdictColor(verdict),
          mark: verdicts[verdict].mark,
        })),
        { label: text('webview.residuals.diagonal'), color: foreground(), mark: '─' },
        { label: text('webview.residuals.band'), color: foreground(), mark: '┄' },
      ]),
    twin: () => twin(points),
    nodeAt: (dataset, index) => groups[dataset]?.dots[index]?.node ?? null,
  });
}

function twin(points: readonly MeasuredPoint[]): HTMLElement {
  return table(
    text('webview.residuals.title'),
    [
      text('webview.kernel'),
      text('webview.residuals.measured'),
      text('webview.residuals.estimated'),
      text('webview.range'),
      text('webview.residuals.ratio'),
      text('webview.residuals.verdict'),
    ],
    points
      .slice(0, twinRows)
      .map((point) => [
        button(point.label, () => reveal(point.node), { class: 'link' }),
        show.seconds(point.measured),
        show.seconds(point.estimate.value),
        range(point.estimate),
        show.ratio(point.measured / point.estimate.value),
        text(`webview.residuals.${verdictOf(point)}`),
      ]),
    [1, 2, 3, 4],
  );
}

function dotsOf(
  verdict: Verdict,
  dots: readonly MeasuredPoint[],
  highlighted: number | null,
): ChartDataset<'scatter'> {
  const fill = verdictColor(verdict);
  return {
    label: text(`webview.residuals.${verdict}`),
    data: dots.map((dot) => ({ x: dot.estimate.value, y: dot.measured })),
    pointStyle: verdicts[verdict].shape,
    pointRadius: radius,
    pointHoverRadius: radius + 2,
    pointBackgroundColor: `color-mix(in srgb, ${fill} 55%, transparent)`,
    pointBorderColor: dots.map((dot) => (dot.node === highlighted ? highlightColor() : fill)),
    pointBorderWidth: dots.map((dot) => (dot.node === highlighted ? 3 : 1)),
  };
}

interface Limits {
  readonly min: number;
  readonly max: number;
}

/** Both axes have one scale, so that the diagonal is one. */
function limitsOf(points: readonly MeasuredPoint[]): Limits {
  const all = points.flatMap(({ measured, estimate }) => [measured, estimate.value]);
  const min = all.reduce((a, b) => Math.min(a, b), Infinity);
  const max = all.reduce((a, b) => Math.max(a, b), -Infinity);
  return { min: min / 2, max: max * 2 };
}

/** The diagonal, and around it the range that the middle one of these estimates states. */
function lines(points: readonly MeasuredPoint[], limits: Limits): ChartDataset<'scatter'>[] {
  const low = middle(points.map(({ estimate }) => estimate.low / estimate.value));
  const high = middle(points.map(({ estimate }) => estimate.high / estimate.value));
  const line = (
    factor: number,
    label: string,
    more: Partial<ChartDataset<'scatter'>>,
  ): ChartDataset<'scatter'> => ({
    label,
    data: [limits.min, limits.max].map((x) => ({ x, y: x * factor })),
    showLine: true,
    pointRadius: 0,
    pointHitRadius: 0,
    borderColor: foreground(),
    borderWidth: 1.5,
    ...more,
  });
  const band = text('webview.residuals.band');
  const edge = { borderDash: [4, 4], borderWidth: 1 };
  const fill = `color-mix(in srgb, ${color('charts-foreground', foreground())} 10%, transparent)`;
  return [
    line(1, text('webview.residuals.diagonal'), {}),
    line(low, band, { ...edge, fill: '+1', backgroundColor: fill }),
    line(high, band, edge),
  ];
}

function middle(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 1;
}

function scale(title: string, limits: Limits): Record<string, unknown> & { type: 'logarithmic' } {
  return { type: 'logarithmic', ...limits, ...axis(title, { ticks: { callback: powerOfTen } }) };
}

/** Log axes label powers of ten only. */
function powerOfTen(value: number | string): string | null {
  const exponent = Math.log10(Number(value));
  return Math.abs(exponent - Math.round(exponent)) < 1e-9 ? show.seconds(Number(value)) : null;
}

function describe(point: MeasuredPoint): string[] {
  return [
    point.label,
    `${text('webview.residuals.measured')} ${show.seconds(point.measured)} (${show.ratio(point.measured / point.estimate.value)})`,
    `${text('webview.residuals.estimated')} ${show.estimate(point.estimate)}`,
  ];
}

function summary(measured: MeasuredSummary, chip: string): string {
  const { errors } = measured;
  if (!errors) return text('webview.residuals.nothing', { chip });
  return text('webview.residuals.summary', {
    chip,
    kernels: show.count(errors.groups),
    median: show.share(errors.median),
    p90: show.share(errors.p90),
    inside: show.share(errors.inside),
  });
}
