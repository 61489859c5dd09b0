import type { RooflinePoint, SummaryChip } from '../../server/protocol';
import { show, text, word } from '../text';
import { withKnown } from './chips';
import { powerOfTen, type DotGroup, type ScatterData, type ScatterLine } from './chart';
import { boundLooks, marks } from './paint';
import type { TableData } from './table';
import { termed } from './terms';

type RoofLevel = SummaryChip['roofs']['levels'][number];

/** Area of a dot that takes all the time, in square pixels; the smallest dot stays visible. */
const fullArea = 2400;
const smallestRadius = 2.5;
const tableRows = 200;

interface Plotted extends RooflinePoint {
  readonly intensity: number;
  readonly rate: number;
}

/** Log-log roofline: one dot per kernel, area = its share of the time, under the roofs of its chip. */
export function rooflineData(chip: SummaryChip): ScatterData | null {
  if (chip.points.length === 0) return null;
  const plotted = chip.points
    .filter((point) => point.operations > 0 && point.bytes > 0 && point.seconds > 0)
    .map((point) => ({
      ...point,
      intensity: point.operations / point.bytes,
      rate: point.operations / point.seconds,
    }));
  const drawn = chip.points.reduce((sum, point) => sum + point.seconds, 0);
  // Of many kernels only the costliest are given: shares are those of the whole time.
  const total = Math.max(drawn, secondsOfAll(chip));
  const bounds = [...new Set(plotted.map((point) => point.bound))];
  return {
    id: 'roofline',
    title: text('webview.roofline.title'),
    term: 'roofline',
    summary: summary(chip, plotted.length),
    height: 380,
    legend: [
      ...bounds.map((bound) => ({
        label: word('webview.bound', bound),
        paint: boundLooks[bound].paint,
        mark: marks[boundLooks[bound].shape],
      })),
      { label: text('webview.roofline.area'), paint: 'foreground', mark: '◯' },
    ],
    table: table(chip),
    groups: bounds.map((bound) => ({
      label: word('webview.bound', bound),
      ...boundLooks[bound],
      dots: dots(
        plotted.filter((point) => point.bound === bound),
        total,
      ),
    })),
    lines: roofs(
      chip,
      plotted.map((point) => point.intensity),
    ),
    x: { title: text('webview.roofline.x'), tick: (value) => powerOfTen(value, show.decimal) },
    y: { title: text('webview.roofline.y'), tick: (value) => powerOfTen(value, show.operationsPerSecond) },
  };
}

function dots(points: readonly Plotted[], total: number): DotGroup['dots'] {
  return points.map((point) => ({
    node: point.node,
    x: point.intensity,
    y: point.rate,
    radius: Math.max(smallestRadius, Math.sqrt(((point.seconds / total) * fullArea) / Math.PI)),
    tip: [
      point.label,
      `${show.intensity(point.intensity)} · ${show.operationsPerSecond(point.rate)}`,
      `${show.seconds(point.seconds)} (${show.percent(point.seconds / total)}) · ${word('webview.bound', point.bound)}`,
    ],
  }));
}

/**
 * The slanted bandwidth roof up to the ridge point, then the flat compute roof; dashed for the vector unit, and for other memories,
 * under which a kernel would run if all that it moves went there.
 */
function roofs(chip: SummaryChip, intensities: readonly number[]): ScatterLine[] {
  const {
    matrixOpsPerSecond: matrix,
    vectorOpsPerSecond: vector,
    bandwidthBytesPerSecond: bandwidth,
    levels,
  } = chip.roofs;
  const left = intensities.reduce((a, b) => Math.min(a, b), 0.1) / 2;
  const made: ScatterLine[] = [];
  const slope = { width: 1.5, hitRadius: 6, shadesToNext: false } as const;
  const main = levels.find(({ bytesPerSecond }) => bytesPerSecond === bandwidth);
  for (const [rate, dash, key] of [
    [matrix, [], 'webview.roofline.matrixRoof'],
    [vector === matrix ? null : vector, [6, 4], 'webview.roofline.vectorRoof'],
  ] as const) {
    if (rate === null || bandwidth === null) continue;
    const ridge = rate / bandwidth;
    const right = intensities.reduce((a, b) => Math.max(a, b * 2), ridge * 10);
    made.push({
      label: text(key, { rate: show.operationsPerSecond(rate), bandwidth: show.bytesPerSecond(bandwidth) }),
      places: [
        { x: left, y: left * bandwidth },
        { x: ridge, y: rate },
        { x: right, y: rate },
      ],
      dash,
      ...slope,
      ...(main && made.length === 0 && { caption: levelText(main) }),
    });
  }
  const peak = matrix ?? vector;
  for (const level of levels) {
    if (peak === null || level === main) continue;
    const { bytesPerSecond } = level;
    const said = levelText(level);
    made.push({
      label: text('webview.roofline.levelRoof', { level: said }),
      caption: said,
      places: [
        { x: left, y: left * bytesPerSecond },
        { x: peak / bytesPerSecond, y: peak },
      ],
      dash: [2, 4],
      ...slope,
      width: 1,
    });
  }
  return made;
}

/** A memory with its bandwidth, and whether that is assumed. */
function levelText({ name, bytesPerSecond, isAssumed }: RoofLevel): string {
  const said = `${name} ${show.bytesPerSecond(bytesPerSecond)}`;
  return isAssumed ? `${said} (${text('webview.assumed')})` : said;
}

function table(chip: SummaryChip): TableData {
  return {
    caption: text('webview.roofline.title'),
    columns: [
      termed('webview.kernel'),
      termed('webview.intensity'),
      termed('webview.rate'),
      termed('webview.time'),
      termed('webview.bound'),
    ],
    numeric: [1, 2, 3],
    left: Math.max(0, chip.kernels - Math.min(chip.points.length, tableRows)),
    rows: chip.points.slice(0, tableRows).map((point) => ({
      node: point.node,
      cells: [
        point.label,
        point.bytes > 0 ? show.intensity(point.operations / point.bytes) : '–',
        point.seconds > 0 ? show.operationsPerSecond(point.operations / point.seconds) : '–',
        show.seconds(point.seconds),
        word('webview.bound', point.bound),
      ],
    })),
  };
}

/** Of all kernels, also those that are left out of the chart. */
function summary(chip: SummaryChip, plotted: number): string {
  const all = secondsOfAll(chip);
  const memory = chip.byBound.find(({ name }) => name === 'memory')?.seconds ?? 0;
  const unplotted = chip.kernels - plotted;
  const said = withKnown(
    chip,
    text('webview.roofline.summary', {
      chip: chip.name,
      kernels: chip.kernels,
      share: all > 0 ? show.percent(memory / all) : text('webview.unknown'),
    }),
  );
  return unplotted > 0 ? `${said} ${text('webview.roofline.unplotted', { count: unplotted })}` : said;
}

function secondsOfAll({ byBound }: SummaryChip): number {
  return byBound.reduce((sum, { seconds }) => sum + seconds, 0);
}
