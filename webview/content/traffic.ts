import type { SummaryChip } from '../../server/protocol';
import { show, text } from '../text';
import type { StackData } from './chart';
import { marks } from './paint';
import { termed } from './terms';

const tableRows = 200;

/** A picture for each memory that kernels read and write: what they move there over a run, below what it offers. */
export function trafficData({ name, memory: { levels, traffic } }: SummaryChip): StackData[] {
  return levels.flatMap((level, at) => {
    const isMoved = traffic.some(({ bytes }) => bytes[at]! > 0);
    return isMoved
      ? [
          trafficOf(
            name,
            level,
            traffic.map((point) => ({ ...point, bytes: point.bytes[at]! })),
            at,
          ),
        ]
      : [];
  });
}

type Level = SummaryChip['memory']['levels'][number];
type Stretch = Omit<SummaryChip['memory']['traffic'][number], 'bytes'> & { readonly bytes: number };

function trafficOf(chip: string, level: Level, points: readonly Stretch[], at: number): StackData {
  const title = text('webview.traffic.title', { memory: level.name });
  const { peakBytesPerSecond: peak } = level;
  const { label, term } = termed('webview.bandwidth.axis');
  const rates = points.map(({ bytes, seconds }) => (seconds > 0 ? bytes / seconds : 0));
  const tips = points.map((point, index) => [
    point.label,
    show.bytesPerSecond(rates[index]),
    `${show.bytes(point.bytes)} · ${show.seconds(point.seconds)}`,
  ]);
  const limit = peak === null ? null : text('webview.bandwidth.peak', { peak: show.bytesPerSecond(peak) });
  return {
    id: `traffic-${at}`,
    title,
    summary: text('webview.traffic.summary', {
      chip,
      bytes: show.bytes(level.trafficBytes),
      rate: show.bytesPerSecond(level.bytesPerSecond),
    }),
    height: 220,
    legend: [
      { label, paint: 'charts-green', mark: marks.triangle },
      ...(limit === null ? [] : [{ label: limit, paint: 'foreground' as const, mark: '┄' }]),
    ],
    table: {
      caption: title,
      columns: [
        termed('webview.node'),
        termed('webview.bytes'),
        termed('webview.time'),
        termed('webview.bandwidth.axis'),
      ],
      numeric: [1, 2, 3],
      left: Math.max(0, points.length - tableRows),
      rows: points
        .map((point, index) => ({ ...point, rate: rates[index]! }))
        .sort((a, b) => b.bytes - a.bytes)
        .slice(0, tableRows)
        .map(({ node, label: named, bytes, seconds, rate }) => ({
          node,
          cells: [named, show.bytes(bytes), show.seconds(seconds), show.bytesPerSecond(rate)],
        })),
    },
    nodes: points.map(({ node }) => node),
    layers: [{ label, term, paint: 'charts-green', values: rates, tips, marksNode: true }],
    limit: peak === null || limit === null ? null : { label: limit, value: peak, tip: limit },
    x: text('webview.traffic.x'),
    y: { title: label, tick: show.bytesPerSecond },
  };
}
