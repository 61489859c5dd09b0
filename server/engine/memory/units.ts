import { FormatTable } from '../cost/kernelFormat';
import { Sizing } from '../cost/sizing';
import type { ChipCost, KernelCost, PlannedModel } from '../cost/types';
import type { Assignment, Unit } from '../cost/units';
import { isOpen } from '../inference/infer';
import type { Inference } from '../inference/types';
import { plainProfile } from '../kernels/profile';
import type { Steps } from '../scheduler';
import { fitOf, type Fit } from './fit';
import { memoryTimeline, type MemoryTimeline } from './timeline';

/** What lies in the memory of one of several units. */
export interface UnitMemory {
  /** Of the unit. */
  readonly index: number;
  readonly timeline: MemoryTimeline;
}

/** Whether that fits. */
export interface UnitFit {
  readonly unit: Unit;
  readonly fit: Fit;
  readonly timeline: MemoryTimeline;
}

/** The memory of each unit that runs kernels, in their order; none where the first runs them all. */
export function* memoryOfUnits(
  { inference, plan, workload }: PlannedModel,
  { units, unitOf }: Assignment,
): Steps<UnitMemory[]> {
  const used = [...new Set(unitOf)].sort((a, b) => a - b);
  if (used.every((index) => index === 0)) return [];
  const found: UnitMemory[] = [];
  for (const index of used) {
    const { chip, profile } = units.list[index]!;
    const sizing = yield* Sizing.of(inference, new FormatTable(chip, workload.precision));
    const timeline = yield* memoryTimeline(
      inference,
      plan,
      (value) => sizing.held(value),
      profile?.memory,
      (kernel) => unitOf[kernel.index] === index,
    );
    found.push({ index, timeline });
  }
  return found;
}

/**
 * What each unit needs, held against what it has.
 * @param first that of the first unit, which is known
 */
export function unitFitsOf(
  inference: Inference,
  { units, kernels }: Pick<ChipCost, 'units' | 'kernels'>,
  memory: readonly UnitMemory[],
  first: Fit,
): UnitFit[] {
  return memory.map(({ index, timeline }) => {
    const unit = units[index]!;
    if (index === 0) return { unit, fit: first, timeline };
    const streamedBytes = kernels.reduce((sum, one) => sum + (one.unit === index ? streamed(one) : 0), 0);
    const context = { isUntold: false, isPartial: isOpen(inference), streamedBytes };
    return { unit, fit: fitOf(unit.chip, unit.profile ?? plainProfile, timeline, context), timeline };
  });
}

/** Bytes of weights that a kernel gets over the host link; a transfer is no kernel of the model. */
function streamed({ bound, bytes }: KernelCost): number {
  return bound === 'link' ? 0 : (bytes['host link'] ?? 0);
}
