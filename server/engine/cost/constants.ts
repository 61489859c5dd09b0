import type { Calibration, Chip, ResidualBin } from '../chips/chip';
import type { Basis } from './types';
import classes from './constants/classes.json';
import factDefaults from './constants/facts.json';
import measured from './constants/measured.json';

/** What a cost model's constants are called by operator; attention has two phases with laws of their own. */
export type Group = string;

/** Constants of one chip, operator group and precision, with the interval that goes with them. */
export interface Constants {
  readonly value: Readonly<Record<string, number>>;
  readonly basis: Basis;
  readonly source: string;
  /** Interval by estimated time: multipliers of the estimate. */
  interval(seconds: number): { readonly low: number; readonly high: number; readonly basis: Basis };
}

interface ClassEntry {
  readonly class: string;
  readonly group: string;
  readonly precision: string;
  readonly basis: string;
  readonly constants: Readonly<Record<string, number>>;
  readonly low?: number;
  readonly high?: number;
  readonly residuals?: readonly ResidualBin[];
  readonly source: string;
}

const classEntries = classes.entries as unknown as readonly ClassEntry[];
const calibrations = measured as unknown as Readonly<Record<string, readonly Calibration[]>>;

/** Rows that a size bin needs before its estimates count as calibrated (design §6). */
const enoughRows = 20;

/**
 * The constants to use: the chip file's own calibration, else those fitted here for the chip, else its class's. Class
 * constants fill in what a calibration does not name.
 */
export function constantsFor(chip: Chip, group: Group, precision: string): Constants {
  const own = [...(chip.calibration ?? []), ...(calibrations[chip.id] ?? [])].find(
    (entry) => entry.operatorClass === group && entry.precision === precision,
  );
  const shared = classConstants(chip, group, precision);
  if (!own) return shared;
  return {
    value: { ...shared.value, ...own.constants },
    basis: 'calibrated',
    source: own.source,
    interval(seconds) {
      const bin = binOf(own.residuals, seconds);
      if (!bin) return { ...shared.interval(seconds), basis: 'class' };
      return { low: bin.low, high: bin.high, basis: bin.rows >= enoughRows ? 'calibrated' : 'class' };
    },
  };
}

/** The most telling entry: a named class, group and precision weigh 4, 2 and 1. */
function classConstants(chip: Chip, group: Group, precision: string): Constants {
  let best: ClassEntry | undefined;
  let bestWeight = -1;
  for (const entry of classEntries) {
    if (entry.class !== chip.class && entry.class !== '*') continue;
    if (entry.group !== group && entry.group !== '*') continue;
    if (entry.precision !== precision && entry.precision !== '*') continue;
    const weight =
      (entry.class === '*' ? 0 : 4) + (entry.group === '*' ? 0 : 2) + (entry.precision === '*' ? 0 : 1);
    if (weight > bestWeight) [best, bestWeight] = [entry, weight];
  }
  const entry = best as ClassEntry;
  const sustained = chip.sustained;
  const value = {
    ...entry.constants,
    ...(sustained?.compute?.[precision] && { compute: sustained.compute[precision].value }),
    ...(sustained?.bandwidth && { bandwidth: sustained.bandwidth.value }),
  };
  const basis = entry.basis as Basis;
  return {
    value,
    basis,
    source: entry.source,
    interval(seconds) {
      const bin = entry.residuals && binOf(entry.residuals, seconds);
      return { low: bin?.low ?? entry.low ?? 0.5, high: bin?.high ?? entry.high ?? 2.5, basis };
    },
  };
}

function binOf(bins: readonly ResidualBin[], seconds: number): ResidualBin | undefined {
  return bins.find((bin) => bin.below === null || seconds < bin.below) ?? bins[bins.length - 1];
}

/** A stand-in for a figure that a chip's file lacks, with its source. */
export interface Standin {
  readonly value: number;
  readonly source: string;
}

type FactName = Exclude<keyof typeof factDefaults, 'comment'>;

/** The class's stand-in for a missing figure; undefined where there is none. */
export function standinFor(fact: FactName, chipClass: string): Standin | undefined {
  const table = factDefaults[fact] as Readonly<Record<string, Standin>>;
  return table[chipClass] ?? table['*'];
}
