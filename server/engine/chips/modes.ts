import { memo } from '../memo';
import type { Chip, Figure, MemoryLevel, Rates } from './chip';

type Mode = NonNullable<Chip['powerModes']>[number];

/** Between a chip's id and the name of a mode, which no id has. */
const separator = '@';

/** The chip of `id`, or of `id@mode` the chip in that mode; undefined where there is none. */
export function chipOrMode(id: string, lookUp: (id: string) => Chip | undefined): Chip | undefined {
  const at = id.indexOf(separator);
  if (at < 0) return lookUp(id);
  const chip = lookUp(id.slice(0, at));
  return chip && inMode(chip, id.slice(at + separator.length));
}

/** The modes of a chip of which it is known how fast it is then, by name. */
export function modesOf(chip: Chip): readonly string[] {
  return (chip.powerModes ?? []).map(({ name }) => name).filter((name) => inMode(chip, name) !== undefined);
}

/**
 * A chip in one of its power modes: a chip of its own whose rates are those of fewer units at a lower clock. Rates of
 * computing and of memory on the chip go with units x clock; the budget of the mode takes the place of the rated power (what it
 * draws of it says cost/energy). Undefined where there is no such mode, or where the full state says nothing that a mode refers to.
 */
export const inMode = memo((chip: Chip, name: string): Chip | undefined => {
  const mode = chip.powerModes?.find((one) => one.name === name);
  const clock = mode && ratio(mode.clockHz, chip.clockHz);
  const units = mode && ratio(mode.units, chip.units?.count);
  return mode && clock && units ? slowed(chip, mode, { clock, units }) : undefined;
}, 20);

/** 1 where the mode changes nothing; undefined where it does and the full state is unknown. */
function ratio(reduced: Figure | undefined, full: Figure | undefined): number | undefined {
  if (!reduced) return 1;
  return full && reduced.value / full.value;
}

function slowed(chip: Chip, mode: Mode, by: { readonly clock: number; readonly units: number }): Chip {
  const rate = by.clock * by.units;
  const { name, watts, units, clockHz, bandwidthBytesPerSecond } = mode;
  const { calibration = [], lineage = [], inheritedCalibration = [] } = chip;
  return {
    ...chip,
    id: chip.id + separator + name,
    name: `${chip.name} (${name})`,
    aliases: [],
    lineage: [chip.id, ...lineage],
    // Constants were measured in the full state.
    calibration: [],
    inheritedCalibration: [...calibration, ...inheritedCalibration],
    peakOpsPerSecond: scaledRates(chip.peakOpsPerSecond, rate),
    vectorOpsPerSecond: scaledRates(chip.vectorOpsPerSecond, rate),
    ...(chip.specialOpsPerSecond && { specialOpsPerSecond: scaled(chip.specialOpsPerSecond, rate) }),
    memory: chip.memory.map((level) => levelOf(level, rate, bandwidthBytesPerSecond)),
    ...(chip.units && { units: { ...chip.units, ...(units && { count: units }) } }),
    ...(clockHz && { clockHz }),
    ...(chip.sustainedClockHz && { sustainedClockHz: scaled(chip.sustainedClockHz, by.clock) }),
    power: { tdpWatts: watts, ...(chip.power.idleWatts && { idleWatts: chip.power.idleWatts }) },
    powerModes: [],
    reduced: { ...by, fullWatts: chip.power.tdpWatts?.value },
  };
}

function levelOf(level: MemoryLevel, rate: number, outside: Figure | undefined): MemoryLevel {
  const { onChip, bandwidthBytesPerSecond: full } = level;
  if (!onChip) return outside ? { ...level, bandwidthBytesPerSecond: outside } : level;
  return full ? { ...level, bandwidthBytesPerSecond: scaled(full, rate) } : level;
}

function scaledRates(rates: Rates, factor: number): Rates {
  return Object.fromEntries(
    Object.entries(rates).map(([format, figure]) => [format, scaled(figure, factor)]),
  );
}

function scaled(figure: Figure, factor: number): Figure {
  return { ...figure, value: figure.value * factor, derivation: 'units x clock of the mode' };
}
