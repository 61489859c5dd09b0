import { Query } from '../query';
import { memo } from '../memo';
import { entryOf } from '../../../outside/table';
import { chipById } from '../chips/catalogue';
import type { Calibration, Chip, ChipClass, ResidualBin } from '../chips/chip';
import { constantsOf, sharedConstants, type ClassEntry } from './classes/constants';
import type { RuntimeRates } from '../kernels/profile';
import { bitsOfFormat } from './precision';
import type { Basis, Spread } from './types';
import measured from './constants/measured.json';
import siblings from './constants/siblings.json';

/** What constants are fitted for: an operator class; attention has two phases with laws of their own. */
export type Group = string;

/** Constants of one chip, operator group and precision, with the interval that goes with them. */
export interface Constants {
  readonly value: Readonly<Record<string, number>>;
  readonly source: string;
  /** Head sizes that the constants were measured for; null: any. */
  readonly headSizes: readonly number[] | null;
  /** Interval by estimated time: multipliers of the estimate. */
  interval(seconds: number): Spread & { readonly basis: Basis };
}

const calibrations = measured as unknown as Readonly<Record<string, readonly Calibration[]>>;
const siblingsOf = siblings.chips as Readonly<Record<string, readonly string[]>>;

/** Rows that a size bin needs before its estimates count as calibrated. */
const enoughRows = 20;

/** Groups whose kernels run like those of another one that was measured. */
const nearGroups: Readonly<Record<Group, readonly Group[]>> = {
  convolution: ['gemm'],
  recurrent: ['gemm'],
  pooling: ['elementwise'],
  movement: ['elementwise'],
  reduction: ['normalization', 'elementwise'],
  normalization: ['softmax', 'elementwise'],
  softmax: ['normalization', 'elementwise'],
  control: ['elementwise'],
  view: ['elementwise'],
  other: ['elementwise'],
};
/** Formats that run on the same units: their shares of the peak are the nearest known. */
const nearFormats: Readonly<Record<string, readonly string[]>> = {
  fp16: ['bf16'],
  bf16: ['fp16'],
  tf32: ['bf16', 'fp16'],
  int8: ['bf16', 'fp16'],
  fp8: ['bf16', 'fp16'],
  fp4: ['fp8'],
  int4: ['bf16', 'fp16'],
};
/** Groups that memory bounds whatever the format. */
const formatFree = new Set<Group>([
  'elementwise',
  'normalization',
  'softmax',
  'attention-prefill',
  'attention-decode',
]);

/**
 * The constants to use: measured on the chip, else those of the runtime for chips of its class, else measured on it for a group or a format that runs alike, else on its
 * sibling of the same silicon or the chip it extends, else those of its class. Only the first counts as calibrated.
 */
export function constantsFor(
  chip: Chip,
  group: Group,
  precision: string,
  rates: readonly RuntimeRates[] = classRates,
): Constants {
  return find(chip, rates, { group, precision });
}

/** Of runtimes whose kernels run as those that the class's constants were fitted to. */
const classRates: readonly RuntimeRates[] = [];

/** What one kernel class of one chip in one format is asked for. */
type Asked = {
  readonly group: Group;
  readonly precision: string;
};

const find = memo((chip: Chip, rates: readonly RuntimeRates[], { group, precision }: Asked): Constants => {
  const own = measuredOn(chip);
  const ofRuntime = ratesFor(rates, chip, { group, precision });
  // What was measured of another library's kernels says nothing of this one's.
  if (ofRuntime && !matching(own, group, precision)) return classConstants(chip, group, precision, ofRuntime);
  const shared = classConstants(chip, group, precision);
  const sibling = siblingCalibrations(chip);
  const exact = matching(own, group, precision);
  if (exact) return calibrated(exact, shared);
  const alike =
    nearest(own, group, precision) ??
    matching(sibling, group, precision) ??
    nearest(sibling, group, precision);
  if (!alike) return shared;
  return {
    value: { ...shared.value, ...carriedOver(alike, precision) },
    source: alike.source,
    headSizes: null,
    interval: (seconds) => ({ ...shared.interval(seconds), basis: 'class' }),
  };
}, 500);

/** Constants that were fitted to measurements of the chip itself, those of its file first. */
export function measuredOn(chip: Chip): readonly Calibration[] {
  return [...(chip.calibration ?? []), ...(entryOf(calibrations, chip.id) ?? [])];
}

/** Ids of the silicon of a chip: its own, those of the chips that it extends, and those of cards with the same die. */
export function siliconOf(chip: Chip): ReadonlySet<string> {
  const { id, lineage = [] } = chip;
  return silicon.at(
    chip,
    () => new Set([id, ...lineage].flatMap((one) => [one, ...(entryOf(siblingsOf, one) ?? [])])),
  );
}

const silicon = new Query<Chip, ReadonlySet<string>>();

const vendorsMeasured = memo((table: typeof calibrations, chipClass: ChipClass): ReadonlySet<string> => {
  const chips = Object.keys(table).flatMap((id) => chipById(id) ?? []);
  return new Set(chips.filter((one) => one.class === chipClass).map(({ vendor }) => vendor));
}, 20);

/** Kernels of a chip of the same class and vendor were measured. */
export function isOfMeasuredVendor({ class: chipClass, vendor }: Chip): boolean {
  return vendorsMeasured(calibrations, chipClass).has(vendor);
}

/** What was measured on the chips that this one was derived from, and on the same silicon as it or them. */
function siblingCalibrations(chip: Chip): Calibration[] {
  const { id, lineage = [], inheritedCalibration = [] } = chip;
  const listOf = (one: string) => entryOf(calibrations, one) ?? [];
  const ancestors = lineage.flatMap(listOf);
  const alike = [id, ...lineage].flatMap((one) => entryOf(siblingsOf, one) ?? []);
  const ofSilicon = alike.flatMap((one) => listOf(one).map((entry) => underPowerOf(chip, one, entry)));
  return [...inheritedCalibration, ...ancestors, ...ofSilicon];
}

/**
 * The share of the peak that a card sustains is a matter of its power, not of its silicon: what carries over is the
 * energy of an operation, so that the share is in proportion to rated power ÷ peak.
 */
function underPowerOf(chip: Chip, sibling: string, entry: Calibration): Calibration {
  const { sustained } = entry.constants;
  if (sustained === undefined) return entry;
  const [own, other] = [chip, chipById(sibling)].map((one) => wattsPerOperation(one, entry.precision));
  if (!own || !other) return entry;
  const share = Math.min(1, (sustained * own) / other);
  return { ...entry, constants: { ...entry.constants, sustained: share } };
}

function wattsPerOperation(chip: Chip | undefined, precision: string): number | undefined {
  const watts = chip?.power.tdpWatts?.value;
  const peak = entryOf(chip?.peakOpsPerSecond, precision)?.value;
  return watts && peak && watts / peak;
}

/** Constants that hold in another format too: the power limit is reached at other rates there. */
function carriedOver(alike: Calibration, precision: string): Readonly<Record<string, number>> {
  if (alike.precision === precision || bitsOfFormat(alike.precision) === bitsOfFormat(precision)) {
    return alike.constants;
  }
  return Object.fromEntries(Object.entries(alike.constants).filter(([name]) => name !== 'sustained'));
}

function matching(list: readonly Calibration[], group: Group, precision: string): Calibration | undefined {
  return list.find((entry) => entry.operatorClass === group && entry.precision === precision);
}

function nearest(list: readonly Calibration[], group: Group, precision: string): Calibration | undefined {
  for (const candidate of [group, ...(entryOf(nearGroups, group) ?? [])]) {
    const formats = formatFree.has(candidate)
      ? [
          precision,
          ...list.filter((entry) => entry.operatorClass === candidate).map((entry) => entry.precision),
        ]
      : [precision, ...(entryOf(nearFormats, precision) ?? [])];
    for (const format of formats) {
      const entry = matching(list, candidate, format);
      if (entry) return entry;
    }
  }
  return undefined;
}

function calibrated(own: Calibration, shared: Constants): Constants {
  return {
    value: { ...shared.value, ...own.constants },
    source: own.source,
    headSizes: own.headSizes ?? null,
    interval(seconds) {
      const bin = binOf(own.residuals, seconds);
      if (!bin) return { ...shared.interval(seconds), basis: 'class' };
      return { low: bin.low, high: bin.high, basis: bin.rows >= enoughRows ? 'calibrated' : 'class' };
    },
  };
}

/** What the entries of a runtime that apply say together, the most telling of them last; undefined: none applies. */
function ratesFor(
  rates: readonly RuntimeRates[],
  chip: Chip,
  { group, precision }: Asked,
): RuntimeRates | undefined {
  const weight = (entry: RuntimeRates): number => weigh(entry, group, precision);
  const list = rates.filter((entry) => entry.class === chip.class && weight(entry) >= 0);
  const last = list.sort((a, b) => weight(a) - weight(b)).at(-1);
  const constants = list.reduce<Readonly<Record<string, number>>>(
    (all, entry) => ({ ...all, ...entry.constants }),
    {},
  );
  return last && { ...last, constants };
}

/** The constants of chips of the class that were not measured, its own before those that all classes share. */
function classConstants(chip: Chip, group: Group, precision: string, ofRuntime?: RuntimeRates): Constants {
  const ofClass =
    mostTelling(constantsOf[chip.class].entries, group, precision) ??
    mostTelling(sharedConstants.entries, group, precision)!;
  const found: ClassEntry = ofRuntime
    ? { ...ofRuntime, constants: { ...ofClass.constants, ...ofRuntime.constants } }
    : ofClass;
  const sustained = chip.sustained;
  const compute = entryOf(sustained?.compute, precision);
  const vector = entryOf(sustained?.vector, precision);
  const value = {
    ...found.constants,
    ...(compute && { compute: compute.value }),
    ...(vector && { vector: vector.value }),
    ...(sustained?.bandwidth && { bandwidth: sustained.bandwidth.value }),
  };
  return {
    value,
    source: found.source,
    headSizes: null,
    interval(seconds) {
      const bin = found.residuals && binOf(found.residuals, seconds);
      return {
        low: bin?.low ?? found.low ?? 0.5,
        high: bin?.high ?? found.high ?? 2.5,
        basis: found.basis,
      };
    },
  };
}

/** The most telling entry: group (or one that runs alike) and precision, in this order of weight. */
function mostTelling(
  entries: readonly ClassEntry[],
  group: Group,
  precision: string,
): ClassEntry | undefined {
  let entry: ClassEntry | undefined;
  let bestWeight = -1;
  for (const candidate of entries) {
    const weight = weigh(candidate, group, precision);
    if (weight > bestWeight) [entry, bestWeight] = [candidate, weight];
  }
  return entry;
}

/** 0 and more for an entry that applies, -1 for one that does not. */
function weigh(entry: ClassEntry, group: Group, precision: string): number {
  const groups = [group, ...(entryOf(nearGroups, group) ?? [])];
  const groupAt = groups.indexOf(entry.group);
  if (groupAt < 0 && entry.group !== '*') return -1;
  const formats = [precision, ...(entryOf(nearFormats, precision) ?? [])];
  const formatAt = formats.indexOf(entry.precision);
  if (formatAt < 0 && entry.precision !== '*' && !formatFree.has(entry.group)) return -1;
  const groupWeight = groupAt < 0 ? 0 : 20 - groupAt;
  return groupWeight + (formatAt < 0 ? 0 : 5 - formatAt);
}

function binOf(bins: readonly ResidualBin[], seconds: number): ResidualBin | undefined {
  return bins.find((bin) => bin.below === null || seconds < bin.below) ?? bins[bins.length - 1];
}

/** A stand-in for a figure that a chip's file lacks, with its source. */
export interface Standin {
  readonly value: number;
  readonly source: string;
  /** Names its source for readers: a text of the bundles stands under `standin.KEY`. */
  readonly key: string;
}

/** Figures that have a stand-in in one class at least. */
type FactName =
  | 'dataflowCapacityBytesPerOperation'
  | 'hostLinkBytesPerSecond'
  | 'idleShareOfTdp'
  | 'mainBandwidthBytesPerOperation'
  | 'nearBandwidthBytesPerOperation'
  | 'nearBandwidthPerMain'
  | 'nearCapacityBytesPerOperation'
  | 'vectorOperationsPerSpecial'
  | 'vectorShareOfMatrix';

/** The class's stand-in for a missing figure; undefined where there is none. */
export function standinFor(fact: FactName, chipClass: ChipClass): Standin | undefined {
  // Every kernel asks for some of them.
  return standin({ fact, chipClass });
}

type StandinAsked = { readonly fact: FactName; readonly chipClass: ChipClass };

const standin = memo(({ fact, chipClass }: StandinAsked): Standin | undefined => {
  const own = entryOf(constantsOf[chipClass].standins, fact);
  if (own) return { ...own, key: `${fact}.${chipClass}` };
  const shared = entryOf(sharedConstants.standins, fact);
  return shared && { ...shared, key: fact };
}, 1000);
