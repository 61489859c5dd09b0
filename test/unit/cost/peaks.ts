import type { Chip } from '../../../server/engine/chips/chip';
import { machineFor } from '../../../server/engine/cost/machine';
import type { KernelCost } from '../../../server/engine/cost/types';
import type { Operations } from '../../../server/engine/operators/rule';

/** What a kernel's time would ask of the chip beyond a peak of its units or of a level of its memory, in words. */
export function abovePeaks(cost: KernelCost, operations: Operations | null, chip: Chip): string[] {
  if (cost.seconds === null || cost.seconds.value === 0 || cost.unit !== 0) return [];
  const seconds = cost.seconds.value;
  const machine = machineFor(chip, cost.precision);
  const found: string[] = [];
  const check = (what: string, amount: number, peak: number | null) => {
    const share = peak ? amount / seconds / peak : 0;
    if (share > 1.0001) found.push(`${what} at ${share.toFixed(2)} of its peak`);
  };
  check('matrix units', operations?.matrix ?? 0, machine.peak);
  check('vector lanes', operations?.vector ?? 0, machine.vector);
  check('special functions', operations?.special ?? 0, machine.special);
  for (const level of machine.levels) {
    check(level.name, cost.bytes[level.name] ?? 0, level.bandwidth);
  }
  return found;
}
