import { elementCount } from '../graph/dataTypes';
import type { Inference, InferredNode } from '../inference/types';
import { numericShape } from '../inference/work';
import type { Operations, WorkBytes } from '../operators/rule';
import type { Kernel, Operand } from './types';

/** Questions about values that the rewritten graph answers. */
export interface Names {
  /** The value that is read where `id` is named, aliases of eliminated nodes resolved. */
  resolve(id: number): number;
  /** Outside the given members somebody reads the value, or it is an output of its graph. */
  isReadOutside(id: number, members: ReadonlySet<number>): boolean;
}

/** Bytes that cross the border by value id; null while a dimension is unknown. */
type Crossing = Map<number, number | null>;

/**
 * What crosses the border of a kernel, at stored types: a value that is made and last read inside is left out, one that several
 * members read is counted once, a view inside passes its source through. A rule that says that a node touches only part
 * of its inputs (Gather's rows) is followed.
 */
export function operandsOf(
  inference: Inference,
  members: readonly number[],
  names: Names,
  recomputed: ReadonlyMap<number, number>,
): Operand[] {
  const [only] = members;
  const { reads, writes } =
    members.length === 1 && recomputed.size === 0
      ? crossingOfNode(inference, inference.nodes[only!]!, names)
      : crossingOfMembers(inference, members, names, recomputed);
  return [
    ...[...reads].map(([id, bytes]) => operandOf(inference, id, 'read', bytes)),
    ...[...writes].map(([id, bytes]) => operandOf(inference, id, 'written', bytes)),
  ];
}

/** A value as an operand of which so many bytes cross the border of a kernel. */
export function operandOf(
  inference: Inference,
  id: number,
  use: 'read' | 'written',
  bytes: number | null,
): Operand {
  const { type, isConstant } = inference.values[id]!;
  const role = use === 'written' ? 'output' : isConstant ? 'weight' : 'input';
  const format = (type?.kind === 'tensor' && type.dtype) || null;
  const shape = numericShape(type);
  return { value: id, role, format, elements: shape ? elementCount(shape) : null, bytes };
}

/** A node by itself moves what its own rule says. */
function crossingOfNode(
  inference: Inference,
  node: InferredNode,
  names: Names,
): { reads: Crossing; writes: Crossing } {
  const reads: Crossing = new Map();
  const writes: Crossing = new Map();
  node.inputs.forEach((input, index) => {
    if (input === null) return;
    const source = names.resolve(input);
    keepLargest(reads, source, atMostSource(inference, source, bytesRead(inference, node, index, source)));
  });
  readHeld(reads, node);
  node.outputs.forEach((output, index) => {
    if (output !== null) writes.set(output, bytesWritten(node, index));
  });
  return { reads, writes };
}

function crossingOfMembers(
  inference: Inference,
  members: readonly number[],
  names: Names,
  recomputed: ReadonlyMap<number, number>,
): { reads: Crossing; writes: Crossing } {
  const inside = new Set(members);
  /** Values made inside; a view's output stands for its input. */
  const sourceOf = new Map<number, number | null>();
  const reads: Crossing = new Map();
  const writes: Crossing = new Map();
  for (const index of members) {
    const node = inference.nodes[index]!;
    if (!node.view) readInto(reads, node);
    node.outputs.forEach((output, place) => {
      if (output === null) return;
      // Not every view has an input: a Constant gives out what is stored.
      const [input] = node.inputs;
      const source = typeof input === 'number' ? names.resolve(input) : output;
      sourceOf.set(output, node.view ? followViews(inference, source, sourceOf) : null);
      if (names.isReadOutside(output, inside))
        keepLargest(writes, output, node.view ? 0 : bytesWritten(node, place));
    });
  }
  passViewsOut(inference, members, sourceOf, writes);
  return { reads, writes };

  function readInto(into: Crossing, node: InferredNode): void {
    readHeld(into, node);
    node.inputs.forEach((input, place) => {
      if (input === null) return;
      const resolved = names.resolve(input);
      const from = recomputed.get(resolved);
      const source = followViews(inference, from ?? resolved, sourceOf);
      if (source === null) return;
      const read = from === undefined ? resolved : source;
      keepLargest(into, source, atMostSource(inference, resolved, bytesRead(inference, node, place, read)));
    });
  }
}

/** A view that gives the elements of its input, each once or again: the operator moves them where nothing is fused with it. */
const spreads = ({ view, operatorClass }: InferredNode): boolean => view && operatorClass === 'movement';

/** Through views of a smaller value (one that is spread over axes) no more is read than that value has. */
function atMostSource(inference: Inference, value: number, bytes: number | null): number | null {
  let least = bytes;
  let at = value;
  for (let views = 0; views < mostViews && least !== null; views++) {
    const { producer } = inference.values[at]!;
    const node = producer === null ? undefined : inference.nodes[producer];
    const input = node && spreads(node) ? node.inputs[0] : null;
    if (input === null || input === undefined) break;
    least = Math.min(least, inference.values[input]!.bytes ?? least);
    at = input;
  }
  return least;
}

/** The numbers in a node's own attributes. */
function readHeld(into: Crossing, { held, folded, work }: InferredNode): void {
  if (held !== null && !folded) into.set(held, work && (work.touched.held ?? 0));
}

/**
 * Bytes that a node reads of an input, which one that it names twice counts with its first name. Where the value that is
 * read is another than the one that is named (before a cast that was removed), as large a part of that.
 */
function bytesRead(inference: Inference, node: InferredNode, place: number, read: number): number | null {
  const named = node.inputs[place]!;
  const own = inference.values[read]!.bytes;
  if (!node.work) return null;
  const touched = node.work.touched.inputs[place] ?? 0;
  const whole = inference.values[named]!.bytes;
  if (read === named || touched === 0) return touched;
  return whole && own !== null ? (touched / whole) * own : null;
}

function bytesWritten(node: InferredNode, place: number): number | null {
  return node.work && (node.work.touched.outputs[place] ?? 0);
}

/** A view that leaves the kernel carries the bytes of what was computed inside. */
function passViewsOut(
  inference: Inference,
  members: readonly number[],
  sourceOf: ReadonlyMap<number, number | null>,
  writes: Crossing,
): void {
  const views = members.map((index) => inference.nodes[index]!).filter((node) => node.view);
  for (const view of views) {
    const [input, output] = [view.inputs[0], view.outputs[0]];
    if (typeof output !== 'number' || typeof input !== 'number' || !writes.has(output)) continue;
    const madeInside = sourceOf.get(output) === null;
    if (madeInside && !writes.has(input)) writes.set(output, inference.values[output]!.bytes);
  }
}

/** Views behind one another that are followed; only cycles and nonsense have more. */
export const mostViews = 100;

/** Where the bytes come from: null for a value that is computed inside, also when a view outside passes it back in. */
function followViews(
  inference: Inference,
  value: number,
  sourceOf: ReadonlyMap<number, number | null>,
): number | null {
  let at = value;
  for (let views = 0; views < mostViews; views++) {
    if (sourceOf.has(at)) return sourceOf.get(at)!;
    const producer = inference.values[at]!.producer;
    const node = producer === null ? undefined : inference.nodes[producer];
    const input = node?.view ? node.inputs[0] : null;
    if (input === null || input === undefined) return value;
    at = input;
  }
  return value;
}

function keepLargest(table: Crossing, key: number, bytes: number | null): void {
  const before = table.get(key);
  if (before === null) return;
  table.set(key, bytes === null ? null : Math.max(before ?? 0, bytes));
}

/** Ids of the values that a kernel reads, weights among them. */
export function readsOf(kernel: Kernel): number[] {
  return kernel.operands.filter(({ role }) => role !== 'output').map(({ value }) => value);
}

/** Ids of the values that a kernel writes. */
export function writesOf(kernel: Kernel): number[] {
  return kernel.operands.filter(({ role }) => role === 'output').map(({ value }) => value);
}

/** Bytes of a kernel's operands by role, each as `bytesOf` has it; null while one is unknown. */
export function sumByRole(
  kernel: Kernel,
  bytesOf: (operand: Operand) => number | null = ({ bytes }) => bytes,
): WorkBytes | null {
  const sum = { weight: 0, input: 0, output: 0 };
  for (const operand of kernel.operands) {
    const bytes = bytesOf(operand);
    if (bytes === null) return null;
    sum[operand.role] += bytes;
  }
  return { weights: sum.weight, inputs: sum.input, outputs: sum.output };
}

/** All bytes that cross the border of a kernel, at stored types; null while one is unknown. */
export function movedBytes(kernel: Kernel): number | null {
  const sum = sumByRole(kernel);
  return sum && sum.weights + sum.inputs + sum.outputs;
}

/** Operations of all members; null while one is unknown. */
export function operationsOf(inference: Inference, members: readonly number[]): Operations | null {
  const sum = { matrix: 0, vector: 0, special: 0 };
  for (const index of members) {
    const work = inference.nodes[index]!.work;
    if (!work) return null;
    sum.matrix += work.operations.matrix;
    sum.vector += work.operations.vector;
    sum.special += work.operations.special;
  }
  return sum;
}
