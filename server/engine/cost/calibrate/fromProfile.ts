import type { Calibration, Chip } from '../../chips/chip';
import type { Inference } from '../../inference/types';
import { dispatchSecondsOf, type RuntimeProfile } from '../../kernels/profile';
import type { KernelPlan } from '../../kernels/types';
import type { Workload } from '../../workload';
import { modelFor } from '../classes/index';
import type { ClassModel, KernelInput } from '../classes/model';
import { siteOf } from '../estimate';
import { kernelInput, kernelTerms, secondsOf, type KnownTerms } from '../kernelCost';
import { kernelFormat } from '../kernelFormat';
import { leastRows, residuals, round } from './fit';
import { foldOf, minimise, type Free, type Values } from './optimise';
import type { Pair } from './score';

/** One measured kernel, ready to be estimated with other constants. */
interface Sample {
  readonly input: KernelInput;
  readonly precision: string;
  readonly seconds: number;
  readonly key: string;
}

const free = (name: string, start: number, low: number, high: number): Free => ({ name, start, low, high });
/** A profile of one model has too few shapes for more than shares of the peaks and a floor. */
const fitted: readonly Free[] = [
  free('compute', 0.7, 0.02, 1.05),
  free('bandwidth', 0.75, 0.02, 1),
  free('vector', 0.5, 0.01, 1),
];

/** What a profile of one model on a chip teaches: shares of its peaks by operator class, with out-of-fold residuals. */
export function calibrateProfile(
  inference: Inference,
  plan: KernelPlan,
  kernels: Float64Array,
  chip: Chip,
  profile: RuntimeProfile,
  workload: Workload,
  origin: string,
): Calibration[] {
  const model = modelFor(chip);
  if (!model) return [];
  const dispatch = dispatchSecondsOf(profile) ?? 0;
  const site = siteOf(inference, plan, chip, 'chip', workload, dispatch);
  const groups = new Map<string, Sample[]>();
  for (const kernel of plan.kernels) {
    const seconds = kernels[kernel.index];
    const format = kernelFormat(inference, kernel, site.table);
    const input = kernelInput(inference, kernel, site, format);
    if (Number.isNaN(seconds) || seconds <= 0 || !input || !format) continue;
    const key = `${input.group} ${format.compute}`;
    const shape = JSON.stringify(kernel.matrixShape ?? input.operations);
    const sample = { input, precision: format.compute, seconds, key: shape };
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return [...groups]
    .filter(([, samples]) => samples.length >= leastRows)
    .map(([key, samples]) => calibrate(key, samples, model, dispatch, origin));
}

function predict(sample: Sample, values: Values, model: ClassModel, dispatch: number): number {
  const { constants } = sample.input;
  const input = { ...sample.input, constants: { ...constants, value: { ...constants.value, ...values } } };
  const terms = kernelTerms(model, input);
  return terms.compute === null || terms.memory === null
    ? NaN
    : secondsOf(terms as KnownTerms, dispatch).value;
}

function fit(samples: readonly Sample[], model: ClassModel, dispatch: number): Values {
  return minimise(
    fitted,
    (values) =>
      samples.reduce((sum, sample) => {
        const error = Math.log(predict(sample, values, model, dispatch) / sample.seconds);
        return sum + (Number.isFinite(error) ? Math.abs(error) : 0);
      }, 0),
    300,
  );
}

function calibrate(
  key: string,
  samples: readonly Sample[],
  model: ClassModel,
  dispatch: number,
  origin: string,
): Calibration {
  const [operatorClass, precision] = key.split(' ');
  const constants = fit(samples, model, dispatch);
  const pairs: Pair[] = [];
  for (let fold = 0; fold < 4; fold++) {
    const test = samples.filter((sample) => foldOf(sample.key, 4) === fold);
    const train = samples.filter((sample) => foldOf(sample.key, 4) !== fold);
    if (test.length === 0) continue;
    const values = train.length > 0 ? fit(train, model, dispatch) : constants;
    for (const sample of test) {
      const predicted = predict(sample, values, model, dispatch);
      if (predicted > 0) pairs.push({ predicted, measured: sample.seconds });
    }
  }
  return {
    operatorClass,
    precision,
    constants: Object.fromEntries(Object.entries(constants).map(([name, value]) => [name, round(value)])),
    rows: samples.length,
    residuals: residuals(pairs),
    source: `fitted to ${samples.length} kernels of ${origin}`,
  };
}
