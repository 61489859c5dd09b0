import type { MeasuredCell, NodeRow, RowsParams, RowsResult } from '../protocol';
import type { Node } from '../engine/graph/model';
import { moduleScope } from '../engine/graph/moduleScope';
import type { InferredNode } from '../engine/inference/types';
import { Query } from '../engine/query';
import type { Steps } from '../engine/scheduler';
import { shareOf, wholeSeconds } from '../workspace/analysis';
import type { ChipAnalysis } from '../engine/analyse';
import type { KernelCost, NodeCost } from '../engine/cost/types';
import type { Analysis } from '../workspace/analysis';
import { measuredOf } from '../workspace/measured';
import type { Measured } from '../workspace/measured';
import { lineOf } from '../workspace/nodeIndex';
import { typeText } from './format';
import { sorted } from './sorting';
import { roofBytes } from './traffic';

/** A page no longer than this, whatever was asked for. */
const pageLimit = 500;

type Key = Pick<RowsParams, 'chip' | 'sort' | 'descending'>;

/** Node rows of one chip, sorted and filtered: what a page of the table shows. */
export function* rows(analysis: Analysis, params: RowsParams): Steps<RowsResult> {
  const chip = analysis.chips.find((one) => one.chip.id === params.chip);
  const words = params.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const order = yield* orderOf(analysis, chip, params);
  const list = words.length > 0 ? yield* withWords(analysis, chip, order, words) : order;
  const from = Math.max(0, Math.trunc(params.from));
  const count = Math.min(Math.max(0, Math.trunc(params.count)), pageLimit);
  const make = rowMaker(analysis, chip);
  const page = list.slice(from, from + count).map((index) => make(analysis.inference.nodes[index]!));
  const found = params.find === undefined ? -1 : list.indexOf(params.find);
  return { revision: analysis.revision, total: list.length, found: found < 0 ? null : found, rows: page };
}

function* withWords(
  { inference }: Analysis,
  chip: ChipAnalysis | undefined,
  order: readonly number[],
  words: readonly string[],
): Steps<number[]> {
  const found: number[] = [];
  for (const index of order) {
    yield;
    const { node } = inference.nodes[index]!;
    const bound = chip?.cost.nodes[index]?.bound ?? 'unknown';
    const text = `${nameOf(node)}\n${node.operator}\n${moduleScope(node)}\n${bound}`.toLowerCase();
    if (words.every((word) => text.includes(word))) found.push(index);
  }
  return found;
}

/** The last order that a table asked for: scrolling asks for page after page of it. */
const orders = new Query<Analysis, readonly number[]>();

/** All nodes by flat index, sorted. */
function orderOf(analysis: Analysis, chip: ChipAnalysis | undefined, key: Key): Steps<readonly number[]> {
  const sorted = (): Steps<number[]> => sortNodes(analysis, chip, key.sort, key.descending);
  return orders.steps(analysis, sorted, JSON.stringify([key.chip, key.sort, key.descending]));
}

/** What a row calls its node. */
function nameOf(node: Node): string {
  return node.name || (node.outputs[0] ?? '');
}

/** Makes the rows of nodes on a chip. */
export function rowMaker(
  analysis: Analysis,
  chip: ChipAnalysis | undefined,
): (node: InferredNode) => NodeRow {
  const { inference } = analysis;
  const whole = chip ? wholeSeconds(chip) : 0;
  const measured = chip ? measuredOf(analysis, chip) : null;
  return (node) => {
    const cost = chip?.cost.nodes[node.index];
    const kernel = cost && cost.kernel >= 0 ? chip?.cost.kernels[cost.kernel] : undefined;
    const first = node.outputs.find((id) => id !== null);
    const work = node.work;
    return {
      node: node.index,
      name: nameOf(node.node),
      operator: node.node.operator,
      scope: moduleScope(node.node),
      line: oneBased(lineOf(analysis, node.index)),
      shape: typeof first === 'number' ? typeText(inference.values[first]?.type) : '',
      operations: work && work.operations.matrix + work.operations.vector + work.operations.special,
      bytes: work && work.bytes.weights + work.bytes.inputs + work.bytes.outputs,
      ...timeOf(cost),
      share: shareOf(cost, whole),
      bandwidth: chip && kernel ? achievedBandwidth(chip, kernel) : null,
      bound: cost?.bound ?? 'unknown',
      rule: node.rule,
      ...(chip && kernel ? runOf(chip, kernel) : { kernel: null, unit: null }),
      measured: chip && measured && cost ? measuredCell(chip, measured, cost.kernel) : null,
    };
  };
}

function timeOf(cost: NodeCost | undefined): Pick<NodeRow, 'seconds' | 'secondsAtMost'> {
  const { seconds = null, secondsAtMost } = cost ?? {};
  return { seconds, ...(secondsAtMost !== undefined && { secondsAtMost }) };
}

/** The kernel with the node that stands for it, and the unit that runs it as far as there are several. */
function runOf({ plan, cost: { units } }: ChipAnalysis, cost: KernelCost): Pick<NodeRow, 'kernel' | 'unit'> {
  const planned = plan.kernels[cost.kernel];
  return {
    kernel: planned ? { node: planned.anchor, nodes: planned.nodes.length } : null,
    unit: units.length > 1 && cost.unit !== null ? units[cost.unit]!.id : null,
  };
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

/** What a column says of each node; what is unknown is null. */
function columnOf(
  analysis: Analysis,
  chip: ChipAnalysis | undefined,
  sort: RowsParams['sort'],
): (node: InferredNode) => number | string | null {
  const costOf = (node: InferredNode): NodeCost | undefined => chip?.cost.nodes[node.index];
  switch (sort) {
    case 'index':
      return (node) => node.index;
    case 'seconds':
      return (node) => costOf(node)?.seconds?.value ?? null;
    case 'name':
      return (node) => nameOf(node.node);
    case 'operator':
      return (node) => node.node.operator;
    case 'bound':
      return (node) => costOf(node)?.bound ?? 'unknown';
    case 'operations':
    case 'bytes':
    case 'bandwidth': {
      const make = rowMaker(analysis, chip);
      return (node) => make(node)[sort];
    }
    case 'measured': {
      const measured = chip && measuredOf(analysis, chip);
      // A kernel's time stands at one of its nodes.
      return (node) => {
        const group = measured?.groupOfKernel.get(costOf(node)?.kernel ?? -1);
        return group?.node === node.index ? group.seconds : null;
      };
    }
  }
}

function* sortNodes(
  analysis: Analysis,
  chip: ChipAnalysis | undefined,
  sort: RowsParams['sort'],
  descending: boolean,
): Steps<number[]> {
  const column = columnOf(analysis, chip, sort);
  const values: (number | string | null)[] = [];
  for (const node of analysis.inference.nodes) {
    yield;
    values.push(column(node));
  }
  const sign = descending ? -1 : 1;
  return yield* sorted([...values.keys()], (a, b) => {
    const left = values[a]!;
    const right = values[b]!;
    // What is unknown stands last, whichever way one sorts.
    if (left === null || right === null) return Number(left === null) - Number(right === null) || a - b;
    const order = left < right ? -1 : left > right ? 1 : 0;
    return order * sign || a - b;
  });
}
