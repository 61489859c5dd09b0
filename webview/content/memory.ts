import type { MemoryPoint, Summary, SummaryChip } from '../../server/protocol';
import { show, text } from '../text';
import type { Layer, StackData } from './chart';
import { marks } from './paint';
import type { TableData } from './table';

const tableRows = 200;
/** A capacity far above the curve would flatten it to a line, so it is drawn only within this factor. */
const visibleFactor = 4;

/** Weights and live activations over the execution order, with the chip's usable capacity as a line. */
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
  const rest = text(isTraining ? 'webview.memory.besides' : 'webview.memory.activations');
  const layers = [weightLayer(points, weightBytes), layerBesides(points, rest)];
  return {
    id: 'memory-over-time',
    title,
    summary: isWhole
      ? summary(chip, peak, drawn)
      : text(isTraining ? 'webview.memory.trainingSummary' : 'webview.memory.leastSummary', {
          bytes: show.bytes(peak.bytes),
          node: peak.label,
        }),
    height: 320,
    legend: [
      ...layers.map(({ label, paint }, index) => ({
        label,
        paint,
        mark: index === 0 ? marks.rect : marks.triangle,
      })),
      ...(drawn === null
        ? []
        : [{ label: text('webview.memory.capacity'), paint: 'foreground' as const, mark: '┄' }]),
    ],
    table: table({ title, rest }, points, weightBytes),
    nodes: points.map(({ node }) => node),
    layers,
    limit:
      drawn === null
        ? null
        : {
            label: text('webview.memory.capacity'),
            value: drawn,
            tip: `${text('webview.memory.capacity')} ${show.bytes(drawn)}`,
          },
    x: text('webview.memory.x'),
    y: { title: text('webview.memory.y'), tick: show.bytes },
  };
}

function weightLayer(points: readonly MemoryPoint[], weightBytes: number): Layer {
  const label = text('webview.memory.weights');
  return {
    label,
    paint: 'charts-blue',
    values: points.map(() => weightBytes),
    tips: points.map((point) => [point.label, `${label} ${show.bytes(weightBytes)}`]),
    marksNode: false,
  };
}

function layerBesides(points: readonly MemoryPoint[], label: string): Layer {
  return {
    label,
    paint: 'charts-orange',
    values: points.map((point) => point.activationBytes),
    tips: points.map((point) => [
      `${label} ${show.bytes(point.activationBytes)}`,
      ...point.alive.map(({ name, bytes }) => `${name} ${show.bytes(bytes)}`),
    ]),
    marksNode: true,
  };
}

/** The places that need most come first. */
function table(
  { title, rest }: { readonly title: string; readonly rest: string },
  points: readonly MemoryPoint[],
  weightBytes: number,
): TableData {
  return {
    caption: title,
    columns: [text('webview.node'), text('webview.memory.weights'), rest, text('webview.memory.total')],
    numeric: [1, 2, 3],
    rows: [...points]
      .sort((a, b) => b.activationBytes - a.activationBytes)
      .slice(0, tableRows)
      .map((point) => ({
        node: point.node,
        cells: [
          point.label,
          show.bytes(weightBytes),
          show.bytes(point.activationBytes),
          show.bytes(weightBytes + point.activationBytes),
        ],
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
  return `${said} ${text(place, { chip: chip.name, capacity: show.bytes(usableBytes), share })}`;
}
