import { csvRow, type CsvCell } from '../../../../outside/csv';
import type { Estimate } from '../../cost/types';
import type { LazyChip, LazyReport } from '../types';
import { measuredGroups } from './measured';
import { shapeText } from './sections';

/** Columns of the file; SI base units, unrounded; empty where unknown. Names are the same in every language. */
const columns = [
  'chip',
  'runtime',
  'index',
  'parent',
  'repeat',
  'name',
  'domain',
  'operator',
  'scope',
  'line',
  'output',
  'rule',
  'matrix_operations',
  'vector_operations',
  'special_operations',
  'weight_bytes',
  'input_bytes',
  'output_bytes',
  'kernel',
  'seconds',
  'seconds_low',
  'seconds_high',
  'basis',
  'bound',
  'measured_seconds',
  'measured_ratio',
  'joules',
  'chip_joules',
  'chip_operations_per_joule',
  'chip_operations_per_second_per_mm2',
  'chip_wh_per_1000_requests',
  'chip_g_co2e_per_1000_requests',
] as const;

/** One row per chip and node (per node alone where there is no chip), RFC 4180, row by row. */
export function* printCsv(report: LazyReport): Generator<string> {
  yield `${columns.join(',')}\r\n`;
  const chips = report.chips.length > 0 ? report.chips : [null];
  for (const chip of chips) {
    // Both lists are in the order of the nodes.
    const costs = chip?.nodes[Symbol.iterator]();
    for (const node of report.nodes) {
      const next = costs?.next();
      const cost = next && !next.done ? next.value : null;
      const cells = csvRow([
        chip?.id ?? null,
        chip?.runtime ?? null,
        node.index,
        node.parent,
        node.repeat,
        node.name,
        node.domain,
        node.operator,
        node.scope,
        node.line,
        node.outputs[0] ? shapeText(node.outputs[0]) : null,
        node.rule,
        node.operations?.matrix ?? null,
        node.operations?.vector ?? null,
        node.operations?.special ?? null,
        node.bytes?.weights ?? null,
        node.bytes?.inputs ?? null,
        node.bytes?.outputs ?? null,
        cost?.kernel ?? null,
        ...estimateCells(cost?.seconds ?? null),
        cost?.bound ?? null,
        ...measuredCells(chip, node.index, cost?.kernel),
        cost?.joules?.value ?? null,
        ...chipCells(chip),
      ]);
      yield `${cells}\r\n`;
    }
  }
}

/** The time of a node's kernel and its ratio to the estimate, once: at the node that stands for it, so that sums are right. */
function measuredCells(chip: LazyChip | null, node: number, kernel: number | null | undefined): CsvCell[] {
  const group = chip && measuredGroups(chip).get(kernel ?? -1);
  return group?.node === node ? [group.seconds, group.ratio] : [null, null];
}

function estimateCells(estimate: Estimate | null): CsvCell[] {
  return estimate ? [estimate.value, estimate.low, estimate.high, estimate.basis] : [null, null, null, null];
}

/** Figures of the whole run, the same in every row of a chip. */
function chipCells(chip: LazyChip | null): CsvCell[] {
  const efficiency = chip?.efficiency;
  return [
    // A bare number would pass for that of the whole model.
    chip?.total.isPartial ? null : (chip?.total.joules?.value ?? null),
    efficiency?.operationsPerJoule ?? null,
    efficiency?.operationsPerSecondPerSquareMillimetre ?? null,
    efficiency?.wattHoursPerThousandRequests?.value ?? null,
    efficiency?.gramsCo2PerThousandRequests?.value ?? null,
  ];
}
