// A part of a processor: as many of its cores as a run used.
import type { Chip, Rates } from '../../../server/engine/chips/chip';

const parts = new WeakMap<Chip, Map<number, Chip>>();

/**
 * The chip with so many of its cores at work: their share of all rates and of the caches' bandwidth. Memory outside the
 * chip is left as it is: a few cores reach most of it.
 */
export function withCores(chip: Chip, cores: number | null): Chip {
  const all = chip.units?.count?.value;
  if (cores === null || all === undefined || cores >= all) return chip;
  const known = parts.get(chip) ?? new Map<number, Chip>();
  parts.set(chip, known);
  const part = known.get(cores) ?? partOf(chip, cores, all);
  known.set(cores, part);
  return part;
}

function partOf(chip: Chip, cores: number, all: number): Chip {
  const share = cores / all;
  const scaled = (rates: Rates): Rates =>
    Object.fromEntries(
      Object.entries(rates).map(([format, figure]) => [format, { ...figure, value: figure.value * share }]),
    );
  const { units, specialOpsPerSecond: special, otherPeakOpsPerSecond: other } = chip;
  const estimated = chip.estimatedPeakOpsPerSecond;
  return {
    ...chip,
    ...(units?.count && { units: { ...units, count: { ...units.count, value: cores } } }),
    peakOpsPerSecond: scaled(chip.peakOpsPerSecond),
    vectorOpsPerSecond: scaled(chip.vectorOpsPerSecond),
    ...(estimated && { estimatedPeakOpsPerSecond: scaled(estimated) }),
    ...(other && { otherPeakOpsPerSecond: scaled(other) }),
    ...(special && { specialOpsPerSecond: { ...special, value: special.value * share } }),
    memory: chip.memory.map((level) => {
      const bandwidth = level.bandwidthBytesPerSecond;
      return level.onChip && bandwidth
        ? { ...level, bandwidthBytesPerSecond: { ...bandwidth, value: bandwidth.value * share } }
        : level;
    }),
  };
}
