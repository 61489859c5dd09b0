// Fits the constants of the CPU model to kernels that ONNX Runtime ran on a machine of our own:
// `npm run accuracy:fit-cpu`. Scored by leaving one model out.
import { writeFileSync } from 'node:fs';
import type { Calibration, Chip, ResidualBin } from '../../server/engine/chips/chip';
import { modelFor } from '../../server/engine/cost/classes/index';
import type { KernelInput } from '../../server/engine/cost/classes/model';
import { siteOf } from '../../server/engine/cost/estimate';
import { kernelInput, kernelTerms, secondsOf, type KnownTerms } from '../../server/engine/cost/kernelCost';
import { kernelFormat } from '../../server/engine/cost/kernelFormat';
import { dispatchSecondsOf, profileById } from '../../server/engine/kernels/profile';
import { machineChip, measuredMachines, measuredModels, type MeasuredModel } from './cpu';
import { minimise, quantile, type Free, type Values } from '../../server/engine/cost/calibrate/optimise';
import { binEdges, binOf, score, type Pair, type Score } from '../../server/engine/cost/calibrate/score';

/** One kernel shape of one model with its fastest measurement. */
interface Sample {
  readonly model: string;
  readonly group: string;
  readonly precision: string;
  readonly input: KernelInput;
  readonly seconds: number;
  /** How many kernels of the model have this shape. */
  readonly times: number;
}

/**
 * What profiling adds to every node: the nodes of the tiny fixtures, whose work is nothing, sum to about 2 µs per node
 * more than the runs without profiling.
 */
const profilingSeconds = 2e-6;

const free = (name: string, start: number, low: number, high: number): Free => ({ name, start, low, high });
const streaming = [
  free('vector', 0.3, 0.01, 1),
  free('bandwidth', 0.8, 0.2, 1),
  free('near', 0.5, 0.05, 3),
  free('fixed', 1e-6, 2e-7, 1e-5),
];
const constantsOf: Readonly<Record<string, readonly Free[]>> = {
  gemm: [
    free('compute', 0.85, 0.2, 1),
    free('bandwidth', 0.8, 0.2, 1),
    free('near', 0.7, 0.1, 3),
    free('item', 1e-6, 1e-8, 1e-5),
    free('fixed', 1e-6, 2e-7, 1e-5),
  ],
  convolution: [
    free('compute', 0.85, 0.2, 1),
    free('bandwidth', 0.8, 0.2, 1),
    free('near', 0.7, 0.1, 3),
    free('depthwise', 0.25, 0.02, 1),
    free('fixed', 1e-6, 2e-7, 2e-5),
  ],
  recurrent: [free('compute', 0.6, 0.1, 1), free('step', 2e-6, 1e-7, 2e-5), free('fixed', 1e-6, 2e-7, 2e-5)],
  elementwise: streaming,
  normalization: streaming,
  softmax: streaming,
  reduction: streaming,
  pooling: streaming,
  movement: streaming.slice(1),
};

function samplesOf(models: readonly MeasuredModel[], chip: Chip): Sample[] {
  const dispatch = dispatchSecondsOf(profileById('onnxruntime-cpu')!) ?? 0;
  const best = new Map<string, Sample>();
  for (const model of models) {
    const site = siteOf(model.inference, model.plan, chip, 'chip', model.workload, dispatch);
    for (const kernel of model.plan.kernels) {
      const measured = model.kernels[kernel.index];
      const format = kernelFormat(model.inference, kernel, site.table);
      const input = kernelInput(model.inference, kernel, site, format);
      if (Number.isNaN(measured) || !input || !format) continue;
      // Kernels of equal work are one sample: the fastest of them is the least disturbed.
      const { operations, bytes } = input;
      const key = `${model.name} ${model.label} ${input.group} ${format.compute} ${operations.matrix} ${operations.vector} ${operations.special} ${bytes.near} ${JSON.stringify(kernel.matrixShape)}`;
      const seconds = Math.max(measured - profilingSeconds, 3e-7);
      const known = best.get(key);
      best.set(key, {
        model: model.name,
        group: input.group,
        precision: format.compute,
        input: known && known.seconds <= seconds ? known.input : input,
        seconds: Math.min(seconds, known?.seconds ?? Infinity),
        times: (known?.times ?? 0) + 1,
      });
    }
  }
  return [...best.values()];
}

function predict(sample: Sample, values: Values, chip: Chip): number {
  const model = modelFor(chip);
  if (!model) return NaN;
  const { constants } = sample.input;
  const input = { ...sample.input, constants: { ...constants, value: { ...constants.value, ...values } } };
  const terms = kernelTerms(model, input);
  return secondsOf(terms as KnownTerms, 2.4e-7).value;
}

/**
 * Other programs can only slow a kernel down, and on a shared machine even its fastest run may be slowed: an estimate
 * above a measurement weighs more than one below it, so that the fit follows the undisturbed kernels.
 */
const slowedShare = 0.3;
/** Share of the kernels that ran undisturbed, by the runs of equal kernels that differ by less than a quarter. */
const disturbedAbove = 0.85;

function fit(samples: readonly Sample[], group: string, chip: Chip, start?: Values): Values {
  const list = constantsOf[group].map((item) => ({ ...item, start: start?.[item.name] ?? item.start }));
  const loss = (error: number) => (error > 0 ? error : -slowedShare * error);
  return minimise(
    list,
    (values) =>
      samples.reduce(
        (sum, sample) => sum + loss(Math.log(predict(sample, values, chip) / sample.seconds)),
        0,
      ),
    700,
  );
}

const round = (value: number): number => Number(value.toPrecision(4));

function residuals(pairs: readonly Pair[]): ResidualBin[] {
  return binEdges.map((below, bin) => {
    const own = pairs.filter(({ predicted }) => binOf(predicted) === bin);
    const near = pairs.filter(({ predicted }) => Math.abs(binOf(predicted) - bin) <= 1);
    const used = own.length >= 20 ? own : near.length >= 20 ? near : pairs;
    const ratios = used.map(({ predicted, measured }) => measured / predicted).sort((a, b) => a - b);
    return {
      below,
      rows: own.length >= 20 ? own.length : near.length,
      low: round(Math.min(1, quantile(ratios, 0.05))),
      median: round(quantile(ratios, 0.5)),
      // The upper tail is that of other programs on the machine: 95 % of it would say nothing of the chip.
      high: round(Math.max(1, quantile(ratios, disturbedAbove))),
    };
  });
}

export interface CpuScore {
  readonly machine: string;
  readonly groups: { readonly group: string; readonly score: Score }[];
  readonly models: {
    readonly model: string;
    readonly predicted: number;
    readonly measured: number;
    readonly baseline: number;
  }[];
  readonly modelScore: Score;
  readonly baselineScore: Score;
  readonly nodeScore: Score;
  readonly spearman: number;
}

/** Rank correlation of two series. */
function spearman(a: readonly number[], b: readonly number[]): number {
  const rank = (list: readonly number[]) => {
    const order = list.map((_, i) => i).sort((x, y) => list[x] - list[y]);
    const ranks = new Array<number>(list.length);
    order.forEach((index, position) => (ranks[index] = position));
    return ranks;
  };
  const [ra, rb] = [rank(a), rank(b)];
  const mean = (a.length - 1) / 2;
  const covariance = ra.reduce((sum, r, i) => sum + (r - mean) * (rb[i] - mean), 0);
  return covariance / ra.reduce((sum, r) => sum + (r - mean) ** 2, 0);
}

async function run(machine: string): Promise<{ calibrations: Calibration[]; score: CpuScore }> {
  const chip = machineChip(machine);
  const samples = samplesOf(await measuredModels(machine), chip);
  const groups = Object.keys(constantsOf).filter(
    (group) => samples.filter((sample) => sample.group === group).length >= 8,
  );
  const outOfFold = new Map<Sample, number>();
  const calibrations: Calibration[] = [];
  const scores: CpuScore['groups'] = [];
  for (const group of groups) {
    const own = samples.filter((sample) => sample.group === group);
    const final = fit(own, group, chip);
    for (const name of new Set(own.map(({ model }) => model))) {
      const values = fit(
        own.filter(({ model }) => model !== name),
        group,
        chip,
        final,
      );
      for (const sample of own.filter(({ model }) => model === name))
        outOfFold.set(sample, predict(sample, values, chip));
    }
    const pairs = own.map((sample) => ({ predicted: outOfFold.get(sample)!, measured: sample.seconds }));
    scores.push({ group, score: score(pairs) });
    calibrations.push({
      operatorClass: group,
      precision: 'fp32',
      constants: Object.fromEntries(Object.entries(final).map(([name, value]) => [name, round(value)])),
      rows: own.length,
      residuals: residuals(pairs),
      source: `fitted to ${own.length} kernel shapes of the fixtures on ${machine} with ONNX Runtime, test/accuracy/measurements/${machine}`,
    });
  }
  return { calibrations, score: wholeModels(machine, samples, outOfFold, scores) };
}

function wholeModels(
  machine: string,
  samples: readonly Sample[],
  outOfFold: ReadonlyMap<Sample, number>,
  groups: CpuScore['groups'],
): CpuScore {
  const known = samples.filter((sample) => outOfFold.has(sample));
  const rate = baselineRate(known);
  const models = [...new Set(known.map(({ model }) => model))].map((model) => {
    const own = known.filter((sample) => sample.model === model);
    const sum = (value: (sample: Sample) => number) =>
      own.reduce((total, sample) => total + value(sample) * sample.times, 0);
    const work = ({ input: { operations } }: Sample) =>
      operations.matrix + operations.vector + operations.special;
    return {
      model,
      predicted: sum((sample) => outOfFold.get(sample)!),
      measured: sum(({ seconds }) => seconds),
      baseline: sum((sample) => work(sample) / rate),
    };
  });
  const matrix = known.filter(({ input, seconds }) => input.operations.matrix > 0 && seconds > 1e-5);
  return {
    machine,
    groups,
    models,
    modelScore: score(models),
    baselineScore: score(models.map(({ baseline, measured }) => ({ predicted: baseline, measured }))),
    nodeScore: score(
      known
        .filter(({ seconds }) => seconds > 1e-5)
        .map((sample) => ({ predicted: outOfFold.get(sample)!, measured: sample.seconds })),
    ),
    spearman: spearman(
      matrix.map((sample) => sample.input.operations.matrix / outOfFold.get(sample)!),
      matrix.map((sample) => sample.input.operations.matrix / sample.seconds),
    ),
  };
}

/** The baseline: operations ÷ one constant, the median achieved rate of the matrix kernels. */
function baselineRate(samples: readonly Sample[]): number {
  const rates = samples
    .filter(({ input }) => input.operations.matrix > 0)
    .map(({ input, seconds }) => input.operations.matrix / seconds);
  return quantile(
    rates.sort((a, b) => a - b),
    0.5,
  );
}

interface ClassEntry {
  readonly class: string;
  readonly group: string;
  readonly precision: string;
  readonly basis: string;
  readonly constants: Values;
  readonly residuals: readonly ResidualBin[];
  readonly source: string;
}

/** One machine is no calibration of the catalogue's processors: its constants are those of the class. */
function classEntries(calibrations: readonly Calibration[]): ClassEntry[] {
  return calibrations.map(({ operatorClass, constants, residuals: bins, source }) => ({
    class: 'cpu',
    group: operatorClass,
    precision: '*',
    basis: 'class',
    // The machine's bandwidth is not published, so its share of it is nothing to carry over.
    constants: { ...(constants as Values), bandwidth: 0.8 },
    residuals: bins,
    source: `${source}; bandwidth share as on the measured GPUs`,
  }));
}

function print({
  machine,
  groups,
  nodeScore,
  modelScore,
  baselineScore,
  models,
  spearman: rank,
}: CpuScore): void {
  const line = (name: string, s: Score) =>
    console.log(
      `${name.padEnd(44)} n ${s.rows}  median ${(100 * s.median).toFixed(1)} %  p90 ${(100 * s.p90).toFixed(1)} %  bias ${(100 * s.bias).toFixed(1)} %`,
    );
  for (const { group, score: s } of groups) line(`${machine} ${group}`, s);
  line('  kernels of 10 µs and more', nodeScore);
  line('  whole models (sums of their kernels)', modelScore);
  line('  baseline: operations / constant', baselineScore);
  for (const { model, predicted, measured, baseline } of models) {
    const text = [predicted, measured, baseline].map((value) => `${(value * 1e3).toFixed(2)} ms`).join(', ');
    console.log(`    ${model.padEnd(24)} estimated, measured, baseline: ${text}`);
  }
  console.log(`  Spearman of achieved rates ${rank.toFixed(3)}`);
}

async function main(): Promise<void> {
  const scores: CpuScore[] = [];
  const entries: ClassEntry[] = [];
  for (const machine of measuredMachines()) {
    const { calibrations, score: result } = await run(machine);
    print(result);
    scores.push(result);
    if (entries.length === 0) entries.push(...classEntries(calibrations));
  }
  const save = (path: string, value: unknown) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
  save('server/engine/cost/constants/cpuClass.json', { entries });
  save('test/accuracy/own.json', { machines: scores });
}

void main();
