import { roofLevel } from '../engine/cost/levels';
import { entryOf } from '../../outside/table';
import type { ChipAnalysis } from '../engine/analyse';
import { machineAt } from '../engine/cost/machine';
import { Query } from '../engine/query';

const levels = new Query<ChipAnalysis, string | null>();

/** The memory level that the chip's bandwidth roof belongs to: off chip where there is one. */
function roofName(analysis: ChipAnalysis): string | null {
  return levels.at(analysis, () => {
    const { chip, cost } = analysis;
    return roofLevel(machineAt({ chip, home: cost.home }, cost.precision.compute))?.name ?? null;
  });
}

/** Bytes per run that a kernel moves at the level of the bandwidth roof; null for a kernel that runs elsewhere. */
export function roofBytes(
  analysis: ChipAnalysis,
  kernel: { readonly bytes: Readonly<Record<string, number>> },
): number | null {
  const level = roofName(analysis);
  return level === null ? null : (entryOf(kernel.bytes, level) ?? null);
}
