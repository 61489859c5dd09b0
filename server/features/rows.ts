import type { MeasuredCell, NodeRow, RowsParams, RowsResult } from '../protocol';
import { moduleScope } from '../engine/graph/moduleScope';
import { shareOf, wholeSeconds } from '../workspace/analysis';
import type { ChipAnalysis } from '../engine/analyse';
import type { KernelCost } from '../engine/cost/types';
import type { Analysis } from '../workspace/analysis';
import { measuredOf } from '../workspace/measured';
import type { Measured } from '../workspace/measured';
import { lineOf } from '../workspace/nodeIndex';
import { typeText } from './format';
import { roofBytes } from './traffic';

/** A page no longer than this, whatever was asked for. */
const pageLimit = 500;

/** Node rows of one chip, sorted and filtered: what a page of the table shows. */
export function rows(analysis: Analysis, params: RowsParams): RowsResult {
  const chip = analysis.chips.find((one) => one.chip.id === params.chip);
  const words = params.filter.toLowerCase().split(/\s+/).filter(Boolean);
  let list = allRows(analysis, chip);
  if (words.length > 0) {
    list = list.filter((row) => {
      const text = `${row.name}\n${row.operator}\n${row.scope}\n${row.bound}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }
  const sorted = sortRows(list, params.sort, params.descending);
  const from = Math.max(0, Math.trunc(params.from));
  const count = Math.min(Math.max(0, Math.trunc(params.count)), pageLimit);
  return { revision: analysis.revision, total: sorted.length, rows: sorted.slice(from, from + count) };
}

const cache = new WeakMap<Analysis, Map<string, readonly NodeRow[]>>();

/** Every node's row on a chip, in file order; made once per analysis. */
export function allRows(analysis: Analysis, chip: ChipAnalysis | undefined): readonly NodeRow[] {
  let byChip = cache.get(analysis);
  if (!byChip) cache.set(analysis, (byChip = new Map()));
  const id = chip?.chip.id ?? '';
  let list = byChip.get(id);
  if (!list) byChip.set(id, (list = makeRows(analysis, chip)));
  return list;
}

function makeRows(analysis: Analysis, chip: ChipAnalysis | undefined): NodeRow[] {
  const { inference } = analysis;
  const whole = chip ? wholeSeconds(chip.cost) : 0;
  const measured = chip ? measuredOf(analysis, chip) : null;
  return inference.nodes.map((node): NodeRow => {
    const cost = chip?.cost.nodes[node.index];
    const kernel = cost && cost.kernel >= 0 ? chip?.cost.kernels[cost.kernel] : undefined;
    const first = node.outputs.find((id) => id !== null);
    const work = node.work;
    return {
      node: node.index,
      name: node.node.name || (node.node.outputs[0] ?? ''),
      operator: node.node.operator,
      scope: moduleScope(node.node),
      line: oneBased(lineOf(analysis, node.index)),
      shape: typeof first === 'number' ? typeText(inference.values[first]?.type) : '',
      operations: work && work.operations.matrix + work.operations.vector + work.operations.special,
      bytes: work && work.bytes.weights + work.bytes.inputs + work.bytes.outputs,
      seconds: cost?.seconds ?? null,
      share: shareOf(cost, whole),
      bandwidth: chip && kernel ? achievedBandwidth(chip, kernel) : null,
      bound: cost?.bound ?? 'unknown',
      rule: node.rule,
      measured: chip && measured && cost ? measuredCell(chip, measured, cost.kernel) : null,
    };
  });
}

/** What was measured for a kernel. */
function measuredCell(chip: ChipAnalysis, measured: Measured, kernel: number): MeasuredCell | null {
  const group = measured.groupOfKernel.get(kernel);
  if (!group) return null;
  const { seconds, ratio, inside, node } = group;
  const nodes = group.kernels.reduce((sum, one) => sum + (chip.plan.kernels[one]?.nodes.length ?? 0), 0);
  return { seconds, ratio, inside, node, nodes };
}

/** Lines as editors show them, and as reports have them. */
function oneBased(line: number | null): number | null {
  return line === null ? null : line + 1;
}

/** Bytes per second that a kernel achieves at the level of the chip's bandwidth roof. */
function achievedBandwidth(chip: ChipAnalysis, kernel: KernelCost): number | null {
  const moved = roofBytes(chip, kernel);
  if (moved === null || !kernel.seconds || kernel.seconds.value <= 0) return null;
  return moved / kernel.seconds.value;
}

function sortRows(list: readonly NodeRow[], sort: RowsParams['sort'], descending: boolean): NodeRow[] {
  const value = (row: NodeRow): number | string | null => {
    switch (sort) {
      case 'index':
        return row.node;
      case 'seconds':
        return row.seconds?.value ?? null;
      case 'measured':
        // A kernel's time stands at one of its nodes.
        return row.measured?.node === row.node ? row.measured.seconds : null;
      case 'operations':
      case 'bytes':
      case 'bandwidth':
      case 'name':
      case 'operator':
      case 'bound':
        return row[sort];
    }
  };
  const sign = descending ? -1 : 1;
  return [...list].sort((a, b) => {
    const left = value(a);
    const right = value(b);
    // What is unknown stands last, whichever way one sorts.
    if (left === null || right === null)
      return Number(left === null) - Number(right === null) || a.node - b.node;
    const order = left < right ? -1 : left > right ? 1 : 0;
    return order * sign || a.node - b.node;
  });
}
