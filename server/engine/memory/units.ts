import { modelMemory } from '../chips/chip';
import { formatTable } from '../cost/kernelFormat';
import { Sizing } from '../cost/sizing';
import type { ChipCost, KernelCost, PlannedModel } from '../cost/types';
import type { Assignment, Unit, Units } from '../cost/units';
import { isOpen } from '../inference/infer';
import type { Inference } from '../inference/types';
import { memoryModelOf, plainProfile } from '../kernels/profile';
import type { KernelPlan } from '../kernels/types';
import { addTo, largest } from '../lists';
import { isStepDue, type Steps } from '../scheduler';
import { fitOf, type Fit } from './fit';
import { memoryTimeline, type MemoryTimeline } from './timeline';
import type { SizeOf } from './workspace';

/** What lies in the memory of one of several units, or of several that share one. */
export interface UnitMemory {
  /** Of the units, in their order. */
  readonly indices: readonly number[];
  readonly timeline: MemoryTimeline;
}

/** Whether that fits. */
export interface UnitFit {
  /** Several where they share one memory, in which all of them stand together. */
  readonly units: readonly Unit[];
  readonly fit: Fit;
  readonly timeline: MemoryTimeline;
}

/** The memories of the units that run kernels, in the order of their first ones; none where the first unit runs them all. */
export function* memoryOfUnits(model: PlannedModel, { units, unitOf }: Assignment): Steps<UnitMemory[]> {
  const { inference, plan } = model;
  const used = [...new Set(unitOf)].sort((a, b) => a - b);
  if (used.every((index) => index === 0)) return [];
  const found: UnitMemory[] = [];
  for (const indices of inPools(units, used)) {
    const first = units.list[indices[0]!]!;
    const sizeOf = yield* sizeIn(model, { units, unitOf }, indices);
    const timeline = yield* memoryTimeline(
      inference,
      plan,
      sizeOf,
      memoryModelOf(first.profile, first.chip.class),
      (kernel) => indices.includes(unitOf[kernel.index]!),
    );
    found.push({ indices, timeline });
  }
  return found;
}

/** Units by the memory that they have: of one pool together, others by themselves. */
function inPools({ list }: Units, used: readonly number[]): number[][] {
  const byPool = new Map<string | number, number[]>();
  for (const index of used) addTo(byPool, list[index]!.pool?.id ?? index, index);
  return [...byPool.values()];
}

/** What a value takes: where units of one memory hold it in formats of their own, or as a copy that was handed over, each counts. */
function* sizeIn(
  { inference, plan, workload }: PlannedModel,
  { units, unitOf }: Assignment,
  indices: readonly number[],
): Steps<SizeOf> {
  const sizings: (readonly [index: number, sizing: Sizing])[] = [];
  for (const index of indices) {
    const table = formatTable(units.list[index]!.chip, workload.precision);
    sizings.push([index, yield* Sizing.of(inference, table)]);
  }
  const [, first] = sizings[0]!;
  if (sizings.length === 1) return (value) => first.held(value);
  const touching = yield* unitsOfValues(plan, unitOf);
  return (value) => {
    const holders = sizings.filter(([index]) => touching.get(value)?.has(index));
    let sum = 0;
    for (const [, sizing] of holders.length > 0 ? holders : sizings.slice(0, 1)) {
      const bytes = sizing.held(value);
      if (bytes === null) return null;
      sum += bytes;
    }
    return sum;
  };
}

/** By value the units whose kernels read or write it. */
function* unitsOfValues({ kernels }: KernelPlan, unitOf: Uint8Array): Steps<Map<number, Set<number>>> {
  const found = new Map<number, Set<number>>();
  for (const { index, operands } of kernels) {
    if (isStepDue(index)) yield;
    for (const { value } of operands) {
      const holders = found.get(value);
      if (holders) holders.add(unitOf[index]!);
      else found.set(value, new Set([unitOf[index]!]));
    }
  }
  return found;
}

/**
 * What each memory needs, held against what it has; of a pool that several units share against that of the pool, less what each
 * runtime keeps.
 * @param first that of the first unit, which is known
 */
export function unitFitsOf(
  inference: Inference,
  { units, kernels }: Pick<ChipCost, 'units' | 'kernels'>,
  memory: readonly UnitMemory[],
  first: Fit,
): UnitFit[] {
  return memory.map(({ indices, timeline }) => {
    const own = indices.map((index) => units[index]!);
    const [leading] = own;
    if (indices.length === 1 && indices[0] === 0) return { units: own, fit: first, timeline };
    const isOwn = ({ unit }: KernelCost): boolean => unit !== null && indices.includes(unit);
    const streamedBytes = kernels.reduce((sum, one) => sum + (isOwn(one) ? streamed(one) : 0), 0);
    const room = indices.length > 1 ? { room: roomOf(own) } : {};
    const context = { isUntold: false, isPartial: isOpen(inference), streamedBytes, ...room };
    return {
      units: own,
      fit: fitOf(leading!.chip, leading!.profile ?? plainProfile, timeline, context),
      timeline,
    };
  });
}

/** What a pool has; where nobody says, what the chips of its units have, which are blocks beside the same memory. */
function roomOf(units: readonly Unit[]): { capacityBytes: number | null; reserveBytes: number | null } {
  const stated = units.find(({ pool }) => pool?.capacity)?.pool?.capacity;
  const ofChips = units.flatMap(({ chip }) => modelMemory(chip)?.capacityBytes?.value ?? []);
  const reserves = units.flatMap(({ profile }) => profile?.reserveBytes?.value ?? []);
  return {
    capacityBytes: stated ?? (ofChips.length > 0 ? largest(ofChips) : null),
    reserveBytes: reserves.length > 0 ? reserves.reduce((sum, one) => sum + one, 0) : null,
  };
}

/** Bytes of weights that a kernel gets over the host link; a transfer is no kernel of the model. */
function streamed({ bound, bytes }: KernelCost): number {
  return bound === 'link' ? 0 : (bytes['host link'] ?? 0);
}
