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

type Kinds = NonNullable<NonNullable<Chip['units']>['kinds']>;

/** So many cores, the fastest first: a scheduler gives those to a few threads. */
function fastestOf(kinds: Kinds, cores: number): Kinds {
  let left = cores;
  return kinds.flatMap((kind) => {
    const count = Math.min(kind.count, left);
    left -= count;
    return count > 0 ? [{ ...kind, count }] : [];
  });
}

const rateOf = (kinds: Kinds): number =>
  kinds.reduce((sum, { count, opsPerSecond }) => sum + count * opsPerSecond, 0);

/** The clock that always holds nears the highest as fewer cores share the power. */
function sustainedClock({ clockHz, sustainedClockHz }: Chip, share: number): Partial<Chip> {
  if (!clockHz || !sustainedClockHz) return {};
  const value = clockHz.value * (sustainedClockHz.value / clockHz.value) ** share;
  return { sustainedClockHz: { ...sustainedClockHz, value } };
}

function partOf(chip: Chip, cores: number, all: number): Chip {
  const kinds = chip.units?.kinds;
  const working = kinds && fastestOf(kinds, cores);
  const share = kinds && working ? rateOf(working) / rateOf(kinds) : cores / all;
  const scaled = (rates: Rates): Rates =>
    Object.fromEntries(
      Object.entries(rates).map(([format, figure]) => [format, { ...figure, value: figure.value * share }]),
    );
  const { units, specialOpsPerSecond: special, otherPeakOpsPerSecond: other } = chip;
  const estimated = chip.estimatedPeakOpsPerSecond;
  return {
    ...chip,
    ...(units?.count && {
      units: { ...units, count: { ...units.count, value: cores }, ...(working && { kinds: working }) },
    }),
    ...sustainedClock(chip, cores / all),
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
