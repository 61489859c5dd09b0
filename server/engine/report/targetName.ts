import type { ChipAnalysis } from '../analyse';

/** What a model runs on, to readers: the chip, or the chips of a mapping's units that have kernels. */
export function targetName({ chip, unitFits }: Pick<ChipAnalysis, 'chip' | 'unitFits'>): string {
  const names = unitFits.flatMap(({ units }) => units.map(({ chip: of }) => of.name));
  return names.length > 0 ? names.join(' + ') : chip.name;
}
