import type { ChipAnalysis } from '../analyse';

/** What a model runs on, to readers: the chip, the chips of a mapping's units that have kernels, or equal devices that share it. */
export function targetName({
  chip,
  unitFits,
  spread,
}: Pick<ChipAnalysis, 'chip' | 'unitFits' | 'spread'>): string {
  if (spread) return `${spread.devices} × ${chip.name} · ${spread.label}`;
  const names = unitFits.flatMap(({ units }) => units.map(({ chip: of }) => of.name));
  return names.length > 0 ? names.join(' + ') : chip.name;
}
