import { chipById } from '../../server/engine/chips/catalogue';
import type { Chip, Figure, Rates } from '../../server/engine/chips/chip';

const stated = (value: number): Figure => ({ value, sources: [0], basis: 'recalled' });

/** A chip that shares its silicon with a catalogue entry and differs in clock, power and memory. */
function sibling(
  of: string,
  id: string,
  changes: { fp32: number; fp16: number; bandwidth: number; watts: number; clock: number },
): Chip {
  const chip = chipById(of) as Chip;
  const peaks: Rates = { ...chip.peakOpsPerSecond, fp32: stated(changes.fp32), fp16: stated(changes.fp16) };
  return {
    ...chip,
    id,
    peakOpsPerSecond: peaks,
    vectorOpsPerSecond: { ...chip.vectorOpsPerSecond, fp32: stated(changes.fp32) },
    memory: chip.memory.map((level) =>
      level.onChip ? level : { ...level, bandwidthBytesPerSecond: stated(changes.bandwidth) },
    ),
    clockHz: stated(changes.clock),
    power: { tdpWatts: stated(changes.watts) },
  };
}

/** Chips of the measurement tables that the catalogue does not hold (NVIDIA data sheets). */
const others: readonly Chip[] = [
  sibling('nvidia-v100-sxm2-32gb', 'nvidia-v100-pcie-32gb', {
    fp32: 14e12,
    fp16: 112e12,
    bandwidth: 900e9,
    watts: 250,
    clock: 1.38e9,
  }),
];

export function measuredChip(id: string): Chip {
  const chip = chipById(id) ?? others.find((other) => other.id === id);
  if (!chip) throw new Error(`no facts for ${id}`);
  return chip;
}
