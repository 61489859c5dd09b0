import type { Share, SummaryChip } from '../../server/protocol';
import { show, text, word } from '../text';
import { withKnown } from './chips';
import type { TableData } from './table';

const tableRows = 12;

/** Time by operator, module and bound as small tables; none where there is nothing to share. */
export function sharesData(chip: SummaryChip): TableData[] {
  const total = chip.total.latencySeconds?.value ?? 0;
  const asIs = (name: string): string => name;
  return [
    sharesTable(withKnown(chip, text('webview.byOperator')), chip.byOperator, total, asIs),
    sharesTable(withKnown(chip, text('webview.byScope')), chip.byScope, total, asIs),
    sharesTable(withKnown(chip, text('webview.byBound')), chip.byBound, total, (name) =>
      word('webview.bound', name),
    ),
  ].filter(({ rows }) => rows.length > 0);
}

function sharesTable(
  caption: string,
  shares: readonly Share[],
  total: number,
  nameOf: (name: string) => string,
): TableData {
  return {
    caption,
    columns: [text('webview.name'), text('webview.time'), text('webview.share'), text('webview.nodeCount')],
    numeric: [1, 2, 3],
    rows: [...shares]
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, tableRows)
      .map((share) => ({
        cells: [
          nameOf(share.name),
          show.seconds(share.seconds),
          total > 0 ? show.percent(share.seconds / total) : text('webview.unknown'),
          show.count(share.nodes),
        ],
      })),
  };
}
