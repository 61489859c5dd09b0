import type { NodeRow, SummaryChip } from '../../server/protocol';
import { show, text } from '../text';
import { barTable, heading, heightOf, named } from './bars';
import type { BarsData, LegendEntry } from './chart';

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
    legend: peak === null ? [] : [peakEntry(peak)],
    table: barTable(
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

function peakEntry(peak: number): LegendEntry {
  const label = text('webview.bandwidth.peak', { peak: show.bytesPerSecond(peak) });
  return { label, paint: 'foreground', mark: '┆' };
}
