import type { Share, SummaryChip } from '../../server/protocol';
import { show, text } from '../text';
import { withKnown } from './chips';
import type { TableData, TableRow } from './table';
import { termed, termedWord, untermed, type Heading } from './terms';

const tableRows = 12;

/** Time by operator, module and bound as small tables; none where there is nothing to share. */
export function sharesData(chip: SummaryChip): TableData[] {
  const total = chip.total.latencySeconds?.value ?? 0;
  const asIs = untermed;
  return [
    sharesTable(withKnown(chip, text('webview.byOperator')), chip.byOperator, total, asIs),
    sharesTable(withKnown(chip, text('webview.byScope')), chip.byScope, total, asIs),
    sharesTable(withKnown(chip, text('webview.byBound')), chip.byBound, total, (name) =>
      termedWord('webview.bound', name),
    ),
  ].filter(({ rows }) => rows.length > 0);
}

function sharesTable(
  caption: string,
  shares: readonly Share[],
  total: number,
  nameOf: (name: string) => Heading,
): TableData {
  return {
    caption,
    columns: [
      termed('webview.name'),
      termed('webview.time'),
      termed('webview.share'),
      termed('webview.nodeCount'),
    ],
    numeric: [1, 2, 3],
    rows: cut(shares).map((share) => {
      const { label, term } =
        share.others === undefined
          ? nameOf(share.name)
          : untermed(text('webview.shares.others', { count: show.count(share.others) }));
      return {
        ...(term !== null && { term }),
        ...partsOf(share),
        cells: [
          share.alike
            ? text('webview.shares.alike', { name: label, count: show.count(share.alike.count) })
            : label,
          show.seconds(share.seconds),
          total > 0 ? show.percent(share.seconds / total) : text('webview.unknown'),
          show.count(share.nodes),
        ],
      };
    }),
  };
}

/** What one of several equal ones takes, and which ones they are. */
function partsOf({ seconds, alike }: Share): Pick<TableRow, 'parts'> {
  if (!alike) return {};
  const { count, names } = alike;
  const each = text('webview.shares.each', { time: show.seconds(seconds / count) });
  const more = count - names.length;
  const others = more > 0 ? [text('webview.shares.others', { count: show.count(more) })] : [];
  return { parts: [each, ...names, ...others] };
}

/** The largest, and what the others come to together. */
function cut(shares: readonly Share[]): readonly Share[] {
  const named = shares.filter(({ others }) => others === undefined).sort((a, b) => b.seconds - a.seconds);
  const left = [...named.slice(tableRows), ...shares.filter(({ others }) => others !== undefined)];
  if (left.length === 0) return named;
  const rest = { name: '', seconds: 0, nodes: 0, others: 0 };
  for (const { seconds, nodes, alike, others = 1 } of left) {
    rest.seconds += seconds;
    rest.nodes += nodes;
    rest.others += alike?.count ?? others;
  }
  return [...named.slice(0, tableRows), rest];
}
