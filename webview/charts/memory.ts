import type { MemoryPoint, Summary, SummaryChip } from '../../server/protocol';
import { button, table } from '../dom';
import { reveal } from '../host';
import { show, text } from '../text';
import { color, foreground, highlightColor } from '../theme';
import { axis, chartView, swatches, tooltip, type ChartView } from './chart';

const twinRows = 200;
/** A capacity far above the curve would flatten it to a line, so it is drawn only within this factor. */
const visibleFactor = 4;

/** Weights and live activations over the execution order, with the chip's usable capacity as a line. */
export function memoryOverTime(chip: SummaryChip, phase: Summary['workload']['phase']): ChartView {
  const { points, capacityBytes, reserveBytes } = chip.memory;
  const weightBytes = chip.memory.weightsBytes ?? chip.memory.leastWeightsBytes ?? 0;
  const total = (point: MemoryPoint) => weightBytes + point.activationBytes;
  const peak = points.reduce(
    (highest, point) => (total(point) > total(highest) ? point : highest),
    points[0]!,
  );
  const capacity = capacityBytes === null ? null : capacityBytes - (reserveBytes ?? 0);
  const training = phase === 'training';
  // What training needs, and what is not known, is not in the picture: a line above it would look like room.
  const isWhole = chip.memory.highWaterBytes !== null;
  const title = text(training ? 'webview.memory.forwardTitle' : 'webview.memory.title');
  const drawn = isWhole && capacity !== null && capacity <= total(peak) * visibleFactor ? capacity : null;
  const weights = color('charts-blue', foreground());
  const live = color('charts-orange', foreground());
  return chartView<'line'>({
    id: 'memory-over-time',
    title,
    summary: isWhole
      ? summary(chip, peak, total(peak), capacity, drawn)
      : text(training ? 'webview.memory.forwardSummary' : 'webview.memory.leastSummary', {
          bytes: show.bytes(total(peak)),
          node: peak.label,
        }),
    configure: (highlighted) => ({
      type: 'line',
      data: {
        labels: points.map((point) => point.node),
        datasets: [
          area(
            text('webview.memory.weights'),
            points.map(() => weightBytes),
            weights,
            points,
            null,
          ),
          area(
            text('webview.memory.activations'),
            points.map((point) => point.activationBytes),
            live,
            points,
            highlighted,
          ),
          ...(drawn === null
            ? []
            : [
                line(
                  text('webview.memory.capacity'),
                  points.map(() => drawn),
                ),
              ]),
        ],
      },
      options: {
        interaction: { mode: 'index', intersect: false },
        scales: {
          x: {
            type: 'category',
            ...axis(text('webview.memory.x'), { ticks: { autoSkip: true, maxTicksLimit: 10 } }),
          },
          y: {
            type: 'linear',
            ...axis(text('webview.memory.y'), {
              stacked: true,
              beginAtZero: true,
              ticks: { callback: (value: number | string) => show.bytes(Number(value)) },
            }),
          },
        },
        plugins: tooltip((dataset, index) => {
          const point = points[index];
          if (!point || dataset > 1)
            return drawn === null ? '' : `${text('webview.memory.capacity')} ${show.bytes(drawn)}`;
          return dataset === 0
            ? [point.label, `${text('webview.memory.weights')} ${show.bytes(weightBytes)}`]
            : `${text('webview.memory.activations')} ${show.bytes(point.activationBytes)}`;
        }),
      },
    }),
    legend: () =>
      swatches([
        { label: text('webview.memory.weights'), color: weights, mark: '■' },
        { label: text('webview.memory.activations'), color: live, mark: '▲' },
        ...(drawn === null
          ? []
          : [{ label: text('webview.memory.capacity'), color: foreground(), mark: '┄' }]),
      ]),
    twin: () =>
      table(
        title,
        [
          text('webview.node'),
          text('webview.memory.weights'),
          text('webview.memory.activations'),
          text('webview.memory.total'),
        ],
        [...points]
          .sort((a, b) => total(b) - total(a))
          .slice(0, twinRows)
          .map((point) => [
            button(point.label, () => reveal(point.node), { class: 'link' }),
            show.bytes(weightBytes),
            show.bytes(point.activationBytes),
            show.bytes(total(point)),
          ]),
        [1, 2, 3],
      ),
    nodeAt: (_dataset, index) => points[index]?.node ?? null,
  });
}

function area(
  label: string,
  data: number[],
  fill: string,
  points: readonly MemoryPoint[],
  highlighted: number | null,
) {
  return {
    label,
    data,
    fill: 'stack' as const,
    stepped: 'before' as const,
    borderColor: fill,
    borderWidth: 1,
    backgroundColor: `color-mix(in srgb, ${fill} 40%, transparent)`,
    pointRadius: points.map((point) => (point.node === highlighted ? 5 : 0)),
    pointBackgroundColor: highlightColor(),
    pointHitRadius: 8,
  };
}

/** Stands apart from the stack, so that it lies at its own height. */
function line(label: string, data: number[]) {
  return {
    label,
    data,
    stack: 'capacity',
    fill: false as const,
    borderColor: foreground(),
    borderDash: [6, 4],
    borderWidth: 1.5,
    pointRadius: 0,
  };
}

function summary(
  chip: SummaryChip,
  peak: MemoryPoint,
  bytes: number,
  capacity: number | null,
  drawn: number | null,
): string {
  const said = text('webview.memory.summary', { bytes: show.bytes(bytes), node: peak.label });
  if (capacity === null) return `${said} ${text('webview.memory.noCapacity', { chip: chip.name })}`;
  const place = drawn === null ? 'webview.memory.above' : 'webview.memory.within';
  return `${said} ${text(place, { chip: chip.name, capacity: show.bytes(capacity), share: show.share(bytes / capacity) })}`;
}
