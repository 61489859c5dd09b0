import { isStored } from '../inference/stored/tensors';
import type { Inference } from '../inference/types';
import { plainMemory, type MemoryModel } from '../kernels/profile';
import type { Kernel, KernelPlan } from '../kernels/types';
import { isStepDue, type Steps } from '../scheduler';
import { residentOf, type Resident } from './resident';
import { buffersOf, type Buffer, type BufferRole, type RunsHere } from './buffers';
import { plannedArena, type PlannedArena } from './layout';
import { bufferTable, type BufferTable } from './live';
import type { SizeOf } from './workspace';

/** Memory while one kernel runs. */
interface MemoryPoint {
  /** Flat index of its last node. */
  readonly node: number;
  /** Graph inputs, outputs and everything between that is still needed or just being written. */
  readonly activationBytes: number;
}

/** What memory is taken for, beside the weights. */
export const memoryClasses = [
  'activations',
  'caches',
  'workspace',
  'gradients',
  'optimizer',
  'master',
  'saved',
] as const;
export type MemoryClass = (typeof memoryClasses)[number];

/** Bytes by class, at each point; what is never there is left out. Together they are what stands in the points. */
export type BytesByClass = Readonly<Partial<Record<MemoryClass, Float64Array>>>;

export interface MemoryTimeline extends MemoryMarks {
  readonly points: readonly MemoryPoint[];
  readonly classes: BytesByClass;
  /** What lives beside the weights, by the point at which it begins; null in training, where it is not listed. */
  readonly buffers: BufferTable | null;
  /** The block in which its allocator planned the places of buffers; null where it plans none. */
  readonly arena: PlannedArena | null;
  /** What the runtime's allocator holds for these; null where that is not known. */
  readonly resident: Resident | null;
}

/** The most of a timeline. */
export interface MemoryMarks {
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

/** Bytes of a model's weights at their stored types. */
export function storedWeightBytes(inference: Inference): Steps<WeightBytes> {
  return weightBytesOf(inference, (id) => inference.values[id]!.bytes);
}

/**
 * Weights and live buffers over the order of execution.
 * @param runsHere kernels of the unit whose memory it is, where there are several
 */
export function* memoryTimeline(
  inference: Inference,
  plan: KernelPlan,
  sizeOf: SizeOf,
  model: MemoryModel = plainMemory,
  runsHere?: RunsHere,
): Steps<MemoryTimeline> {
  const weights = runsHere
    ? yield* weightsReadBy(plan, sizeOf, runsHere)
    : yield* weightBytesOf(inference, sizeOf);
  const buffers = yield* buffersOf(inference, plan, sizeOf, model, runsHere);
  const { steps, list } = buffers;
  const arena = yield* plannedArena(buffers, model);
  const isArena = model.allocator === 'arena';
  const resident = isArena ? yield* residentOf(buffers, wholeBytes(weights), arena) : null;
  const classes = yield* bytesByClass(list, steps.length);
  const points: MemoryPoint[] = [];
  let highest = -1;
  for (const { node } of steps) {
    if (isStepDue(points.length)) yield;
    const at = points.length;
    const live = Object.values(classes).reduce((sum, bytes) => sum + bytes[at]!, 0);
    points.push({ node, activationBytes: live });
    if (highest === -1 || live > points[highest]!.activationBytes) highest = at;
  }
  const known = weights.isWhole && list.every(({ bytes }) => bytes !== null);
  const top = highest === -1 ? 0 : points[highest]!.activationBytes;
  return {
    points,
    classes,
    buffers: bufferTable(list),
    arena,
    resident,
    weights,
    highWaterBytes: known ? weights.known + top : null,
    highWaterNode: known && highest !== -1 ? points[highest]!.node : null,
    leastBytes: leastOf(weights.known + top, known),
  };
}

const classOf: Readonly<Record<BufferRole, MemoryClass>> = {
  input: 'activations',
  output: 'activations',
  activation: 'activations',
  cache: 'caches',
  workspace: 'workspace',
};

/** Bytes of buffers of known size by what they are for, at each step. */
function* bytesByClass(list: readonly Buffer[], steps: number): Steps<BytesByClass> {
  const classes: Partial<Record<MemoryClass, Float64Array>> = {};
  for (const [index, { role, bytes, from, to }] of list.entries()) {
    if (isStepDue(index)) yield;
    if (!bytes) continue;
    const change = (classes[classOf[role]] ??= new Float64Array(steps + 1));
    change[from]! += bytes;
    change[to + 1]! -= bytes;
  }
  for (const bytes of Object.values(classes))
    for (let at = 1; at < bytes.length; at++) bytes[at]! += bytes[at - 1]!;
  return classes;
}

/** Most bytes beside the weights at one time; null where a size is unknown, as the high-water mark is. */
export function highestOf({ highWaterBytes, weights }: MemoryMarks): number | null {
  return highWaterBytes === null ? null : highWaterBytes - weights.known;
}

/** What is known to be needed; null where that is nothing, which is not the same as no need. */
export function leastOf(bytes: number, isWhole: boolean): number | null {
  return bytes > 0 || isWhole ? bytes : null;
}

/** Bytes of all initialisers and of the tensors of Constants; each once. */
export function* weightBytesOf(inference: Inference, sizeOf: SizeOf): Steps<WeightBytes> {
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

/** Bytes of the weights that kernels of a unit read; each once. */
function* weightsReadBy(
  { kernels }: KernelPlan,
  sizeOf: SizeOf,
  runsHere: (kernel: Kernel) => boolean,
): Steps<WeightBytes> {
  const ids = new Set<number>();
  for (const kernel of kernels) {
    if (isStepDue(kernel.index)) yield;
    if (!runsHere(kernel)) continue;
    for (const { role, value } of kernel.operands) if (role === 'weight') ids.add(value);
  }
  let known = 0;
  let isWhole = true;
  for (const id of ids) {
    const bytes = sizeOf(id);
    if (bytes === null) isWhole = false;
    else known += bytes;
  }
  return { known, isWhole };
}
