import type { MeasuredPoint, MeasuredSummary } from '../../server/protocol';
import { range, show, text } from '../text';
import { powerOfTen, type DotGroup, type LogAxis, type ScatterData, type ScatterLine } from './chart';
import { boundLooks, marks, type Paint, type Shape } from './paint';
import type { TableData } from './table';
import { termed } from './terms';

const tableRows = 200;
const radius = 4.5;

/** Where the measured time lies: a dot says it by colour and by shape. */
const looks = {
  inside: { paint: boundLooks.compute.paint, shape: 'circle' },
  slower: { paint: 'charts-red', shape: 'triangle' },
  faster: { paint: boundLooks.overhead.paint, shape: 'rectRot' },
} as const satisfies Record<string, { paint: Paint; shape: Shape }>;
type Verdict = keyof typeof looks;

function verdictOf({ measured, estimate }: MeasuredPoint): Verdict {
  if (measured > estimate.high) return 'slower';
  return measured < estimate.low ? 'faster' : 'inside';
}

/** Log-log: one dot per measured kernel, measured against estimated, with the diagonal and the usual stated range. */
export function residualsData(measured: MeasuredSummary, chip: string): ScatterData | null {
  const { points } = measured;
  if (points.length === 0) return null;
  const groups = (['inside', 'slower', 'faster'] as const)
    .map((verdict) => ({ verdict, dots: points.filter((point) => verdictOf(point) === verdict) }))
    .filter(({ dots }) => dots.length > 0);
  const limits = limitsOf(points);
  const axis = (title: string): LogAxis => ({
    title,
    tick: (value) => powerOfTen(value, show.seconds),
    limits,
  });
  return {
    id: 'residuals',
    title: text('webview.residuals.title'),
    term: 'ratio',
    summary: summary(measured, chip),
    height: 380,
    legend: [
      ...groups.map(({ verdict }) => ({
        label: text(`webview.residuals.${verdict}`),
        paint: looks[verdict].paint,
        mark: marks[looks[verdict].shape],
      })),
      { label: text('webview.residuals.diagonal'), paint: 'foreground', mark: '─' },
      { label: text('webview.residuals.band'), paint: 'foreground', mark: '┄' },
    ],
    table: table(points, measured.errors?.groups ?? points.length),
    groups: groups.map(({ verdict, dots }) => ({
      label: text(`webview.residuals.${verdict}`),
      ...looks[verdict],
      dots: dots.map(dot),
    })),
    lines: lines(points, limits),
    x: axis(text('webview.residuals.x')),
    y: axis(text('webview.residuals.y')),
  };
}

function dot(point: MeasuredPoint): DotGroup['dots'][number] {
  const ratio = show.ratio(point.measured / point.estimate.value);
  return {
    node: point.node,
    x: point.estimate.value,
    y: point.measured,
    radius,
    tip: [
      point.label,
      `${text('webview.residuals.measured')} ${show.seconds(point.measured)} (${ratio})`,
      `${text('webview.residuals.estimated')} ${show.estimate(point.estimate)}`,
    ],
  };
}

/** @param count kernels with both times, also those that the page did not get */
function table(points: readonly MeasuredPoint[], count: number): TableData {
  return {
    caption: text('webview.residuals.title'),
    columns: [
      termed('webview.kernel'),
      termed('webview.residuals.measured'),
      termed('webview.residuals.estimated'),
      termed('webview.range'),
      termed('webview.residuals.ratio'),
      termed('webview.residuals.verdict'),
    ],
    numeric: [1, 2, 3, 4],
    left: count - Math.min(points.length, tableRows),
    rows: points.slice(0, tableRows).map((point) => ({
      node: point.node,
      cells: [
        point.label,
        show.seconds(point.measured),
        show.seconds(point.estimate.value),
        range(point.estimate),
        show.ratio(point.measured / point.estimate.value),
        text(`webview.residuals.${verdictOf(point)}`),
      ],
    })),
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
function lines(points: readonly MeasuredPoint[], { min, max }: Limits): ScatterLine[] {
  const line = (factor: number) => ({
    label: text('webview.residuals.band'),
    places: [min, max].map((x) => ({ x, y: x * factor })),
    dash: [4, 4],
    width: 1,
    hitRadius: 0,
    shadesToNext: false,
  });
  const low = middle(points.map(({ estimate }) => estimate.low / estimate.value));
  const high = middle(points.map(({ estimate }) => estimate.high / estimate.value));
  return [
    { ...line(1), label: text('webview.residuals.diagonal'), dash: [], width: 1.5 },
    { ...line(low), shadesToNext: true },
    line(high),
  ];
}

function middle(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 1;
}

function summary(measured: MeasuredSummary, chip: string): string {
  const { errors } = measured;
  if (!errors) return text('webview.residuals.nothing', { chip });
  return text('webview.residuals.summary', {
    chip,
    kernels: show.count(errors.groups),
    median: show.percent(errors.median),
    p90: show.percent(errors.p90),
    inside: show.percent(errors.inside),
  });
}
