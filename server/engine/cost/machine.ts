import { entryOf } from '../../../outside/table';
import { memo } from '../memo';
import type { Chip, Figure } from '../chips/chip';
import { traitsOf } from './classes/traits';
import { standinFor } from './constants';
import { levelsAtHome, levelsOf, type Levels, type Replace } from './levels';
import { resolveFormat, type FormatRate } from './precision';

/** One device of a chip, computing in one format. Rates are peaks, in operations or bytes per second; null is unknown. */
export interface Machine extends Levels {
  readonly chip: Chip;
  readonly format: string;
  readonly rate: FormatRate | undefined;
  readonly peak: number | null;
  readonly vector: number | null;
  readonly special: number | null;
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

/** A chip and the name of the memory outside it that a model lives in (`homeOf`); null where there is none. */
interface Place {
  readonly chip: Chip;
  readonly home: string | null;
}

/** The chip as it computes in `format` for a model that lives in one of its memories. */
export function machineAt({ chip, home }: Place, format: string): Machine {
  return atHome(machineFor(chip, format), home);
}

const atHome = memo((machine: Machine, home: string | null): Machine => {
  const levels = levelsAtHome(machine.levels, home);
  return levels.length === machine.levels.length ? machine : { ...machine, levels };
}, 50);

function build(chip: Chip, format: string): Machine {
  const missing: string[] = [];
  const standins: { fact: string; standin: string }[] = [];
  const replaced: Replace = (fact, standin, factor) => {
    if (!standin || factor === null) {
      missing.push(fact);
      return null;
    }
    standins.push({ fact, standin: standin.key });
    return standin.value * factor;
  };
  const share = 1 / chip.devices;
  const rate = resolveFormat(chip, format);
  const peak = rate ? rate.figure.value * share : null;
  if (peak === null) missing.push('peakOpsPerSecond');
  if (chip.memory.length === 0) missing.push('memory');
  const largest = largestPeak(chip);
  const largestPeakOfOne = largest && largest * share;
  const computed = rate?.format ?? format;
  return {
    chip,
    format: computed,
    rate,
    peak,
    ...lanesOf(chip, computed, peak, share, replaced),
    levels: levelsOf(chip, share, largestPeakOfOne, replaced),
    largestPeak: largestPeakOfOne,
    units: Math.max(1, Math.round((chip.units?.count?.value ?? 1) * share)),
    array: arrayOf(chip),
    ...linkOf(chip),
    missing,
    standins,
  };
}

/** Operations per second of the vector and the special-function units. */
function lanesOf(
  chip: Chip,
  format: string,
  peak: number | null,
  share: number,
  replaced: Replace,
): Pick<Machine, 'vector' | 'special'> {
  const figure = vectorRate(chip, format);
  const standin = standinFor('vectorShareOfMatrix', chip.class);
  const vector = figure
    ? figure.value * share
    : replaced('vectorOpsPerSecond', standin, matrix16(chip, peak, share));
  if (chip.specialOpsPerSecond) return { vector, special: chip.specialOpsPerSecond.value * share };
  const perSpecial = standinFor('vectorOperationsPerSpecial', chip.class)?.value ?? 8;
  return { vector, special: vector === null ? null : vector / perSpecial };
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

/** The elementwise rate for a format: 16-bit work at the 16-bit rate where stated, all else at FP32. */
export function vectorRate(chip: Chip, format: string): Figure | undefined {
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

/** Rows and columns of a two-dimensional array; instruction shapes have three numbers and are no array. */
function arrayOf(chip: Chip): readonly [number, number] | null {
  const array = chip.units?.array;
  return array?.length === 2 ? [array[0]!, array[1]!] : null;
}
