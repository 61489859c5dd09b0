import { isStored } from '../inference/stored/tensors';
import type { Inference, InferredValue } from '../inference/types';
import type { Caches, KernelPlan } from '../kernels/types';
import { isStepDue, type Steps } from '../scheduler';
import { blockShares } from './cacheBuffers';
import { executionSteps, type Step } from './steps';

/** Memory while one kernel runs. */
interface MemoryPoint {
  /** Flat index of its last node. */
  readonly node: number;
  /** Graph inputs, outputs and everything between that is still needed or just being written. */
  readonly activationBytes: number;
}

export interface MemoryTimeline {
  readonly points: readonly MemoryPoint[];
  /** Of all initialisers and Constants, there all the time. */
  readonly weights: WeightBytes;
  /** Most bytes at one time, weights included; null when a size is unknown. */
  readonly highWaterBytes: number | null;
  readonly highWaterNode: number | null;
  /** As `highWaterBytes`, and where sizes are unknown, what is needed without those; null where nothing is known. */
  readonly leastBytes: number | null;
}

/** How much weights take. */
export interface WeightBytes {
  /** Bytes of those whose size is known. */
  readonly known: number;
  /** The size of every one is known, so that the known ones are all. */
  readonly isWhole: boolean;
}

/** Bytes of all weights; null where some have no known size. */
export function wholeBytes({ known, isWhole }: WeightBytes): number | null {
  return isWhole ? known : null;
}

/** Bytes that a value (by id) takes; null when unknown. */
export type SizeOf = (value: number) => number | null;

/** Bytes of a model's weights at their stored types. */
export function storedWeightBytes(inference: Inference): Steps<WeightBytes> {
  return weightsBytesOf(inference, (id) => inference.values[id]!.bytes);
}

/**
 * Weights and live values over the order of execution (file order; the body of a subgraph runs before its holder
 * ends). A value lives from the kernel that writes it to the last that reads it, graph inputs, which the caller holds, all
 * the time, graph outputs to the end; a view shares the buffer of its input, and so does a cache that is not copied. Values
 * inside kernels take no memory.
 */
export function* memoryTimeline(
  inference: Inference,
  plan: KernelPlan,
  sizeOf: SizeOf,
): Steps<MemoryTimeline> {
  const steps = yield* executionSteps(inference, plan);
  const weights = yield* weightsBytesOf(inference, sizeOf);
  const change = new Float64Array(steps.length + 1);
  const shares = blockShares(inference, plan.caches);
  let unknown = false;
  for (const { value, from, to } of yield* lifetimesOf(inference, plan.caches, steps)) {
    if (isStepDue(value)) yield;
    const bytes = sizeOf(value);
    if (bytes === null) {
      unknown = true;
      continue;
    }
    const held = Math.ceil(bytes * (shares.get(value) ?? 1));
    change[from]! += held;
    change[to + 1]! -= held;
  }
  const points: MemoryPoint[] = [];
  let live = 0;
  let highest = -1;
  for (const { node } of steps) {
    if (isStepDue(points.length)) yield;
    const at = points.length;
    live += change[at]!;
    points.push({ node, activationBytes: live });
    if (highest === -1 || live > points[highest]!.activationBytes) highest = at;
  }
  const known = weights.isWhole && !unknown;
  const top = highest === -1 ? 0 : points[highest]!.activationBytes;
  return {
    points,
    weights,
    highWaterBytes: known ? weights.known + top : null,
    highWaterNode: known && highest !== -1 ? points[highest]!.node : null,
    leastBytes: leastOf(weights.known + top, known),
  };
}

/** What is known to be needed; null where that is nothing, which is not the same as no need. */
function leastOf(bytes: number, isWhole: boolean): number | null {
  return bytes > 0 || isWhole ? bytes : null;
}

/** Bytes of all initialisers and of the tensors of Constants; each once. */
function* weightsBytesOf(inference: Inference, sizeOf: SizeOf): Steps<WeightBytes> {
  let known = 0;
  let isWhole = true;
  for (const value of inference.values) {
    if (isStepDue(value.id)) yield;
    if (!isStored(inference, value)) continue;
    const bytes = sizeOf(value.id);
    if (bytes === null) isWhole = false;
    else known += bytes;
  }
  return { known, isWhole };
}

interface Lifetime {
  /** The value whose buffer it is. */
  readonly value: number;
  /** First and last step, inclusive. */
  readonly from: number;
  to: number;
}

/** Lifetimes of all buffers but the weights'. */
function* lifetimesOf(
  inference: Inference,
  caches: Caches,
  steps: readonly Step[],
): Steps<Iterable<Lifetime>> {
  const buffers = yield* bufferOwners(inference, caches);
  const found = new Map<number, Lifetime>();
  const last = Math.max(0, steps.length - 1);
  for (const id of inference.scopes[0]?.inputs ?? []) {
    const owner = buffers[id]!;
    if (!inference.values[id]!.isConstant) found.set(owner, { value: owner, from: 0, to: last });
  }
  const touch = (id: number, at: number, writes: boolean): void => {
    const owner = buffers[id]!;
    const known = found.get(owner);
    if (known) known.to = Math.max(known.to, at);
    // What nobody writes is a weight or folded; formal inputs of a body start with their first reader.
    else if (writes || isFormalInput(inference.values[owner]!)) {
      found.set(owner, { value: owner, from: at, to: at });
    }
  };
  for (let at = 0; at < steps.length; at++) {
    if (isStepDue(at)) yield;
    for (const id of steps[at]!.reads) touch(id, at, false);
    for (const id of steps[at]!.writes) touch(id, at, true);
  }
  for (const output of inference.scopes[0]?.outputs ?? []) {
    const lifetime = output === null ? undefined : found.get(buffers[output]!);
    if (lifetime) lifetime.to = last;
  }
  return found.values();
}

function isFormalInput(value: InferredValue): boolean {
  return value.origin === 'input' && value.scope !== 0 && !value.isConstant;
}

/** The value in whose buffer each value lies: its own, or that of an input that it is a view of or that is changed in place. */
function* bufferOwners(inference: Inference, { policy, list }: Caches): Steps<Int32Array> {
  const owners = new Int32Array(inference.values.length);
  for (let id = 0; id < owners.length; id++) owners[id] = id;
  if (policy !== 'exported') for (const { past, present } of list) owners[past] = present;
  for (const node of inference.nodes) {
    if (isStepDue(node.index)) yield;
    const [input, output] = [node.inputs[0], node.outputs[0]];
    if (node.view && !node.folded && typeof input === 'number' && typeof output === 'number') {
      owners[output] = owners[input]!;
    }
    for (const [place, from] of Object.entries(node.work?.inPlace ?? {})) {
      const [own, source] = [node.outputs[Number(place)], node.inputs[from]];
      if (typeof own === 'number' && typeof source === 'number') owners[own] = owners[source]!;
    }
  }
  return owners;
}
