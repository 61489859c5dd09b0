import type { MemoryPoint, Summary, SummaryChip } from '../../server/protocol';
import type { MemoryClass } from '../../server/engine/memory/timeline';
import { show, text } from '../text';
import type { Layer, StackData } from './chart';
import { marks, type Paint } from './paint';
import type { TableData } from './table';
import { termed } from './terms';

const tableRows = 200;
/** A capacity far above the curve would flatten it to a line, so it is drawn only within this factor. */
const visibleFactor = 4;

/** Weights and what lies beside them over the execution order, by what it is for, with the chip's usable capacity as a line. */
export function memoryData(chip: SummaryChip, phase: Summary['workload']['phase']): StackData | null {
  const { points, usableBytes, highWaterBytes } = chip.memory;
  const [first] = points;
  if (!first) return null;
  const weightBytes = chip.memory.weightsBytes ?? chip.memory.leastWeightsBytes ?? 0;
  const highest = points.reduce((a, b) => (b.activationBytes > a.activationBytes ? b : a), first);
  const peak = { label: highest.label, bytes: weightBytes + highest.activationBytes };
  const isTraining = phase === 'training';
  // What is not known is not in the picture: a line above it would look like room.
  const isWhole = highWaterBytes !== null;
  const isNear = usableBytes !== null && usableBytes <= peak.bytes * visibleFactor;
  const drawn = isWhole && isNear ? usableBytes : null;
  const title = text(isTraining ? 'webview.memory.trainingTitle' : 'webview.memory.title');
  const layers = [weightLayer(points, weightBytes), ...classLayers(points)];
  const capacity = text('webview.memory.capacity');
  return {
    id: 'memory-over-time',
    title,
    term: 'liveMemory',
    summary: isWhole
      ? summary(chip, peak, drawn)
      : text(isTraining ? 'webview.memory.trainingSummary' : 'webview.memory.leastSummary', {
          bytes: show.bytes(peak.bytes),
          node: peak.label,
        }),
    height: 320,
    legend: [
      ...layers.map(({ label, paint }, index) => ({ label, paint, mark: layerMarks[index] ?? marks.rect })),
      ...(drawn === null ? [] : [{ label: capacity, paint: 'foreground' as const, mark: '┄' }]),
    ],
    table: table(title, points, layers),
    nodes: points.map(({ node }) => node),
    layers,
    limit: drawn === null ? null : { label: capacity, value: drawn, tip: `${capacity} ${show.bytes(drawn)}` },
    x: text('webview.memory.x'),
    y: { title: text('webview.memory.y'), tick: show.bytes },
  };
}

/** By layer, from the lowest on: colour alone says nothing to many readers. */
const layerMarks = [marks.rect, marks.triangle, marks.circle, marks.rectRot, '◢', '◧'];

const paints: Readonly<Record<MemoryClass, Paint>> = {
  activations: 'charts-orange',
  caches: 'charts-purple',
  workspace: 'charts-green',
  saved: 'charts-green',
  gradients: 'charts-red',
  optimizer: 'charts-purple',
  master: 'charts-foreground',
};

function weightLayer(points: readonly MemoryPoint[], weightBytes: number): Layer {
  const { label, term } = termed('webview.memory.weights');
  return {
    label,
    term,
    paint: 'charts-blue',
    values: points.map(() => weightBytes),
    tips: points.map((point) => [point.label, `${label} ${show.bytes(weightBytes)}`]),
    marksNode: false,
  };
}

/** A layer for each class that is there at some time; the last one, on top, says what is alive. */
function classLayers(points: readonly MemoryPoint[]): Layer[] {
  const names = new Set(points.flatMap(({ classes }) => classes.map(({ name }) => name)));
  const order = [...names].sort((a, b) => stacked.indexOf(a) - stacked.indexOf(b));
  return order.map((name, index) => {
    const isLast = index === order.length - 1;
    const { label, term } = termed(`webview.memory.class.${name}`);
    const bytesAt = (point: MemoryPoint): number =>
      point.classes.find((one) => one.name === name)?.bytes ?? 0;
    return {
      label,
      term,
      paint: paints[name],
      values: points.map(bytesAt),
      tips: points.map((point) => [
        `${label} ${show.bytes(bytesAt(point))}`,
        ...(isLast ? point.alive.map(({ name: value, bytes }) => `${value} ${show.bytes(bytes)}`) : []),
      ]),
      marksNode: isLast,
    };
  });
}

/** What stays as it is lies below what comes and goes. */
const stacked: readonly MemoryClass[] = [
  'optimizer',
  'master',
  'gradients',
  'caches',
  'saved',
  'activations',
  'workspace',
];

/** The places that need most come first. */
function table(title: string, points: readonly MemoryPoint[], layers: readonly Layer[]): TableData {
  const sums = points.map((_, at) => layers.reduce((sum, { values }) => sum + values[at]!, 0));
  const places = [...points.keys()].sort((a, b) => sums[b]! - sums[a]!).slice(0, tableRows);
  return {
    caption: title,
    columns: [
      termed('webview.node'),
      ...layers.map(({ label, term }) => ({ label, term })),
      termed('webview.memory.total'),
    ],
    numeric: layers.map((_, index) => index + 1).concat(layers.length + 1),
    left: points.length - places.length,
    rows: places.map((at) => ({
      node: points[at]!.node,
      cells: [points[at]!.label, ...layers.map(({ values }) => show.bytes(values[at])), show.bytes(sums[at])],
    })),
  };
}

function summary(
  chip: SummaryChip,
  peak: { readonly label: string; readonly bytes: number },
  drawn: number | null,
): string {
  const { usableBytes } = chip.memory;
  const said = text('webview.memory.summary', { bytes: show.bytes(peak.bytes), node: peak.label });
  if (usableBytes === null) return `${said} ${text('webview.memory.noCapacity', { chip: chip.name })}`;
  const place = drawn === null ? 'webview.memory.above' : 'webview.memory.within';
  const share = show.percent(peak.bytes / usableBytes);
  const held = text(place, { chip: chip.name, capacity: show.bytes(usableBytes), share });
  const missing = peak.bytes - usableBytes;
  const spill = missing > 0 ? ` ${text('webview.memory.missing', { bytes: show.bytes(missing) })}` : '';
  return `${said} ${held}${spill}`;
}
