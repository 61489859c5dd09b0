import { largest, smallest } from '../../lists';
import { noMemory, plusMemory, type MemoryClasses, type RankChain } from './chain';
import type { Stage } from './stages';

/** What one device holds. */
export interface DeviceMemory {
  readonly classes: MemoryClasses;
  readonly bytes: number;
}

/** How many sequences and micro-batches a stage holds at one time, in units of one micro-batch. */
export interface StageLoad {
  /** Micro-batches whose caches it holds. */
  readonly state: number;
  /** Micro-batches whose activations it keeps for the way back. */
  readonly saved: number;
}

/** The element of each place of a chain in which equal elements stand one after the other. */
export function elementAtPlace({ elements }: RankChain): Int32Array {
  return Int32Array.from(elements.flatMap(({ count }, at) => Array.from({ length: count }, () => at)));
}

/**
 * Memory of a stage on one device: weights of its elements, one copy of those that several read, caches of all micro-batches that are
 * on their way, and the largest of the activations, of which one element works at a time. Null where a size is unknown.
 */
export function stageMemory(
  { elements, shared }: RankChain,
  places: Int32Array,
  { from, to }: Stage,
  load: StageLoad,
): DeviceMemory | null {
  let sum = noMemory;
  let activations = 0;
  const held = new Set<number>();
  for (let place = from; place < to; place++) {
    const at = places[place]!;
    const { memory } = elements[at]!;
    if (!memory) return null;
    held.add(at);
    sum = plusMemory(sum, { ...memory, state: memory.state * load.state, saved: memory.saved * load.saved });
    activations = Math.max(activations, memory.activations);
  }
  for (const { memory, elements: readers } of shared)
    if ([...readers].some((at) => held.has(at))) sum = plusMemory(sum, memory);
  const classes = { ...sum, activations };
  return { classes, bytes: Object.values(classes).reduce((all, one) => all + one, 0) };
}

/**
 * Whether stages fit a device of which a model can have so many bytes (null: unknown, nothing is left out), asked for many of them: what adds up place by place is summed beforehand, and only where
 * activations and shared weights decide is a stage looked at.
 */
export function stageFits(
  chain: RankChain,
  places: Int32Array,
  usable: number | null,
  loadOf: (stage: number) => StageLoad,
): (stage: number, from: number, to: number) => boolean {
  const { elements, shared } = chain;
  if (usable === null) return () => true;
  const sums = { always: prefix(places, elements, always), state: prefix(places, elements, stateOf) };
  const saved = prefix(places, elements, savedOf);
  const least = smallest(elements.map(({ memory }) => memory?.activations ?? 0));
  const most = largest(
    elements.map(({ memory }) => memory?.activations ?? 0),
    0,
  );
  const more = most + shared.reduce((sum, { memory }) => sum + always(memory), 0);
  return (stage, from, to) => {
    const load = loadOf(stage);
    const of = (sum: Float64Array): number => sum[to]! - sum[from]!;
    const bytes = of(sums.always) + of(sums.state) * load.state + of(saved) * load.saved;
    if (bytes + more <= usable) return true;
    if (bytes + least > usable) return false;
    return (stageMemory(chain, places, { from, to }, load)?.bytes ?? 0) <= usable;
  };
}

function always({ weights, gradients, optimizer, master }: MemoryClasses): number {
  return weights + gradients + optimizer + master;
}

function stateOf({ state }: MemoryClasses): number {
  return state;
}

function savedOf({ saved }: MemoryClasses): number {
  return saved;
}

function prefix(
  places: Int32Array,
  elements: RankChain['elements'],
  of: (memory: MemoryClasses) => number,
): Float64Array {
  const sums = new Float64Array(places.length + 1);
  places.forEach((at, place) => {
    const { memory } = elements[at]!;
    sums[place + 1] = sums[place]! + (memory ? of(memory) : 0);
  });
  return sums;
}
