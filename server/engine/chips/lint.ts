import { problem } from '../problem';
import type { ArgsBut, ArgsOf, ProblemCode } from '../problem';
import { entryOf } from '../../../outside/table';
import type { Chip, Figure } from './chip';
import type { Path } from '../json';
import type { ChipProblem } from './schemaCheck';
import { largest } from '../lists';

type RuleOf<C> = C extends `chip.lint-${infer Name}` ? Name : never;
/** A rule is named as its text is, without `chip.lint-`. */
type Rule = RuleOf<ProblemCode>;
/** What the text of a rule shows, besides the chip and the figure. */
type Shown<R extends Rule> = ArgsBut<`chip.lint-${R}`, 'chip' | 'figure'>;

/** A doubt about a chip's figures. `key` names the figure, so that reviewed doubts can be listed. */
export interface Doubt {
  readonly chip: string;
  readonly rule: Rule;
  readonly figure: string;
  /** Where the figure stands in the chip's file. */
  readonly path: Path;
  /** What the text shows; `index` is a source's number that is not in the list. */
  readonly detail: Readonly<Record<string, string | number>>;
}

/** Operations per multiply-accumulate. */
const operationsPerMac = 2;
/** Rates and bandwidths outside these are a wrong unit: TOPS for operations per second, GB for bytes. */
const plausible = {
  rate: [1e7, 1e18],
  bandwidth: [1e6, 1e17],
  capacity: [1e4, 1e14],
  clock: [1e6, 1e10],
  watts: [1e-4, 1e5],
} as const;
/** Operations per byte at which off-chip memory stops binding: below and above no chip of any class has been built. */
const ridge = [0.02, 10000] as const;

/** Looks for the mistakes that chip tables are known for. An empty list is no proof. */
export function lintChip(chip: Chip): Doubt[] {
  const doubts: Doubt[] = [];
  const doubt: Report = (rule, figure, path, detail) => {
    doubts.push({ chip: chip.id, rule, figure, path, detail: { ...detail } });
  };
  lintRates(chip, doubt);
  lintDeployPrecision(chip, doubt);
  lintUnits(chip, doubt);
  lintMemory(chip, doubt);
  lintRidge(chip, doubt);
  lintOtherRanges(chip, doubt);
  lintSources(chip, doubt);
  lintCalibration(chip, doubt);
  return doubts;
}

type Report = <R extends Rule>(
  rule: R,
  figure: string,
  path: Path,
  detail: Shown<R> & { readonly index?: number },
) => void;

/** 8-bit is at most four times 16-bit, 16-bit at most 32 times FP32 ... and fp16 equals bf16 on one kind of unit. */
function lintRates(chip: Chip, doubt: Report): void {
  const rate = (format: string): number | undefined => entryOf(chip.peakOpsPerSecond, format)?.value;
  const { fp16, bf16, int8, fp8 } = {
    fp16: rate('fp16'),
    bf16: rate('bf16'),
    int8: rate('int8'),
    fp8: rate('fp8'),
  };
  if (fp16 && bf16 && fp16 / bf16 > 1.9)
    doubt('sparse-peak', 'fp16', ['peakOpsPerSecond', 'fp16'], { sibling: 'bf16', ratio: fp16 / bf16 });
  if (fp16 && bf16 && bf16 / fp16 > 1.9)
    doubt('sparse-peak', 'bf16', ['peakOpsPerSecond', 'bf16'], { sibling: 'fp16', ratio: bf16 / fp16 });
  const sixteen = Math.max(fp16 ?? 0, bf16 ?? 0);
  for (const [format, value] of [['int8', int8] as const, ['fp8', fp8] as const]) {
    if (value && sixteen && value / sixteen > 4.2)
      doubt('sparse-peak', format, ['peakOpsPerSecond', format], {
        sibling: '16-bit',
        ratio: value / sixteen,
      });
  }
  for (const [name, figure] of Object.entries(chip.peakOpsPerSecond))
    range(figure, plausible.rate, `peakOpsPerSecond.${name}`, ['peakOpsPerSecond', name], doubt);
  for (const [name, figure] of Object.entries(chip.vectorOpsPerSecond))
    range(figure, plausible.rate, `vectorOpsPerSecond.${name}`, ['vectorOpsPerSecond', name], doubt);
  const fp32 = rate('fp32');
  if (fp32 && sixteen && fp32 > sixteen * 1.01) doubt('rate-order', 'fp32', ['peakOpsPerSecond', 'fp32'], {});
}

/** Most models are stored in FP32: a chip that has no rate for it must say what they are converted to. */
function lintDeployPrecision(chip: Chip, doubt: Report): void {
  const rates = {
    ...chip.otherPeakOpsPerSecond,
    ...chip.estimatedPeakOpsPerSecond,
    ...chip.peakOpsPerSecond,
  };
  const formats = Object.keys(rates);
  if (formats.length === 0 || rates['fp32']) return;
  const { deployPrecision } = chip;
  if (deployPrecision !== undefined && entryOf(rates, deployPrecision)) return;
  const path = deployPrecision === undefined ? ['peakOpsPerSecond'] : ['deployPrecision'];
  doubt('deploy-precision', 'deployPrecision', path, { formats: formats.join(', ') });
}

/** The peak of some format must be units × arrays × MACs × 2 × clock; which one the MAC count is stated for varies. */
function lintUnits(chip: Chip, doubt: Report): void {
  const { units, clockHz } = chip;
  if (!units?.count || !units.macsPerClock || !clockHz) return;
  const built =
    units.count.value *
    (units.arraysPerUnit?.value ?? 1) *
    units.macsPerClock.value *
    operationsPerMac *
    clockHz.value;
  const peaks = Object.values({
    ...chip.otherPeakOpsPerSecond,
    ...chip.estimatedPeakOpsPerSecond,
    ...chip.peakOpsPerSecond,
  });
  if (peaks.length === 0) return;
  const ratios = peaks.map(({ value }) => value / built);
  if (!ratios.some((ratio) => Math.abs(ratio - 1) < 0.1)) {
    const nearest = ratios.reduce((a, b) => (Math.abs(Math.log(b)) < Math.abs(Math.log(a)) ? b : a));
    doubt('peak-not-units', 'peakOpsPerSecond', ['peakOpsPerSecond'], {
      ratio: Number(nearest.toPrecision(3)),
    });
  }
}

/** Bandwidths and capacities of each level, and capacities in other units than their text. */
function lintMemory(chip: Chip, doubt: Report): void {
  for (const level of chip.memory) {
    // By name, not by number: a file that extends another chip holds only some of the levels.
    const at = (field: string): Path => ['memory', level.name, field];
    const { bandwidthBytesPerSecond, capacityBytes } = level;
    const bandwidthAt = at('bandwidthBytesPerSecond');
    range(bandwidthBytesPerSecond, plausible.bandwidth, `${level.name} bandwidth`, bandwidthAt, doubt);
    range(capacityBytes, plausible.capacity, `${level.name} capacity`, at('capacityBytes'), doubt);
    const marketed = level.marketedBytes?.value;
    const capacity = level.capacityBytes?.value;
    // A driver's figure far above the marketed one, or a decimal figure where the text says GiB.
    if (marketed && capacity && capacity / marketed > 1.08)
      doubt('binary-capacity', level.name, at('capacityBytes'), {});
    const note = `${level.capacityBytes?.note ?? ''} ${level.capacityBytes?.derivation ?? ''}`;
    if (capacity && /GiB/.test(note) && capacity % 1e9 === 0)
      doubt('binary-capacity', level.name, at('capacityBytes'), {});
  }
}

/** The highest peak over off-chip bandwidth. */
function lintRidge(chip: Chip, doubt: Report): void {
  const main = chip.memory.find((level) => !level.onChip)?.bandwidthBytesPerSecond?.value;
  const peak = largest(
    Object.values(chip.peakOpsPerSecond).map(({ value }) => value),
    0,
  );
  if (!main || !peak) return;
  const point = peak / main;
  if (point < ridge[0] || point > ridge[1])
    doubt('ridge-point', 'peakOpsPerSecond', ['peakOpsPerSecond'], { operationsPerByte: point });
}

/** Clocks, the link to the host, and power. */
function lintOtherRanges(chip: Chip, doubt: Report): void {
  range(chip.clockHz, plausible.clock, 'clockHz', ['clockHz'], doubt);
  range(chip.sustainedClockHz, plausible.clock, 'sustainedClockHz', ['sustainedClockHz'], doubt);
  const link = chip.hostLink?.bandwidthBytesPerSecond;
  range(link, plausible.bandwidth, 'hostLink bandwidth', ['hostLink', 'bandwidthBytesPerSecond'], doubt);
  for (const name of ['tdpWatts', 'idleWatts', 'busyWatts'] as const)
    range(chip.power[name], plausible.watts, name, ['power', name], doubt);
}

function range(
  figure: Figure | undefined,
  [low, high]: readonly [number, number],
  name: string,
  path: Path,
  doubt: Report,
): void {
  if (figure && (figure.value < low || figure.value > high))
    doubt('missing-unit', name, path, { value: figure.value });
}

/** Every figure names a source of the list, and every source is named by a figure. */
function lintSources(chip: Chip, doubt: Report): void {
  const used = new Set<number>();
  walk(chip, '', (path, indices) => {
    const at = placeOf(chip, path);
    if (indices.length === 0) doubt('missing-source', path, at, {});
    for (const index of indices) {
      used.add(index);
      if (!chip.sources[index]) doubt('missing-source', path, at, { index });
    }
  });
  chip.sources.forEach((source, index) => {
    if (!used.has(index)) doubt('unused-source', source.title, ['sources', index], {});
  });
}

/** A dotted path with memory levels by name instead of number. */
function placeOf(chip: Chip, path: string): Path {
  const steps = path.split('.');
  const level = steps[0] === 'memory' ? chip.memory[Number(steps[1])] : undefined;
  return level ? ['memory', level.name, ...steps.slice(2)] : steps;
}

function walk(value: unknown, path: string, visit: (path: string, indices: readonly number[]) => void): void {
  if (value === null || typeof value !== 'object') return;
  const record = value as Record<string, unknown>;
  for (const [key, item] of Object.entries(record)) {
    if (key === 'sources' && Array.isArray(item)) {
      if (item.every((index) => typeof index === 'number')) visit(path, item);
    } else walk(item, path === '' ? key : `${path}.${key}`, visit);
  }
}

/** A share of a peak above 1 means that the peak is wrong. */
function lintCalibration(chip: Chip, doubt: Report): void {
  const { compute, vector, bandwidth } = chip.sustained ?? {};
  const shares: [path: Path, figure: Figure | undefined][] = [
    ...Object.entries(compute ?? {}).map(([name, share]): [Path, Figure] => [['compute', name], share]),
    ...Object.entries(vector ?? {}).map(([name, share]): [Path, Figure] => [['vector', name], share]),
    [['bandwidth'], bandwidth],
  ];
  for (const [path, figure] of shares) {
    if (figure && figure.value > 1)
      doubt('above-peak', String(path.at(-1)), ['sustained', ...path], { share: figure.value });
  }
  for (const { operatorClass, precision, constants } of chip.calibration ?? []) {
    const share = constants['compute'];
    if (share !== undefined && share > 1.1)
      doubt('above-peak', `${operatorClass} ${precision}`, ['calibration'], { share });
  }
}

/** The same as problems, for the editor of a chip file. */
export function doubtsAsProblems(doubts: readonly Doubt[]): ChipProblem[] {
  return doubts.map(({ chip, rule, figure, path, detail }) => {
    // That they are those of the rule was checked where the doubt was made.
    const args = { chip, figure, ...rounded(detail) } as unknown as ArgsOf<`chip.lint-${Rule}`>;
    return { ...problem('warning', `chip.lint-${rule}`, args), path, ofKey: false };
  });
}

function rounded(detail: Doubt['detail']): Doubt['detail'] {
  return Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [
      name,
      typeof value === 'number' ? Number(value.toPrecision(4)) : value,
    ]),
  );
}
