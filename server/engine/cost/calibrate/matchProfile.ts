import { addTo } from '../../lists';
import { elementCount } from '../../graph/dataTypes';
import type { Inference } from '../../inference/types';
import { writesOf } from '../../kernels/operands';
import type { Kernel, KernelPlan } from '../../kernels/types';
import { groupOf } from '../kernelCost';
import type { Measurement, MeasuredRow } from './measurement';
import type { Row } from './rows';

/** Kernels and rows that belong together: usually one of each, several where one side fuses more than the other. */
export interface MatchedGroup {
  /** Places in the profile's rows. */
  readonly rows: readonly number[];
  /** Kernel indices, ascending. */
  readonly kernels: readonly number[];
  /** Measured seconds per run of the model: to be compared with the kernels' estimates × repeat, summed. */
  readonly seconds: number;
}

/** A measurement whose sizes are not those of the workload. */
interface ShapeConflict {
  readonly row: number;
  /** Flat index of the node. */
  readonly node: number;
  readonly measured: readonly number[];
  readonly expected: readonly number[];
}

/** Measured times laid over a kernel plan. Nothing is dropped: every row and every kernel is in one of the lists. */
export interface MatchedProfile {
  readonly groups: readonly MatchedGroup[];
  /** Place in `groups` by kernel index, -1 where nothing was measured. */
  readonly groupOfKernel: Int32Array;
  /** Seconds of one execution by kernel, NaN where it was not measured or only together with other kernels. */
  readonly kernels: Float64Array;
  /** Rows that no kernel claims: copies between layouts, inserted casts, nodes of another model. */
  readonly unmatchedRows: readonly number[];
  /** Kernels without a measurement. */
  readonly unmatchedKernels: readonly number[];
  /** Seconds per run of the unmatched rows. */
  readonly unmatchedSeconds: number;
  /** Share of the measured time that was matched, 0..1; of the rows for kernel tables. */
  readonly share: number;
  /** Rows that were measured at other sizes than the workload's; their times must not be compared. */
  readonly conflicts: readonly ShapeConflict[];
}

export interface MatchOptions {
  /** Format in which a kernel computes (`KernelCost.precision`): kernel tables are matched by it and by size. */
  readonly precisionOf?: (kernel: number) => string;
}

/**
 * Lays measured times over a plan. A row goes to the kernels that hold the nodes of its names, or that write the values
 * of its names (runtimes name new nodes after old ones or after values); what is left then goes by operator and output
 * shape, in order, where the numbers agree. Rows of a kernel table go to every kernel of their size and format.
 */
export function matchProfile(
  inference: Inference,
  plan: KernelPlan,
  profile: Measurement,
  options: MatchOptions = {},
): MatchedProfile {
  if (profile.kind === 'kernel-table') return matchBySize(inference, plan, profile, options);
  const kernelsOfRow = matchByName(inference, plan, profile.rows);
  matchByShape(inference, plan, profile.rows, kernelsOfRow);
  const groups = connected(kernelsOfRow, plan, profile.rows);
  const unmatchedRows = kernelsOfRow.flatMap((kernels, row) => (kernels.length === 0 ? [row] : []));
  const lost = unmatchedRows.reduce((sum, row) => sum + perRun(profile.rows[row]!), 0);
  const all = profile.rows.reduce((sum, row) => sum + perRun(row), 0);
  return {
    ...laidOver(plan, groups),
    unmatchedRows,
    unmatchedSeconds: lost,
    share: all > 0 ? (all - lost) / all : 0,
    conflicts: conflictsOf(inference, profile.rows),
  };
}

const perRun = ({ seconds, repeat }: MeasuredRow): number => seconds * repeat;

function laidOver(plan: KernelPlan, groups: readonly MatchedGroup[]) {
  const groupOfKernel = new Int32Array(plan.kernels.length).fill(-1);
  const kernels = new Float64Array(plan.kernels.length).fill(NaN);
  groups.forEach((group, index) => {
    for (const kernel of group.kernels) groupOfKernel[kernel] = index;
    const [only, second] = group.kernels;
    if (only !== undefined && second === undefined)
      kernels[only] = group.seconds / (plan.kernels[only]!.repeat || 1);
  });
  const unmatchedKernels = [...groupOfKernel.keys()].filter((kernel) => groupOfKernel[kernel] === -1);
  return { groups, groupOfKernel, kernels, unmatchedKernels };
}

/** Kernels by row. */
function matchByName(inference: Inference, plan: KernelPlan, rows: readonly MeasuredRow[]): number[][] {
  const values = new Map<string, number>();
  const readers = new Map<string, number>();
  for (const { name, producer, consumers } of inference.values) {
    if (producer !== null) values.set(name, producer);
    else if (consumers[0] !== undefined) readers.set(name, consumers[0]);
  }
  const nodes = new Map<string, number>();
  for (const node of inference.nodes) if (node.node.name !== '') nodes.set(node.node.name, node.index);
  let left = mostStretched;
  return rows.map((row) => {
    // The file's own name is a node's, what is left of it without the runtime's words a value's or a node's.
    const found = row.names.map((name, i) =>
      i === 0 ? (nodes.get(name) ?? values.get(name)) : (values.get(name) ?? nodes.get(name)),
    );
    const stretch = row.isRange ? rangeOf(row, found, readers, left) : [];
    left -= stretch.length;
    const kernels = (row.isRange ? stretch : found)
      .filter((node) => node !== undefined)
      .map((node) => plan.kernelOfNode[node]!)
      .filter((kernel) => kernel >= 0);
    return [...new Set(kernels)].sort((a, b) => a - b);
  });
}

/** Nodes in all stretches of a profile together: real ones overlap little. */
const mostStretched = 2_000_000;

/** All nodes from the first to the last, none if that is more than `most`; a stretch may also begin at a weight, which stands for its first reader. */
function rangeOf(
  { names }: MeasuredRow,
  found: readonly (number | undefined)[],
  readers: ReadonlyMap<string, number>,
  most: number,
): number[] {
  const [first, last] = names.map((name, i) => found[i] ?? readers.get(name));
  if (first === undefined || last === undefined) return [];
  const low = Math.min(first, last);
  if (Math.abs(last - first) >= most) return [];
  return Array.from({ length: Math.abs(last - first) + 1 }, (_, i) => low + i);
}

/** Outputs below this many elements are bookkeeping, of which many look alike. */
const tellingElements = 1024;

/**
 * Rows without a telling name, such as a node that the runtime made of several or took apart: those of one operator and
 * output shape belong to the open kernels of that operator and shape, else to all open kernels of that shape, in order,
 * if there are equally many.
 */
function matchByShape(
  inference: Inference,
  plan: KernelPlan,
  rows: readonly MeasuredRow[],
  kernelsOfRow: number[][],
): void {
  for (const withOperator of [true, false]) {
    const claimed = new Set(kernelsOfRow.flat());
    const free = new Map<string, number[]>();
    for (const kernel of plan.kernels) {
      if (claimed.has(kernel.index)) continue;
      for (const key of keysOf(inference, kernel, withOperator)) addTo(free, key, kernel.index);
    }
    const open = new Map<string, number[]>();
    rows.forEach(({ operator, outputShapes }, row) => {
      const shape = outputShapes?.[0];
      if (kernelsOfRow[row]!.length === 0 && operator !== null && shape && isTelling(shape))
        addTo(open, `${operator.replace(/^Fused/, '')} ${shape.join(',')}`, row);
    });
    for (const [key, list] of open) {
      const kernels = free.get(withOperator ? key : key.slice(key.indexOf(' ')));
      if (kernels?.length === list.length) list.forEach((row, i) => kernelsOfRow[row]!.push(kernels[i]!));
    }
  }
}

const isTelling = (shape: readonly number[]): boolean => elementCount(shape) >= tellingElements;

/** Shape of what the kernel writes, by the operators of its nodes or without one. */
function keysOf(inference: Inference, kernel: Kernel, withOperator: boolean): string[] {
  const shape = shapeOf(inference, writesOf(kernel)[0]);
  if (!shape || !isTelling(shape)) return [];
  const operators =
    kernel.nodes.length === 0 && kernel.fusion !== null
      ? [kernel.fusion]
      : kernel.nodes.map((node) => inference.nodes[node]!.node.operator);
  return [...new Set(withOperator ? operators : [''])].map((operator) => `${operator} ${shape.join(',')}`);
}

function shapeOf(inference: Inference, value: number | undefined): readonly number[] | null {
  const type = value === undefined ? undefined : inference.values[value]?.type;
  if (type?.kind !== 'tensor' || !type.shape) return null;
  const numbers = type.shape.filter((dim) => typeof dim === 'number');
  return numbers.length === type.shape.length ? numbers : null;
}

/** Rows and kernels that share a member, directly or through others, are one group. */
function connected(
  kernelsOfRow: readonly (readonly number[])[],
  plan: KernelPlan,
  rows: readonly MeasuredRow[],
): MatchedGroup[] {
  const root = Int32Array.from(plan.kernels.keys());
  const find = (kernel: number): number => {
    let at = kernel;
    while (root[at] !== at) at = root[at] = root[root[at]!]!;
    return at;
  };
  for (const kernels of kernelsOfRow) for (const kernel of kernels) root[find(kernel)] = find(kernels[0]!);
  const members = new Map<number, { rows: number[]; kernels: Set<number>; seconds: number }>();
  kernelsOfRow.forEach((kernels, row) => {
    if (kernels.length === 0) return;
    const key = find(kernels[0]!);
    const group = members.get(key) ?? { rows: [], kernels: new Set(), seconds: 0 };
    group.rows.push(row);
    for (const kernel of kernels) group.kernels.add(kernel);
    group.seconds += perRun(rows[row]!);
    members.set(key, group);
  });
  return [...members.values()]
    .map((group) => ({ ...group, kernels: [...group.kernels].sort((a, b) => a - b) }))
    .sort((a, b) => a.kernels[0]! - b.kernels[0]!);
}

/**
 * Rows that bear the name and the operator of a node and write another number of elements than it does here. Layouts
 * are the runtime's to change, so the order of the dimensions says nothing.
 */
function conflictsOf(inference: Inference, rows: readonly MeasuredRow[]): ShapeConflict[] {
  const byName = new Map(inference.nodes.map((node) => [node.node.name, node]));
  return rows.flatMap(({ name, operator, outputShapes }, row) => {
    const node = name === '' ? undefined : byName.get(name);
    const measured = outputShapes?.[0];
    const expected = shapeOf(inference, node?.outputs[0] ?? undefined);
    if (!node || !measured || !expected || node.node.operator !== operator) return [];
    return elementCount(measured) === elementCount(expected)
      ? []
      : [{ row, node: node.index, measured, expected }];
  });
}

/** Every kernel of a row's size and format gets its time. */
function matchBySize(
  inference: Inference,
  plan: KernelPlan,
  profile: Measurement,
  { precisionOf }: MatchOptions,
): MatchedProfile {
  const bySize = new Map<string, number>();
  profile.rows.forEach(({ kernel }, row) => {
    if (kernel) bySize.set(sizeOfRow(kernel), row);
  });
  const groups: MatchedGroup[] = [];
  const used = new Set<number>();
  for (const kernel of plan.kernels) {
    const size = sizeOfKernel(inference, kernel, precisionOf?.(kernel.index) ?? '');
    const row = size === null ? undefined : bySize.get(size);
    if (row === undefined) continue;
    used.add(row);
    const seconds = profile.rows[row]!.seconds * (kernel.repeat ?? 1);
    groups.push({ rows: [row], kernels: [kernel.index], seconds });
  }
  return {
    ...laidOver(plan, groups),
    unmatchedRows: [...profile.rows.keys()].filter((row) => !used.has(row)),
    unmatchedSeconds: 0,
    share: profile.rows.length > 0 ? used.size / profile.rows.length : 0,
    conflicts: [],
  };
}

function sizeOfRow(row: Row): string {
  const { group, precision } = row;
  if (group === 'gemm') return [group, precision, row.batch, row.m, row.n, row.k].join(' ');
  if (row.headSize > 0)
    return [
      group,
      precision,
      row.batch,
      row.heads,
      row.kvHeads,
      row.queryLength,
      row.keyLength,
      row.headSize,
    ].join(' ');
  return [group, group === 'elementwise' ? row.operator : '', precision, row.rows, row.columns].join(' ');
}

/** Null for kernels that no table has columns for. */
function sizeOfKernel(inference: Inference, kernel: Kernel, precision: string): string | null {
  const group = groupOf(kernel);
  const shape = kernel.matrixShape;
  if (shape?.kind === 'gemm') return [group, precision, shape.batch, shape.m, shape.n, shape.k].join(' ');
  if (shape?.kind === 'attention') {
    const { batch, heads, kvHeads, queryLength, keyLength, headSize } = shape;
    return [group, precision, batch, heads, kvHeads, queryLength, keyLength, headSize].join(' ');
  }
  const output = shapeOf(inference, writesOf(kernel)[0]);
  if (shape || !output || output.length === 0 || kernel.nodes.length !== 1) return null;
  const columns = output.at(-1)!;
  const rows = elementCount(output.slice(0, -1));
  const operator = group === 'elementwise' ? inference.nodes[kernel.anchor]!.node.operator.toLowerCase() : '';
  return [group, operator, precision, rows, columns].join(' ');
}
