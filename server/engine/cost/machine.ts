import { entryOf } from '../../../outside/table';
import { memo } from '../memo';
import { mainMemory, type Chip, type Figure, type MemoryLevel } from '../chips/chip';
import { traitsOf } from './classes/traits';
import { standinFor } from './constants';
import { resolveFormat, type FormatRate } from './precision';

/** A memory level as the cost models see it: one device's share, stand-ins filled in. */
interface Level {
  readonly name: string;
  readonly capacityBytes: number | null;
  /** Peak bandwidth in bytes per second, before the sustained fraction; null when nothing is known. */
  readonly bandwidth: number | null;
  /** Who places data there; what no file says is taken to be placed by the compiler. */
  readonly managed: MemoryLevel['managed'];
}

/** One device of a chip, computing in one format. Rates are peaks, in operations or bytes per second; null is unknown. */
export interface Machine {
  readonly chip: Chip;
  readonly format: string;
  readonly rate: FormatRate | undefined;
  readonly peak: number | null;
  readonly vector: number | null;
  readonly special: number | null;
  /** Memory outside the chip; null where there is none. */
  readonly main: Level | null;
  /** The largest memory on the chip that data can stay in between kernels. */
  readonly near: Level | null;
  /** The largest peak of any format, operations per second; what stand-ins are in proportion to. */
  readonly largestPeak: number | null;
  /** SMs, cores, tiles. */
  readonly units: number;
  /** Rows and columns of one matrix array, where it has one. */
  readonly array: readonly [number, number] | null;
  /** Host link, bytes per second and direction. */
  readonly link: number | null;
  /** Key of the stand-in for it, where the chip's file states none. */
  readonly linkStandin: string | null;
  /** Facts that are missing without a stand-in, and those that a stand-in replaces (with its key). */
  readonly missing: readonly string[];
  readonly standins: readonly { readonly fact: string; readonly standin: string }[];
}

/** The chip as it computes what is wanted in `format`. */
export const machineFor: (chip: Chip, format: string) => Machine = memo(build, 50);

function build(chip: Chip, format: string): Machine {
  const missing: string[] = [];
  const standins: { fact: string; standin: string }[] = [];
  const share = 1 / chip.devices;
  const rate = resolveFormat(chip, format);
  const peak = rate ? rate.figure.value * share : null;
  if (peak === null) missing.push('peakOpsPerSecond');
  if (chip.memory.length === 0) missing.push('memory');
  const largest = largestPeak(chip);

  const replaced: Replace = (fact, standin, factor) => {
    if (!standin || factor === null) {
      missing.push(fact);
      return null;
    }
    standins.push({ fact, standin: standin.key });
    return standin.value * factor;
  };

  const vectorFigure = vectorRate(chip, rate?.format ?? format);
  const vector = vectorFigure
    ? vectorFigure.value * share
    : replaced(
        'vectorOpsPerSecond',
        standinFor('vectorShareOfMatrix', chip.class),
        matrix16(chip, peak, share),
      );
  const special = chip.specialOpsPerSecond
    ? chip.specialOpsPerSecond.value * share
    : vector === null
      ? null
      : vector / (standinFor('vectorOperationsPerSpecial', chip.class)?.value ?? 8);

  const mainLevel = mainMemory(chip);
  const main: Level | null = mainLevel
    ? {
        name: mainLevel.name,
        capacityBytes: scaled(mainLevel.capacityBytes, share),
        managed: mainLevel.managed,
        bandwidth: mainLevel.bandwidthBytesPerSecond
          ? mainLevel.bandwidthBytesPerSecond.value * share
          : replaced(
              'memory bandwidth',
              standinFor('mainBandwidthBytesPerOperation', chip.class),
              largest && largest * share,
            ),
      }
    : null;
  const nearLevel = nearMemory(chip);
  const perMain = standinFor('nearBandwidthPerMain', chip.class);
  const near: Level | null = nearLevel
    ? {
        name: nearLevel.name,
        capacityBytes: scaled(nearLevel.capacityBytes, share),
        managed: nearLevel.managed,
        bandwidth: nearLevel.bandwidthBytesPerSecond
          ? nearLevel.bandwidthBytesPerSecond.value * share
          : perMain && main?.bandwidth
            ? replaced('on-chip bandwidth', perMain, main.bandwidth)
            : replaced(
                'on-chip bandwidth',
                standinFor('nearBandwidthBytesPerOperation', chip.class),
                largest && largest * share,
              ),
      }
    : assumedNear(chip, main, largest && largest * share, replaced);
  return {
    chip,
    format: rate?.format ?? format,
    rate,
    peak,
    vector,
    special,
    main,
    near,
    largestPeak: largest && largest * share,
    units: Math.max(1, Math.round((chip.units?.count?.value ?? 1) * share)),
    array: arrayOf(chip),
    ...linkOf(chip),
    missing,
    standins,
  };
}

type Replace = (
  fact: string,
  standin: { value: number; key: string } | undefined,
  factor: number | null,
) => number | null;

/**
 * On-chip memory of an accelerator whose file states none: all have some, and taking none would send every activation
 * through the main memory. Null for classes without a stand-in and for chips without a main memory.
 */
function assumedNear(
  chip: Chip,
  main: Level | null,
  largest: number | null,
  replaced: Replace,
): Level | null {
  const perOperation = standinFor('nearCapacityBytesPerOperation', chip.class);
  if (!main || !perOperation || largest === null) return null;
  return {
    name: 'On-chip memory (assumed)',
    capacityBytes: replaced('on-chip memory', perOperation, largest),
    managed: 'software',
    bandwidth: replaced(
      'on-chip bandwidth',
      standinFor('nearBandwidthBytesPerOperation', chip.class),
      largest,
    ),
  };
}

/** The stated host link; cards and modules without a figure get the stand-in, parts of a larger chip have none. */
function linkOf(chip: Chip): { link: number | null; linkStandin: string | null } {
  const stated = chip.hostLink?.bandwidthBytesPerSecond?.value;
  if (stated !== undefined) return { link: stated, linkStandin: null };
  const standin = standinFor('hostLinkBytesPerSecond', chip.class);
  const part = /SoC|IP/.test(chip.scope) || traitsOf[chip.class].isBlock;
  return standin && !part
    ? { link: standin.value, linkStandin: standin.key }
    : { link: null, linkStandin: null };
}

function scaled(figure: Figure | undefined, share: number): number | null {
  return figure ? figure.value * share : null;
}

/** The elementwise rate for a format: 16-bit work at the 16-bit rate where stated, all else at FP32. */
function vectorRate(chip: Chip, format: string): Figure | undefined {
  const rates = chip.vectorOpsPerSecond;
  if ((format === 'fp16' || format === 'bf16') && rates['fp16']) return rates['fp16'];
  if (format === 'fp64' && rates['fp64']) return rates['fp64'];
  // A chip without matrix units runs elementwise work on the units behind its FP32 rate.
  const sharesLanes = traitsOf[chip.class].sharesLanes && !chip.units?.array;
  return rates['fp32'] ?? (sharesLanes ? chip.peakOpsPerSecond['fp32'] : undefined);
}

/** The 16-bit matrix peak that class ratios refer to; half of an 8-bit one where only that is stated. */
function matrix16(chip: Chip, peak: number | null, share: number): number | null {
  const stated =
    chip.peakOpsPerSecond['bf16'] ??
    chip.peakOpsPerSecond['fp16'] ??
    chip.estimatedPeakOpsPerSecond?.['fp16'];
  if (stated) return stated.value * share;
  const int8 = chip.peakOpsPerSecond['int8'] ?? chip.estimatedPeakOpsPerSecond?.['int8'];
  return int8 ? (int8.value * share) / 2 : peak;
}

function largestPeak(chip: Chip): number | null {
  const order = ['int8', 'fp8', 'bf16', 'fp16', 'fp32'];
  for (const format of order) {
    const figure = entryOf(chip.peakOpsPerSecond, format) ?? entryOf(chip.estimatedPeakOpsPerSecond, format);
    if (figure) return figure.value;
  }
  const other = Object.values(chip.otherPeakOpsPerSecond ?? {});
  return other.length > 0 ? other[0]!.value : null;
}

/** The largest on-chip level that is not a register file; capacity unknown counts as the first one. */
function nearMemory(chip: Chip): MemoryLevel | undefined {
  const levels = chip.memory.filter(
    (level) => level.onChip && level.kind !== 'sram-register' && level.scope !== 'per-unit',
  );
  return levels.reduce<MemoryLevel | undefined>(
    (best, level) =>
      best && (best.capacityBytes?.value ?? 0) >= (level.capacityBytes?.value ?? 0) ? best : level,
    undefined,
  );
}

/** Rows and columns of a two-dimensional array; instruction shapes have three numbers and are no array. */
function arrayOf(chip: Chip): readonly [number, number] | null {
  const array = chip.units?.array;
  return array?.length === 2 ? [array[0]!, array[1]!] : null;
}
