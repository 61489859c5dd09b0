import type { NodeRow, SummaryChip } from '../../server/protocol';
import { button, table } from '../dom';
import { reveal } from '../host';
import { range, shorten, show, text, word } from '../text';
import { boundColor, color, foreground, highlightColor } from '../theme';
import { axis, chartView, swatches, tooltip, type ChartView } from './chart';

const longestLabel = 34;

/** Time of the costliest nodes, longest first; each bar says its bound by colour and in its label. */
export function timeByNode(chip: SummaryChip, rows: readonly NodeRow[]): ChartView {
  const timed = rows.filter((row) => row.seconds !== null);
  const shown = timed.reduce((sum, row) => sum + (row.share ?? 0), 0);
  return bars({
    id: 'time-by-node',
    title: text('webview.timeByNode.title'),
    summary: text('webview.timeByNode.summary', {
      count: timed.length,
      share: show.share(shown),
      chip: chip.name,
    }),
    rows: timed,
    value: (row) => row.seconds?.value ?? 0,
    color: (row) => boundColor(row.bound),
    axisTitle: text('webview.time'),
    format: show.seconds,
    describe: (row) => [
      `${row.name || row.operator} · ${row.operator}`,
      `${show.estimate(row.seconds)} · ${show.share(row.share)}`,
      word('webview.bound', row.bound),
    ],
    columns: [
      text('webview.node'),
      text('webview.time'),
      text('webview.range'),
      text('webview.share'),
      text('webview.bound'),
    ],
    cells: (row) => [
      show.seconds(row.seconds?.value),
      row.seconds ? range(row.seconds) : text('webview.unknown'),
      show.share(row.share),
      word('webview.bound', row.bound),
    ],
  });
}

/** Off-chip bandwidth that the same nodes achieve, in listing order, against what the chip offers. */
export function bandwidthByNode(chip: SummaryChip, rows: readonly NodeRow[]): ChartView {
  const measured = rows.filter((row) => row.bandwidth !== null).sort((a, b) => a.node - b.node);
  const peak = chip.roofs.bandwidthBytesPerSecond;
  return bars({
    id: 'bandwidth-by-node',
    title: text('webview.bandwidth.title'),
    summary: text('webview.bandwidth.summary', {
      count: measured.length,
      peak: show.bandwidth(peak),
      chip: chip.name,
    }),
    rows: measured,
    value: (row) => row.bandwidth ?? 0,
    color: () => color('charts-green', foreground()),
    axisTitle: text('webview.bandwidth.axis'),
    format: show.bandwidth,
    limit: peak,
    describe: (row) => [
      `${row.name || row.operator} · ${row.operator}`,
      `${show.bandwidth(row.bandwidth)}${peak ? ` · ${show.share((row.bandwidth ?? 0) / peak)}` : ''}`,
      show.bytes(row.bytes),
    ],
    columns: [
      text('webview.node'),
      text('webview.bandwidth.axis'),
      text('webview.ofPeak'),
      text('webview.bytes'),
    ],
    cells: (row) => [
      show.bandwidth(row.bandwidth),
      peak && row.bandwidth !== null ? show.share(row.bandwidth / peak) : text('webview.unknown'),
      show.bytes(row.bytes),
    ],
  });
}

interface Bars {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly rows: readonly NodeRow[];
  readonly value: (row: NodeRow) => number;
  readonly color: (row: NodeRow) => string;
  readonly axisTitle: string;
  readonly format: (value: number) => string;
  readonly describe: (row: NodeRow) => string[];
  readonly columns: readonly string[];
  readonly cells: (row: NodeRow) => string[];
  /** A line across the bars. */
  readonly limit?: number | null;
}

function bars(parts: Bars): ChartView {
  const { rows, limit } = parts;
  return chartView<'bar' | 'line'>({
    id: parts.id,
    title: parts.title,
    summary: parts.summary,
    height: Math.max(160, 60 + rows.length * 18),
    configure: (highlighted) => ({
      type: 'bar',
      data: {
        labels: rows.map((row) => shorten(row.name || `${row.operator} ${row.node}`, longestLabel)),
        datasets: [
          {
            type: 'bar',
            data: rows.map(parts.value),
            backgroundColor: rows.map(parts.color),
            borderColor: rows.map((row) => (row.node === highlighted ? highlightColor() : parts.color(row))),
            borderWidth: rows.map((row) => (row.node === highlighted ? 3 : 1)),
            maxBarThickness: 14,
          },
        ],
      },
      options: {
        indexAxis: 'y',
        scales: {
          x: {
            type: 'linear',
            ...axis(parts.axisTitle, {
              beginAtZero: true,
              ticks: { callback: (value: number | string) => parts.format(Number(value)) },
              ...(limit ? { suggestedMax: limit } : {}),
            }),
          },
          y: { type: 'category', ...axis('', { ticks: { autoSkip: false } }) },
        },
        plugins: tooltip((_dataset, index) => (rows[index] ? parts.describe(rows[index]) : '')),
      },
      plugins: limit ? [limitLine(limit)] : [],
    }),
    legend: limit
      ? () =>
          swatches([
            {
              label: text('webview.bandwidth.peak', { peak: parts.format(limit) }),
              color: foreground(),
              mark: '┆',
            },
          ])
      : () =>
          swatches(
            [...new Set(rows.map((row) => row.bound))].map((bound) => ({
              label: word('webview.bound', bound),
              color: boundColor(bound),
              mark: '■',
            })),
          ),
    twin: () =>
      table(
        parts.title,
        parts.columns,
        rows.map((row) => [
          button(row.name || `${row.operator} ${row.node}`, () => reveal(row.node), { class: 'link' }),
          ...parts.cells(row),
        ]),
        parts.columns.map((_, column) => column).filter((column) => column > 0),
      ),
    nodeAt: (_dataset, index) => rows[index]?.node ?? null,
  });
}

/** A dashed vertical line at the peak. */
function limitLine(limit: number) {
  return {
    id: 'limit',
    afterDatasetsDraw(chart: {
      ctx: CanvasRenderingContext2D;
      chartArea: { top: number; bottom: number };
      scales: Record<string, { getPixelForValue(value: number): number }>;
    }) {
      const x = chart.scales.x?.getPixelForValue(limit);
      if (x === undefined) return;
      chart.ctx.save();
      chart.ctx.strokeStyle = foreground();
      chart.ctx.setLineDash([4, 4]);
      chart.ctx.beginPath();
      chart.ctx.moveTo(x, chart.chartArea.top);
      chart.ctx.lineTo(x, chart.chartArea.bottom);
      chart.ctx.stroke();
      chart.ctx.restore();
    },
  };
}
