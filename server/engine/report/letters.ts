import type { ChipAnalysis } from '../analyse';
import type { KernelCost } from '../cost/types';
import { ownUnitId, type Unit } from '../cost/units';

/** A letter for each unit: the first of its name that no other has; a chip with its host goes by its class. */
export function lettersOf(units: readonly Pick<Unit, 'id' | 'chip'>[]): string[] {
  const taken = new Set<string>();
  return units.map(({ id, chip }, at) => {
    const name = id === ownUnitId ? chip.class : id;
    const own = [...name.toUpperCase()].filter((letter) => /[A-Z]/.test(letter));
    const letter = own.find((one) => !taken.has(one)) ?? String(at);
    taken.add(letter);
    return letter;
  });
}

/** Letters of the units of a run by index; null where all runs on the first. */
export function lettersOfRun({ cost, plan }: Pick<ChipAnalysis, 'cost' | 'plan'>): readonly string[] | null {
  const isElsewhere = ({ unit }: KernelCost): boolean => unit !== null && unit > 0;
  return cost.kernels.slice(0, plan.kernels.length).some(isElsewhere) ? lettersOf(cost.units) : null;
}
