import { csvRow, type CsvCell } from '../../../../outside/csv';
import type { LazyChip, LazyReport, ReportChip, ReportMeasured, ReportNode } from '../types';
import { wholeTotal } from '../../cost/totals';
import type { TotalEstimate } from '../../cost/types';
import { shapeText } from './texts';

/** Seconds measured of all groups that one node stands for, and how they compare with the estimate. */
interface MeasuredNode {
  readonly seconds: number;
  readonly ratio: number | null;
}

/** What a row of the file is about. */
interface Row {
  readonly chip: LazyChip | null;
  readonly node: ReportNode;
  readonly cost: ReportChip['nodes'][number] | null;
  /** Of the kernels that the node stands for, so that sums are right. */
  readonly measured: MeasuredNode | undefined;
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
  // Only where kernels run on several units.
  ['unit', ({ cost }) => cost?.placement],
  ['seconds', ({ cost }) => cost?.seconds?.value],
  ['seconds_low', ({ cost }) => cost?.seconds?.low],
  ['seconds_high', ({ cost }) => cost?.seconds?.high],
  ['basis', ({ cost }) => cost?.seconds?.basis],
  ['bound', ({ cost }) => cost?.bound],
  ['measured_seconds', ({ measured }) => measured?.seconds],
  ['measured_ratio', ({ measured }) => measured?.ratio],
  ['joules', ({ cost }) => cost?.joules?.value],
  // Figures of the whole run, the same in every row of a chip. A lower bound has columns of its own: a bare number would
  // pass for the whole.
  ['chip_seconds', ({ chip }) => wholeTotal(chip?.total.latencySeconds)?.value],
  ['chip_seconds_at_least', ({ chip }) => least(chip?.total.latencySeconds)],
  ['chip_seconds_at_most', ({ chip }) => chip?.total.latencySeconds?.atMost],
  ['chip_unknown_nodes', ({ chip }) => chip?.total.operations.unknownNodes],
  ['chip_joules', ({ chip }) => wholeTotal(chip?.total.joules)?.value],
  ['chip_joules_at_least', ({ chip }) => least(chip?.total.joules)],
  ['chip_joules_at_most', ({ chip }) => chip?.total.joules?.atMost],
  ['chip_operations_per_joule', ({ chip }) => chip?.efficiency.operationsPerJoule],
  [
    'chip_operations_per_second_per_mm2',
    ({ chip }) => chip?.efficiency.operationsPerSecondPerSquareMillimetre,
  ],
  ['chip_wh_per_1000_requests', ({ chip }) => chip?.efficiency.wattHoursPerThousandRequests?.value],
  ['chip_g_co2e_per_1000_requests', ({ chip }) => chip?.efficiency.gramsCo2PerThousandRequests?.value],
];

function least(total: TotalEstimate | null | undefined): number | null | undefined {
  return total?.isLowerBound ? total.value : null;
}

/** One row per chip and node (per node alone where there is no chip), RFC 4180, row by row. */
export function* printCsv(report: LazyReport): Generator<string> {
  yield `${columns.map(([name]) => name).join(',')}\r\n`;
  const chips = report.chips.length > 0 ? report.chips : [null];
  for (const chip of chips) {
    // Both lists are in the order of the nodes.
    const costs = chip?.nodes[Symbol.iterator]();
    const measured = measuredNodes(chip?.measured);
    for (const node of report.nodes) {
      const next = costs?.next();
      const cost = next && !next.done ? next.value : null;
      const row = { chip, node, cost, measured: measured.get(node.index) };
      yield `${csvRow(columns.map(([, cell]) => cell(row) ?? null))}\r\n`;
    }
  }
}

/** What was measured by node: a layer may be followed by kernels that the runtime put in and that stand by its node. */
function measuredNodes(measured: ReportMeasured | null | undefined): ReadonlyMap<number, MeasuredNode> {
  const nodes = new Map<number, MeasuredNode>();
  for (const { node, seconds, ratio } of measured?.groups ?? []) {
    const before = nodes.get(node);
    const all = seconds + (before?.seconds ?? 0);
    nodes.set(node, { seconds: all, ratio: before ? joined(before, { seconds, ratio }) : ratio });
  }
  return nodes;
}

/** Measured ÷ estimated of two together; null where one of them can't be compared. */
function joined(one: MeasuredNode, other: MeasuredNode): number | null {
  if (!one.ratio || !other.ratio) return null;
  const estimated = one.seconds / one.ratio + other.seconds / other.ratio;
  return (one.seconds + other.seconds) / estimated;
}
