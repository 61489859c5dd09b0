import type { NodeRow, SummaryChip } from '../../server/protocol';
import { range, show, text, word } from '../text';
import { barTable, heading, heightOf, named } from './bars';
import type { BarsData } from './chart';
import { withKnown } from './chips';
import { boundLooks } from './paint';

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
    table: barTable(
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
