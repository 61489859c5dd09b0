import type { ChipAnalysis } from '../analyse';
import type { Chip } from '../chips/chip';
import { formatTable } from '../cost/kernelFormat';
import { mainFormat } from '../cost/notes';
import type { PrecisionChoice } from '../cost/types';
import type { Unit } from '../cost/units';
import { cachePolicyIn } from '../kernels/caches';
import type { Fit } from '../memory/fit';
import { freeBytes, timesTooLarge, type FitOnChip } from '../memory/free';
import type { Largest } from '../memory/largest';
import { runThrough } from '../scheduler';
import type { CachePolicy, PrecisionPolicy, Workload } from '../workload';
import { column, type Section } from './print/section';
import { memoryText } from './print/texts';
import { known, type PrintName, type Words } from './print/words';
import { streamsSection, type StreamsAsked, type StreamsRow } from './streamsReport';

/** Whether a model's memory fits on chips, and what would. Bytes; unknown is null. */
export interface FitReport {
  readonly schemaVersion: 1;
  readonly path: string;
  readonly workload: Workload;
  readonly chips: readonly ChipFit[];
  /** How chips carry several streams, where that is asked. */
  readonly streams?: { readonly asked: StreamsAsked; readonly chips: readonly StreamsRow[] };
}

export interface ChipFit extends Fit {
  readonly id: string;
  /** Of a mapping to several units: the ids of those that have this memory. */
  readonly unit?: string;
  readonly name: string;
  readonly class: string;
  readonly runtime: string;
  readonly precision: PrecisionChoice['compute'];
  /** What becomes of caches; null where the model has none. */
  readonly cache: CachePolicy | null;
  readonly weightsBytes: number;
  /** What is left, negative where it does not fit. */
  readonly freeBytes: number | null;
  /** What is needed ÷ what there is; only where it does not fit. */
  readonly timesTooLarge?: number;
  /** How large each of these sizes may become while the others stay. */
  readonly limits: readonly Limit[];
  /** Only where it does not fit: precisions with which it would, and the smallest chip of the class that holds it. */
  readonly precisions?: readonly string[];
  readonly smallestChip?: string | null;
}

export interface Limit extends Largest {
  readonly dimension: 'batch' | 'sequence' | 'past';
  /** The size in force. */
  readonly now: number | null;
  /** What forbids the next larger one: the memory, or the model, which has an error there. */
  readonly by: 'memory' | 'model' | null;
}

/** What is said of a chip before anything else is tried; of a mapping to several units, of each of them. */
export function chipFits(
  analysis: ChipAnalysis,
  limits: readonly Limit[],
  policy: PrecisionPolicy,
): ChipFit[] {
  const { chip, cost, unitFits } = analysis;
  const { runtime, precision } = cost;
  if (unitFits.length === 0)
    return [chipFit(analysis, { chip, runtime, precision: precision.compute, limits }, analysis)];
  return unitFits.map((own) => {
    const [leading] = own.units;
    const { chip: of, profile } = leading!;
    const computed = precisionOn(analysis, leading!, policy);
    const on = { chip: of, runtime: profile?.id ?? '', precision: computed, limits };
    return { ...chipFit(analysis, on, own), unit: own.units.map(({ id }) => id).join(' + ') };
  });
}

/** What most of that is computed in which runs on a unit; where nothing can run there, what FP32 would be. */
function precisionOn({ cost, plan }: ChipAnalysis, unit: Unit, policy: PrecisionPolicy): string {
  const at = cost.units.indexOf(unit);
  const here = plan.kernels.map(({ index, operations }) => {
    const { unit: on, precision } = cost.kernels[index]!;
    return { operations, count: 1, format: on === at ? precision : undefined };
  });
  const found = runThrough(mainFormat(here));
  return found ?? formatTable(unit.chip, policy).resolve('fp32') ?? 'unknown';
}

function chipFit(
  { plan }: ChipAnalysis,
  {
    chip,
    runtime,
    precision,
    limits,
  }: Pick<ChipFit, 'runtime' | 'precision' | 'limits'> & { readonly chip: Chip },
  memory: FitOnChip,
): ChipFit {
  const { fit, timeline } = memory;
  const free = freeBytes(memory);
  const times = timesTooLarge(memory);
  return {
    id: chip.id,
    name: chip.name,
    class: chip.class,
    runtime,
    precision,
    cache: cachePolicyIn(plan),
    ...fit,
    weightsBytes: timeline.weights.known,
    freeBytes: free,
    ...(times !== null && { timesTooLarge: times }),
    limits,
  };
}

/** The report as a table of chips. */
export function fitSections({ path, chips, streams }: FitReport, words: Words): Section[] {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const dimensions = [...new Set(chips.flatMap(({ limits }) => limits.map(({ dimension }) => dimension)))];
  const isMapped = chips.some(({ unit }) => unit !== undefined);
  return [
    {
      title: path,
      columns: [
        ...(isMapped ? [column(text('unit'))] : []),
        column(text('chip')),
        column(text('runtime')),
        column(text('precision')),
        column(text('fits')),
        column(text('fit.needed'), 'right'),
        column(text('fit.weights'), 'right'),
        column(text('capacity'), 'right'),
        column(text('fit.reserve'), 'right'),
        column(text('fit.free'), 'right'),
        ...dimensions.map((dimension) => column(text(`fit.largest.${dimension}`), 'right')),
        column(text('fit.advice')),
      ],
      rows: chips.map((chip) => [
        ...(isMapped ? [chip.unit ?? text('none')] : []),
        chip.id,
        chip.runtime,
        chip.precision,
        known(chip.fits, (fits) => text(fits ? 'yes' : 'no'), words),
        memoryText(chip, words),
        words.bytes(chip.weightsBytes),
        known(chip.capacityBytes, words.bytes, words),
        known(chip.reserveBytes, words.bytes, words),
        known(chip.freeBytes, (free) => (free < 0 ? `−${words.bytes(-free)}` : words.bytes(free)), words),
        ...dimensions.map((dimension) =>
          limitText(
            chip.limits.find((limit) => limit.dimension === dimension),
            words,
          ),
        ),
        adviceText(chip, words),
      ]),
    },
    ...(streams ? [streamsSection(streams.asked, streams.chips, words)] : []),
  ];
}

/** A limit with what forbids more. */
export function limitText(limit: Limit | undefined, words: Words): string {
  if (limit?.isUnlimited) return words.text('print.fit.unlimited');
  if (!limit || limit.value === null) return words.text('print.unknown');
  const count = words.count(limit.value);
  return limit.by === 'model' ? words.text('print.fit.byModel', { count }) : count;
}

/** What would make it fit; where it does, that weights are streamed. */
function adviceText(chip: ChipFit, words: Words): string {
  const { fits, fitsUnknown, streamedBytes, precisions = [], smallestChip, timesTooLarge } = chip;
  if (fits === null && fitsUnknown) return words.text(`print.fit.unknown.${fitsUnknown}`);
  if (fits)
    return streamedBytes > 0 ? words.text('print.streams', { bytes: words.bytes(streamedBytes) }) : '';
  const parts: string[] = [];
  if (timesTooLarge !== undefined)
    parts.push(words.text('print.fit.divide', { times: words.decimal(timesTooLarge) }));
  if (precisions.length > 0)
    parts.push(words.text('print.fit.precisions', { precisions: precisions.join(', ') }));
  if (smallestChip) parts.push(words.text('print.fit.chip', { chip: smallestChip }));
  return parts.join('; ');
}

const csvColumns = [
  'chip',
  'runtime',
  'precision',
  'cache',
  'fits',
  'neededBytes',
  'weightsBytes',
  'capacityBytes',
  'reserveBytes',
  'freeBytes',
  'largestBatch',
  'largestSequence',
  'largestPast',
  'unit',
] as const;

/** The rows of the report, the first of which names the columns; unknown cells are empty. */
export function fitRows({ chips }: FitReport): readonly (readonly (string | number | null)[])[] {
  const largest = ({ limits }: ChipFit, wanted: Limit['dimension']): number | null =>
    limits.find(({ dimension }) => dimension === wanted)?.value ?? null;
  return [
    csvColumns,
    ...chips.map((chip) => [
      chip.id,
      chip.runtime,
      chip.precision,
      chip.cache,
      chip.fits === null ? null : String(chip.fits),
      chip.highWaterBytes,
      chip.weightsBytes,
      chip.capacityBytes,
      chip.reserveBytes,
      chip.freeBytes,
      largest(chip, 'batch'),
      largest(chip, 'sequence'),
      largest(chip, 'past'),
      chip.unit ?? null,
    ]),
  ];
}
