import type { NodeRow, RowsParams, Summary, SummaryChip } from '../../server/protocol';
import { range, shorten, show, text, word, type TextKey } from '../text';
import type { BarsData } from './chart';
import { withKnown } from './chips';
import { nameOf } from './nodes';
import { boundLooks } from './paint';
import type { TableData } from './table';

const longestLabel = 34;
const barRows = 30;

/** What to ask for to fill both charts: the costliest nodes, which the summary does not carry. */
export function barsQuery({ revision }: Summary, { id }: SummaryChip): Omit<RowsParams, 'uri'> {
  return { revision, chip: id, sort: 'seconds', descending: true, filter: '', from: 0, count: barRows };
}

/** Time of the costliest nodes, longest first; each bar says its bound by colour and in its label. */
export function timeData(chip: SummaryChip, rows: readonly NodeRow[]): BarsData {
  const timed = rows.flatMap((row) => (row.seconds === null ? [] : [{ ...row, seconds: row.seconds }]));
  const shown = timed.reduce((sum, row) => sum + (row.share ?? 0), 0);
  const title = text('webview.timeByNode.title');
  return {
    id: 'time-by-node',
    title,
    summary: withKnown(
      chip,
      text('webview.timeByNode.summary', {
        count: timed.length,
        share: show.percent(shown),
        chip: chip.name,
      }),
    ),
    height: heightOf(timed),
    legend: [...new Set(timed.map((row) => row.bound))].map((bound) => ({
      label: word('webview.bound', bound),
      paint: boundLooks[bound].paint,
      mark: '■',
    })),
    table: table(
      title,
      ['webview.node', 'webview.time', 'webview.range', 'webview.share', 'webview.bound'],
      timed.map((row) => [
        row,
        show.seconds(row.seconds.value),
        range(row.seconds),
        show.percent(row.share),
        word('webview.bound', row.bound),
      ]),
    ),
    bars: timed.map((row) => ({
      ...named(row),
      value: row.seconds.value,
      paint: boundLooks[row.bound].paint,
      tip: [
        heading(row),
        `${show.estimate(row.seconds)} · ${show.percent(row.share)}`,
        word('webview.bound', row.bound),
      ],
    })),
    axis: { title: text('webview.time'), tick: show.seconds },
    limit: null,
  };
}

/** Off-chip bandwidth that the same nodes achieve, in listing order, against what the chip offers. */
export function bandwidthData(chip: SummaryChip, rows: readonly NodeRow[]): BarsData {
  const measured = rows
    .flatMap((row) => (row.bandwidth === null ? [] : [{ ...row, bandwidth: row.bandwidth }]))
    .sort((a, b) => a.node - b.node);
  // A peak of 0 is none to measure by.
  const peak = chip.roofs.bandwidthBytesPerSecond || null;
  const ofPeak = (bandwidth: number) => (peak === null ? null : show.percent(bandwidth / peak));
  const title = text('webview.bandwidth.title');
  return {
    id: 'bandwidth-by-node',
    title,
    summary: text('webview.bandwidth.summary', {
      count: measured.length,
      peak: show.bytesPerSecond(chip.roofs.bandwidthBytesPerSecond),
      chip: chip.name,
    }),
    height: heightOf(measured),
    legend:
      peak === null
        ? []
        : [
            {
              label: text('webview.bandwidth.peak', { peak: show.bytesPerSecond(peak) }),
              paint: 'foreground',
              mark: '┆',
            },
          ],
    table: table(
      title,
      ['webview.node', 'webview.bandwidth.axis', 'webview.ofPeak', 'webview.bytes'],
      measured.map((row) => [
        row,
        show.bytesPerSecond(row.bandwidth),
        ofPeak(row.bandwidth) ?? text('webview.unknown'),
        show.bytes(row.bytes),
      ]),
    ),
    bars: measured.map((row) => ({
      ...named(row),
      value: row.bandwidth,
      paint: 'charts-green',
      tip: [
        heading(row),
        [show.bytesPerSecond(row.bandwidth), ofPeak(row.bandwidth)]
          .filter((part) => part !== null)
          .join(' · '),
        show.bytes(row.bytes),
      ],
    })),
    axis: { title: text('webview.bandwidth.axis'), tick: show.bytesPerSecond },
    limit: peak,
  };
}

function heightOf(rows: readonly NodeRow[]): number {
  return Math.max(160, 60 + rows.length * 18);
}

function named(row: NodeRow): { readonly node: number; readonly label: string } {
  return { node: row.node, label: shorten(nameOf(row), longestLabel) };
}

function heading(row: NodeRow): string {
  return `${row.name || row.operator} · ${row.operator}`;
}

/** All columns but the first are of numbers, or as short. */
function table(
  caption: string,
  keys: readonly TextKey[],
  rows: readonly (readonly [NodeRow, ...string[]])[],
): TableData {
  return {
    caption,
    columns: keys.map((key) => text(key)),
    numeric: keys.slice(1).map((_, index) => index + 1),
    rows: rows.map(([row, ...cells]) => ({ node: row.node, cells: [nameOf(row), ...cells] })),
  };
}
