import { entryOf } from '../../../../outside/table';
import type { Calibration, Chip } from '../../chips/chip';
import type { Inference } from '../../inference/types';
import { dispatchOf, type Dispatch, type RuntimeProfile } from '../../kernels/profile';
import type { KernelPlan } from '../../kernels/types';
import type { Workload } from '../../workload';
import { modelFor } from '../classes/index';
import type { ClassModel, KernelInput, KnownTerms } from '../classes/shared/model';
import { siteOf } from '../estimate';
import { kernelInput, kernelTerms, secondsOf } from '../kernelCost';
import { kernelFormat } from '../kernelFormat';
import { folds, leastRows, residuals, round } from './fit';
import type { MatchedProfile } from './matchProfile';
import { minimise, type Free, type Values } from './optimise';
import { score, type Pair, type Score } from './score';
import { addTo, appendAll } from '../../lists';

/** A model with a profile that was laid over its plan (`matchProfile`). */
export interface MeasuredModel {
  readonly inference: Inference;
  readonly plan: KernelPlan;
  readonly profile: RuntimeProfile;
  readonly workload: Workload;
  readonly matched: MatchedProfile;
  /** What the profiler had added to each row (`Measurement.profilerSeconds`). */
  readonly profilerSeconds?: number | null | undefined;
}

/** What the kernels of one operator class and precision taught. */
export interface GroupFit {
  readonly operatorClass: string;
  readonly precision: string;
  readonly rows: number;
  /**
   * The constants as they are, with how far they were off: for groups that are left alone. Without it the group would
   * follow a neighbour that was fitted, which the rows do not say.
   */
  readonly unchanged: Calibration;
  /** Null where nothing could be fitted: see `reason`. */
  readonly calibration: Calibration | null;
  /** Too few rows for one constant, rows of one size only (nothing to score on), or no constant changes them. */
  readonly reason: 'few' | 'oneSize' | 'noConstant' | null;
  readonly before: Score;
  /** On rows that were left out of the fit; null without a calibration. */
  readonly after: Score | null;
}

/** Rows for each constant that is fitted, so that there are never fewer rows than constants. */
export const rowsPerConstant = 5;
/** Sizes for each constant but the first. */
const sizesPerConstant = 2;
/** Constants per chip, operator class and precision. */
const mostConstants = 12;
const effort = 400;

/** One measured kernel, ready to be estimated with other constants. */
interface Sample {
  readonly input: KernelInput;
  readonly dispatch: Dispatch;
  readonly seconds: number;
  /** Kernels of one size are never split between fitting and scoring. */
  readonly key: string;
}

/**
 * Fits the constants of a chip's class model to measured kernels: per operator class and precision those that matter
 * most to the rows, as many as the rows can carry. Only kernels that were measured by themselves are used.
 * @param origin what the rows are called in `source`, for example the name of the profile's file
 */
export function calibrateProfiles(models: readonly MeasuredModel[], chip: Chip, origin: string): GroupFit[] {
  const model = modelFor(chip);
  if (!model) return [];
  const groups = new Map<string, Sample[]>();
  for (const measured of models) gather(measured, chip, model, groups);
  return [...groups].map(([key, samples]) => {
    const [operatorClass = '', precision = ''] = key.split(' ');
    return fitGroup(operatorClass, precision, samples, model, origin);
  });
}

function gather(measured: MeasuredModel, chip: Chip, model: ClassModel, groups: Map<string, Sample[]>): void {
  const { inference, plan, profile, workload } = measured;
  const dispatch = dispatchOf(profile);
  const site = siteOf({ inference, plan, workload }, { id: 'chip', chip, profile: null }, 0);
  for (const kernel of plan.kernels) {
    const seconds = tellingSeconds(measured, kernel.index);
    const format = kernelFormat(inference, kernel, site.table);
    const input = kernelInput(inference, kernel, site, format);
    if (!(seconds > 0) || !input || !format) continue;
    const key = JSON.stringify([kernel.matrixShape ?? null, input.operations, input.bytes.near]);
    const sample = { input, dispatch, seconds, key };
    if (!(predict(sample, {}, model) > 0)) continue;
    const group = `${input.group} ${format.compute}`;
    addTo(groups, group, sample);
  }
}

/** Times below this many times what the profiler added are more its rounding than the kernel's. */
const telling = 2;

/** A kernel's time; NaN where it was not measured by itself or is too short to tell. */
function tellingSeconds({ matched, profilerSeconds }: MeasuredModel, kernel: number): number {
  const seconds = matched.kernels[kernel]!;
  const rows = matched.groups[matched.groupOfKernel[kernel]!]?.rows.length ?? 0;
  return seconds > telling * (profilerSeconds ?? 0) * rows ? seconds : NaN;
}

/** Seconds under changed constants; NaN while a rate is unknown. */
function predict({ input, dispatch }: Sample, values: Values, model: ClassModel): number {
  const { constants } = input;
  const terms = kernelTerms(model, {
    ...input,
    constants: { ...constants, value: { ...constants.value, ...values } },
  });
  return terms.compute === null || terms.memory === null || terms.work === null
    ? NaN
    : secondsOf(terms as KnownTerms, dispatch).value;
}

const pairsOf = (samples: readonly Sample[], values: Values, model: ClassModel): Pair[] =>
  samples.map((sample) => ({ predicted: predict(sample, values, model), measured: sample.seconds }));

function fitGroup(
  operatorClass: string,
  precision: string,
  samples: readonly Sample[],
  model: ClassModel,
  origin: string,
): GroupFit {
  const pairsBefore = pairsOf(samples, {}, model);
  const before = score(pairsBefore);
  const now = samples[0]!.input.constants.value;
  const unchanged = unchangedOf(operatorClass, precision, now, pairsBefore, origin);
  const group = { operatorClass, precision, rows: samples.length, before, unchanged };
  const keys = [...new Set(samples.map(({ key }) => key))].sort();
  const free = chooseFree(samples, keys.length, model);
  const none = { ...group, calibration: null, after: null };
  if (samples.length < rowsPerConstant) return { ...none, reason: 'few' };
  if (keys.length < 2) return { ...none, reason: 'oneSize' };
  if (free.length === 0) return { ...none, reason: 'noConstant' };
  const pairs: Pair[] = [];
  const parts = Math.min(folds, keys.length);
  for (let fold = 0; fold < parts; fold++) {
    const left = new Set(keys.filter((_, i) => i % parts === fold));
    const values = fit(
      samples.filter(({ key }) => !left.has(key)),
      free,
      model,
    );
    const held = samples.filter(({ key }) => left.has(key));
    appendAll(pairs, pairsOf(held, values, model));
  }
  const after = score(pairs);
  const constants = Object.entries(fit(samples, free, model)).map(([name, value]) => [name, round(value)]);
  const calibration: Calibration = {
    operatorClass,
    precision,
    constants: Object.fromEntries(constants) as Record<string, number>,
    rows: samples.length,
    residuals: residuals(pairs),
    error: { before: shares(before), after: shares(after) },
    source: `fitted to ${samples.length} kernels of ${origin}`,
  };
  return { ...group, calibration, after, reason: null };
}

/** Constants that were not fitted, with residuals where the rows are enough for them. */
export function unchangedOf(
  operatorClass: string,
  precision: string,
  constants: Values,
  pairs: readonly Pair[],
  origin: string,
): Calibration {
  return {
    operatorClass,
    precision,
    constants,
    rows: pairs.length,
    residuals: pairs.length >= leastRows ? residuals(pairs) : [],
    source: `not fitted; compared with ${pairs.length} kernels of ${origin}`,
  };
}

const shares = ({ median, p90 }: Score) => ({ median: round(median), p90: round(p90) });

/** Shares of a peak: what is fitted even where the class states no value, with where the search starts. */
const sharesOfPeaks: Readonly<Record<string, number>> = { compute: 0.7, bandwidth: 0.75, vector: 0.5 };
/** No kernel computes or reads faster than the peak, except for the rounding of the peak and of the clock. */
const mostShare = 1.05;
/** How far a constant may move from its class's, either way. */
const reach = 30;
/** Mean change of the estimates (of their logarithm) for a factor of 1.5 either way, from which on a constant matters. */
const leastInfluence = 0.03;

/** Rows of one size repeat each other: what carries a constant are rows and sizes. */
function mostFor(rows: number, sizes: number): number {
  const bySize = Math.max(1, Math.floor(sizes / sizesPerConstant));
  return Math.min(mostConstants, bySize, Math.floor(rows / rowsPerConstant));
}

/** The constants that the rows tell most about, as many as they carry. */
function chooseFree(samples: readonly Sample[], sizes: number, model: ClassModel): Free[] {
  const first = samples[0]!.input.constants.value;
  const known = Object.entries(first).filter(([, value]) => value > 0 && Number.isFinite(value));
  const starts = { ...sharesOfPeaks, ...Object.fromEntries(known) };
  const influence = (name: string, start: number): number => {
    const change = samples.reduce((sum, sample) => {
      const up = predict(sample, { [name]: start * 1.5 }, model);
      const down = predict(sample, { [name]: start / 1.5 }, model);
      return sum + Math.abs(Math.log(up / down));
    }, 0);
    return change / samples.length;
  };
  return Object.entries(starts)
    .map(([name, start]) => ({ name, start, weight: influence(name, start) }))
    .filter(({ weight }) => weight > leastInfluence)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, mostFor(samples.length, sizes))
    .map(({ name, start }) => {
      const most = Object.hasOwn(sharesOfPeaks, name) ? Math.max(mostShare, start) : Infinity;
      return { name, start, low: start / reach, high: Math.min(most, start * reach) };
    });
}

/**
 * Half of the loss counts every row alike, half by its share of the time, which decides the total. A constant that the
 * rows hardly tell stays near its class's.
 */
function fit(samples: readonly Sample[], free: readonly Free[], model: ClassModel): Values {
  const time = samples.reduce((sum, { seconds }) => sum + seconds, 0);
  return minimise(
    free,
    (values) => {
      let loss = 0;
      for (const sample of samples) {
        const error = Math.log(predict(sample, values, model) / sample.seconds);
        if (Number.isFinite(error))
          loss +=
            (0.5 / samples.length + (0.5 * sample.seconds) / time) * (Math.abs(error) + 0.3 * error * error);
      }
      for (const { name, start } of free) loss += 0.003 * Math.log(entryOf(values, name)! / start) ** 2;
      return loss;
    },
    effort,
  );
}
