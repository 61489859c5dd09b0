import { roleAt } from '../../memory/live';
import type { ChipAnalysis, Prepared } from '../../analyse';
import { formatTable } from '../../cost/kernelFormat';
import { Sizing } from '../../cost/sizing';
import type { KernelCost } from '../../cost/types';
import { isStored } from '../../inference/stored/tensors';
import type { Inference } from '../../inference/types';
import type { Steps } from '../../scheduler';
import type { Call } from './calls';
import { noMemory, type Element, type MemoryClasses, type RankChain, type Term } from './chain';
import type { Shortened } from './shorten';

/** A collective behind a node of the short model. */
export interface NodeCall extends Call {
  /** Flat index. */
  readonly node: number;
}

/** What one device does of a short model. */
export interface RankRun {
  readonly prepared: Prepared;
  readonly analysis: ChipAnalysis;
  readonly calls: readonly NodeCall[];
  readonly short: Pick<Shortened, 'counts' | 'elementOfNode' | 'shared'>;
}

/** The chain of a run without training: time, collectives and memory of each element. */
export function* rankChain(run: RankRun): Steps<RankChain> {
  const { analysis, short } = run;
  const { elementOf, weights, carried } = yield* bytesOf(run);
  const state = stateOf(analysis, elementOf, short.counts.length);
  const activations = activationsOf(analysis, elementOf, short.counts.length);
  yield;
  const elements = timesOf(run, elementOf).map((time, at): Element => {
    const [own, held] = [weights.own[at]!, state[at]!];
    const memory: MemoryClasses | null =
      own === null || held === null
        ? null
        : { ...noMemory, weights: own, state: held, activations: activations[at]! };
    return { ...time, updateSeconds: 0, gradientBytes: 0, memory, carriedBytes: carried[at] ?? null };
  });
  return { elements, shared: weights.shared };
}

/** Where nodes are, and what elements hold and give on. */
interface ElementBytes {
  readonly elementOf: Int32Array;
  readonly weights: Weights;
  /** Of {@link carriedBytes}. */
  readonly carried: readonly (number | null)[];
}

/** What a run says of bytes, at the chip's formats. */
export function* bytesOf({ prepared, analysis, short }: RankRun): Steps<ElementBytes> {
  const { inference, workload } = prepared;
  const sizing = yield* Sizing.of(inference, formatTable(analysis.chip, workload.precision));
  const sizeOf = (id: number): number | null => sizing.held(id);
  const elementOf = elementsOfNodes(inference, short.elementOfNode);
  const weights = weightsOf(inference, elementOf, short, sizeOf);
  yield;
  return { elementOf, weights, carried: carriedBytes(inference, elementOf, short.counts.length, sizeOf) };
}

/** The element of each node by flat index: that of the node of the main graph that holds it. */
function elementsOfNodes({ nodes }: Inference, ofMain: readonly number[]): Int32Array {
  const elements = new Int32Array(nodes.length);
  for (const { index, parent } of nodes)
    elements[index] = ofMain[index] ?? (parent === null ? 0 : elements[parent]!);
  return elements;
}

export type Times = Pick<Element, 'count' | 'terms' | 'seconds' | 'parts' | 'calls'>;

/** Times that are still added up. */
interface GrowingTimes extends Times {
  readonly terms: Term[];
  seconds: number | null;
  readonly parts: { compute: number; memory: number; overhead: number };
  readonly calls: Call[];
}

/** Kernels count where their anchor is; transfers from and to a host where the kernel is that waits for them. */
export function timesOf({ analysis, calls, short }: RankRun, elementOf: Int32Array): Times[] {
  const { plan, cost } = analysis;
  const times = short.counts.map((count): GrowingTimes => {
    return { count, terms: [], seconds: 0, parts: { compute: 0, memory: 0, overhead: 0 }, calls: [] };
  });
  for (const one of cost.kernels) {
    const kernel = plan.kernels[one.kernel];
    const at = times[kernel ? elementOf[kernel.anchor]! : 0]!;
    const repeat = kernel ? kernel.repeat : 1;
    if (!one.seconds || repeat === null) {
      at.seconds = null;
      continue;
    }
    const { seconds, common } = one;
    at.terms.push({ operatorClass: kernel?.operatorClass ?? one.bound, seconds, times: repeat, common });
    if (at.seconds !== null) at.seconds += seconds.value * repeat;
    addParts(at.parts, one, repeat);
  }
  for (const { node, ...call } of calls) times[elementOf[node]!]!.calls.push(call);
  return times;
}

/** What bounds a kernel has its time, but for what starts it. */
function addParts(
  parts: { compute: number; memory: number; overhead: number },
  { seconds, parts: own }: KernelCost,
  repeat: number,
): void {
  const overhead = Math.min(own?.overhead ?? 0, seconds!.value);
  const rest = (seconds!.value - overhead) * repeat;
  parts.overhead += overhead * repeat;
  if (own && own.compute >= own.memory) parts.compute += rest;
  else parts.memory += rest;
}

export interface Weights {
  /** Null where a size is unknown. */
  readonly own: readonly (number | null)[];
  readonly shared: RankChain['shared'];
}

/** Each weight is its readers': one of several elements, in the whole chain too, is shared. */
function weightsOf(
  inference: Inference,
  elementOf: Int32Array,
  { counts, shared }: RankRun['short'],
  sizeOf: (id: number) => number | null,
): Weights {
  const own: (number | null)[] = counts.map(() => 0);
  const several: { memory: MemoryClasses; elements: ReadonlySet<number> }[] = [];
  for (const value of inference.values) {
    if (!isStored(inference, value)) continue;
    const elements = new Set(value.consumers.map((node) => elementOf[node]!));
    const bytes = sizeOf(value.id);
    if (bytes !== null && (elements.size > 1 || shared.has(value.name))) {
      several.push({ memory: { ...noMemory, weights: bytes }, elements });
      continue;
    }
    const [element = 0] = elements;
    const sum = own[element]!;
    own[element] = sum === null || bytes === null ? null : sum + bytes;
  }
  return { own, shared: several };
}

/** Buffers of caches, by the values that they are of. */
function cacheOwners({ plan: { caches } }: ChipAnalysis): ReadonlyMap<number, number> {
  return new Map(
    caches.list.flatMap(({ past, present, node }) => [
      [past, node],
      [present, node],
    ]),
  );
}

/** Bytes of the caches of each element; null where a size is unknown. */
function stateOf(analysis: ChipAnalysis, elementOf: Int32Array, count: number): (number | null)[] {
  const state: (number | null)[] = Array.from({ length: count }, () => 0);
  const { buffers } = analysis.timeline;
  const owners = cacheOwners(analysis);
  buffers?.value.forEach((value, row) => {
    const node = roleAt(buffers, row) === 'workspace' ? undefined : owners.get(value);
    if (node === undefined) return;
    const [at, bytes] = [elementOf[node]!, buffers.bytes[row]!];
    const sum = state[at]!;
    state[at] = sum === null || Number.isNaN(bytes) ? null : sum + bytes;
  });
  return state;
}

/** The most bytes of an element at one time beside weights and caches. */
function activationsOf(analysis: ChipAnalysis, elementOf: Int32Array, count: number): number[] {
  const { points, buffers } = analysis.timeline;
  const owners = cacheOwners(analysis);
  const change = new Float64Array(points.length + 1);
  buffers?.value.forEach((value, row) => {
    const bytes = buffers.bytes[row]!;
    if (roleAt(buffers, row) === 'workspace' || !owners.has(value) || Number.isNaN(bytes)) return;
    change[buffers.from[row]!]! += bytes;
    change[buffers.to[row]! + 1]! -= bytes;
  });
  const most = new Array<number>(count).fill(0);
  let caches = 0;
  points.forEach(({ node, activationBytes }, at) => {
    caches += change[at]!;
    const element = elementOf[node]!;
    most[element] = Math.max(most[element]!, activationBytes - caches);
  });
  return most;
}

/** Bytes that each element and those before it made and that those behind it read; null where a size is unknown. */
function carriedBytes(
  inference: Inference,
  elementOf: Int32Array,
  count: number,
  sizeOf: (id: number) => number | null,
): (number | null)[] {
  const carried = new Array<number | null>(count).fill(0);
  for (const { id, producer, consumers, isConstant, elements } of inference.values) {
    if (producer === null || isConstant || elements || consumers.length === 0) continue;
    const from = elementOf[producer]!;
    const to = consumers.reduce((last, node) => Math.max(last, elementOf[node]!), from);
    const size = sizeOf(id);
    for (let at = from; at < to; at++) {
      const before = carried[at]!;
      carried[at] = before === null || size === null ? null : before + size;
    }
  }
  return carried;
}
