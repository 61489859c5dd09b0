import { csvRow, type CsvCell } from '../../../../outside/csv';
import type { LazyChip, LazyReport, MeasuredGroup, ReportChip, ReportNode } from '../types';
import { measuredGroups } from './measured';
import { shapeText } from './sections';

/** What a row of the file is about. */
interface Row {
  readonly chip: LazyChip | null;
  readonly node: ReportNode;
  readonly cost: ReportChip['nodes'][number] | null;
  /** Of the node's kernel, at the node that stands for it alone, so that sums are right. */
  readonly measured: MeasuredGroup | null;
}

/** Columns of the file; SI base units, unrounded; empty where unknown. Names are the same in every language. */
const columns: readonly (readonly [name: string, cell: (row: Row) => CsvCell | undefined])[] = [
  ['chip', ({ chip }) => chip?.id],
  ['runtime', ({ chip }) => chip?.runtime],
  ['index', ({ node }) => node.index],
  ['parent', ({ node }) => node.parent],
  ['repeat', ({ node }) => node.repeat],
  ['name', ({ node }) => node.name],
  ['domain', ({ node }) => node.domain],
  ['operator', ({ node }) => node.operator],
  ['scope', ({ node }) => node.scope],
  ['line', ({ node }) => node.line],
  ['output', ({ node }) => node.outputs[0] && shapeText(node.outputs[0])],
  ['rule', ({ node }) => node.rule],
  ['matrix_operations', ({ node }) => node.operations?.matrix],
  ['vector_operations', ({ node }) => node.operations?.vector],
  ['special_operations', ({ node }) => node.operations?.special],
  ['weight_bytes', ({ node }) => node.bytes?.weights],
  ['input_bytes', ({ node }) => node.bytes?.inputs],
  ['output_bytes', ({ node }) => node.bytes?.outputs],
  ['kernel', ({ cost }) => cost?.kernel],
  ['seconds', ({ cost }) => cost?.seconds?.value],
  ['seconds_low', ({ cost }) => cost?.seconds?.low],
  ['seconds_high', ({ cost }) => cost?.seconds?.high],
  ['basis', ({ cost }) => cost?.seconds?.basis],
  ['bound', ({ cost }) => cost?.bound],
  ['measured_seconds', ({ measured }) => measured?.seconds],
  ['measured_ratio', ({ measured }) => measured?.ratio],
  ['joules', ({ cost }) => cost?.joules?.value],
  // Figures of the whole run, the same in every row of a chip. A bare number would pass for that of the whole model.
  ['chip_joules', ({ chip }) => (chip?.total.isPartial ? null : chip?.total.joules?.value)],
  ['chip_operations_per_joule', ({ chip }) => chip?.efficiency.operationsPerJoule],
  [
    'chip_operations_per_second_per_mm2',
    ({ chip }) => chip?.efficiency.operationsPerSecondPerSquareMillimetre,
  ],
  ['chip_wh_per_1000_requests', ({ chip }) => chip?.efficiency.wattHoursPerThousandRequests?.value],
  ['chip_g_co2e_per_1000_requests', ({ chip }) => chip?.efficiency.gramsCo2PerThousandRequests?.value],
];

/** One row per chip and node (per node alone where there is no chip), RFC 4180, row by row. */
export function* printCsv(report: LazyReport): Generator<string> {
  yield `${columns.map(([name]) => name).join(',')}\r\n`;
  const chips = report.chips.length > 0 ? report.chips : [null];
  for (const chip of chips) {
    // Both lists are in the order of the nodes.
    const costs = chip?.nodes[Symbol.iterator]();
    for (const node of report.nodes) {
      const next = costs?.next();
      const cost = next && !next.done ? next.value : null;
      const row = { chip, node, cost, measured: measuredAt(chip, node.index, cost?.kernel) };
      yield `${csvRow(columns.map(([, cell]) => cell(row) ?? null))}\r\n`;
    }
  }
}

function measuredAt(
  chip: LazyChip | null,
  node: number,
  kernel: number | null | undefined,
): MeasuredGroup | null {
  const group = chip && measuredGroups(chip).get(kernel ?? -1);
  return group?.node === node ? group : null;
}
