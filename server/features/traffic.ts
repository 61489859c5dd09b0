import { entryOf } from '../../outside/table';
import type { ChipAnalysis } from '../engine/analyse';
import { machineFor } from '../engine/cost/machine';

const levels = new WeakMap<ChipAnalysis, string | null>();

/** The memory level that the chip's bandwidth roof belongs to: off chip where there is one. */
function roofLevel(analysis: ChipAnalysis): string | null {
  let level = levels.get(analysis);
  if (level === undefined) {
    const machine = machineFor(analysis.chip, analysis.cost.precision.compute);
    levels.set(analysis, (level = (machine.main ?? machine.near)?.name ?? null));
  }
  return level;
}

/** Bytes per run that a kernel moves at the level of the bandwidth roof; null for a kernel that runs elsewhere. */
export function roofBytes(
  analysis: ChipAnalysis,
  kernel: { readonly bytes: Readonly<Record<string, number>> },
): number | null {
  const level = roofLevel(analysis);
  return level === null ? null : (entryOf(kernel.bytes, level) ?? null);
}
