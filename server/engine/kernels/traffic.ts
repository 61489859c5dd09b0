import type { Inference, InferredNode } from '../inference/types';
import type { Operations, WorkBytes } from '../operators/rule';

/** What crosses the border of a kernel. */
export interface Traffic {
  readonly bytes: WorkBytes | null;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Questions about values that the rewritten graph answers. */
export interface Names {
  /** The value that is read where `id` is named, aliases of eliminated nodes resolved. */
  resolve(id: number): number;
  /** Outside the given members somebody reads the value, or it is an output of its graph. */
  isReadOutside(id: number, members: ReadonlySet<number>): boolean;
}

/**
 * Bytes per run that cross the border of a kernel, at stored types: a value that lives and dies inside is left out,
 * one that several members read is counted once, a view inside passes its source through. A rule that says that a
 * node touches only part of its inputs (Gather's rows) is followed in proportion.
 */
export function trafficOf(
  inference: Inference,
  members: readonly number[],
  names: Names,
  recomputed: ReadonlyMap<number, number>,
): Traffic {
  const [only] = members;
  if (members.length === 1 && recomputed.size === 0) {
    const node = inference.nodes[only!]!;
    if (!node.folded) return trafficOfNode(node, names);
  }
  const inside = new Set(members);
  /** Values made inside; a view's output stands for its input. */
  const sourceOf = new Map<number, number | null>();
  const inputs = new Map<number, number | null>();
  const outputs = new Map<number, number | null>();
  for (const index of members) {
    const node = inference.nodes[index]!;
    const touched = touchedShare(inference, node);
    for (const input of node.inputs) {
      if (input === null) continue;
      const resolved = names.resolve(input);
      const source = followViews(inference, recomputed.get(resolved) ?? resolved, sourceOf);
      if (source === null || node.view) continue;
      const share = inference.values[source]!.isConstant ? touched?.weights : touched?.inputs;
      const size = recomputed.has(resolved)
        ? inference.values[source]!.bytes
        : inference.values[resolved]!.bytes;
      keepLargest(inputs, source, times(size, share));
    }
    for (const output of node.outputs) {
      if (output === null) continue;
      // Not every view has an input: a Constant gives out what is stored.
      const [input] = node.inputs;
      const source = typeof input === 'number' ? names.resolve(input) : output;
      sourceOf.set(output, node.view ? followViews(inference, source, sourceOf) : null);
      if (names.isReadOutside(output, inside)) {
        keepLargest(
          outputs,
          output,
          node.view ? 0 : times(inference.values[output]!.bytes, touched?.outputs),
        );
      }
    }
  }
  passViewsOut(inference, members, sourceOf, outputs);
  return {
    bytes: sumBytes(inference, inputs, outputs),
    inputs: [...inputs.keys()],
    outputs: [...outputs.keys()],
  };
}

/** A node by itself moves what its own rule says. */
function trafficOfNode(node: InferredNode, names: Names): Traffic {
  const inputs = new Set<number>();
  for (const input of node.inputs) if (input !== null) inputs.add(names.resolve(input));
  return {
    bytes: node.work?.bytes ?? null,
    inputs: [...inputs],
    outputs: node.outputs.filter((output) => output !== null),
  };
}

/** A view that leaves the kernel carries the bytes of what was computed inside. */
function passViewsOut(
  inference: Inference,
  members: readonly number[],
  sourceOf: ReadonlyMap<number, number | null>,
  outputs: Map<number, number | null>,
): void {
  const views = members.map((index) => inference.nodes[index]!).filter((node) => node.view);
  for (const view of views) {
    const [input, output] = [view.inputs[0], view.outputs[0]];
    if (typeof output !== 'number' || typeof input !== 'number' || !outputs.has(output)) continue;
    const madeInside = sourceOf.get(output) === null;
    if (madeInside && !outputs.has(input)) outputs.set(output, inference.values[output]!.bytes);
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

interface Shares {
  readonly weights: number;
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * Touched bytes by whole bytes, per class; null while a dimension is unknown. Where the node's own classes differ from
 * those of its values (a dequantised weight is not constant here), one share serves all inputs.
 */
function touchedShare(inference: Inference, node: InferredNode): Shares | null {
  if (!node.work) return null;
  // A folded node that a runtime keeps (a dequantised weight) has no work of its own but reads all of its input.
  if (node.folded) return { weights: 1, inputs: 1, outputs: 1 };
  const { bytes } = node.work;
  const whole = { weights: 0, inputs: 0, outputs: 0 };
  // A tensor that a node takes twice is read once.
  for (const id of new Set(node.inputs)) {
    if (id === null) continue;
    const value = inference.values[id]!;
    whole[value.isConstant ? 'weights' : 'inputs'] += value.bytes ?? 0;
  }
  for (const id of node.outputs) if (id !== null) whole.outputs += inference.values[id]!.bytes ?? 0;
  const outputs = ratio(bytes.outputs, whole.outputs);
  if (bytes.weights <= whole.weights && bytes.inputs <= whole.inputs) {
    return {
      weights: ratio(bytes.weights, whole.weights),
      inputs: ratio(bytes.inputs, whole.inputs),
      outputs,
    };
  }
  const all = ratio(bytes.weights + bytes.inputs, whole.weights + whole.inputs);
  return { weights: all, inputs: all, outputs };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function times(bytes: number | null, share: number | undefined): number | null {
  return bytes === null || share === undefined ? null : bytes * share;
}

function keepLargest(table: Map<number, number | null>, key: number, bytes: number | null): void {
  const before = table.get(key);
  if (before === null) return;
  table.set(key, bytes === null ? null : Math.max(before ?? 0, bytes));
}

function sumBytes(
  inference: Inference,
  inputs: ReadonlyMap<number, number | null>,
  outputs: ReadonlyMap<number, number | null>,
): WorkBytes | null {
  const sum = { weights: 0, inputs: 0, outputs: 0 };
  for (const [id, bytes] of inputs) {
    if (bytes === null) return null;
    sum[inference.values[id]!.isConstant ? 'weights' : 'inputs'] += bytes;
  }
  for (const bytes of outputs.values()) {
    if (bytes === null) return null;
    sum.outputs += bytes;
  }
  return sum;
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
