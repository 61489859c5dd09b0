import type { Share, SummaryChip } from '../../server/protocol';
import { show, text, word, type TextKey } from '../text';
import type { TableData } from './table';

const tableRows = 12;

/** Time by operator, module and bound as small tables; none where there is nothing to share. */
export function sharesData(chip: SummaryChip): TableData[] {
  const total = chip.total.latencySeconds?.value ?? 0;
  const asIs = (name: string): string => name;
  return [
    sharesTable('webview.byOperator', chip.byOperator, total, asIs),
    sharesTable('webview.byScope', chip.byScope, total, asIs),
    sharesTable('webview.byBound', chip.byBound, total, (name) => word('webview.bound', name)),
  ].filter(({ rows }) => rows.length > 0);
}

function sharesTable(
  caption: TextKey,
  shares: readonly Share[],
  total: number,
  nameOf: (name: string) => string,
): TableData {
  return {
    caption: text(caption),
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
