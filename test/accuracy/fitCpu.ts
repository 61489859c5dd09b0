// Fits the constants of the CPU model to kernels that ONNX Runtime ran on a machine of our own:
// `npm run accuracy:fit-cpu`. Scored by leaving one model out.
import type { Calibration, Chip, ResidualBin } from '../../server/engine/chips/chip';
import { minimise, quantile, type Free, type Values } from '../../server/engine/cost/calibrate/optimise';
import { binEdges, binOf, score, type Pair, type Score } from '../../server/engine/cost/calibrate/score';
import { modelFor } from '../../server/engine/cost/classes/index';
import { nearOf } from '../../server/engine/cost/levels';
import { machineFor } from '../../server/engine/cost/machine';
import { siteOf } from '../../server/engine/cost/estimate';
import type { KnownTerms } from '../../server/engine/cost/classes/shared/model';
import { kernelInput, kernelTerms, secondsOf } from '../../server/engine/cost/kernelCost';
import { kernelFormat } from '../../server/engine/cost/kernelFormat';
import {
  measuredProducts,
  machineChip,
  measuringOf,
  measuredMachines,
  measuredModels,
  type MeasuredModel,
} from './cpu';
import { nodeScores, wholeModels, type Sample } from './cpuScore';
import type { OwnTable } from './page';
import { saveJson } from './save';

const free = (name: string, start: number, low: number, high: number): Free => ({ name, start, low, high });
const moving = [
  free('bandwidth', 0.8, 0.2, 1),
  free('near', 0.5, 0.05, 3),
  free('overlap', 0.5, 0.02, 1),
  free('fixed', 1e-6, 2e-7, 1e-5),
];
const computing = [free('vector', 0.3, 0.01, 1), free('special', 0.3, 0.01, 2)];
const streaming = [...computing, ...moving];
/**
 * What follows a product in the same kernel is elementwise work on the same units: too few of the products that were
 * measured end in a function to tell its rate, so it is that of the elementwise kernels.
 */
const epilogueOf = (fitted: Values): Values => ({ vector: fitted['vector']!, special: fitted['special']! });
const constantsOf: Readonly<Record<string, readonly Free[]>> = {
  elementwise: streaming,
  gemm: [
    free('compute', 0.9, 0.2, 1),
    free('aliased', 0.9, 0.5, 1),
    free('item', 1e-6, 1e-8, 1e-5),
    ...moving,
  ],
  convolution: [free('compute', 0.9, 0.2, 1), free('depthwise', 0.3, 0.02, 1), ...streaming],
  normalization: streaming,
  softmax: streaming,
  reduction: [computing[0]!, ...moving],
  movement: moving,
};
/** Fewer kernels than this, or kernels of fewer models, teach nothing: the group's constants stay those of its class. */
const enough = { kernels: 8, models: 3 };

function samplesOf(models: readonly MeasuredModel[], chip: Chip): Sample[] {
  const byShape = new Map<string, { sample: Omit<Sample, 'seconds'>; seconds: number[] }>();
  for (const model of models) {
    const site = siteOf(
      { inference: model.inference, plan: model.plan, workload: model.workload },
      { id: 'chip', chip, profile: null },
      0,
    );
    for (const kernel of model.plan.kernels) {
      const measured = model.kernels[kernel.index]!;
      const format = kernelFormat(model.inference, kernel, site.table);
      const input = kernelInput(model.inference, kernel, site, format);
      if (Number.isNaN(measured) || !input || !format) continue;
      // Kernels of equal work in one model are one sample, so that deep models don't drown the others.
      const { operations, bytes } = input;
      const key = `${model.name} ${model.label} ${input.group} ${format.compute} ${operations.matrix} ${operations.vector} ${operations.special} ${bytes.near} ${bytes.main} ${JSON.stringify(kernel.matrixShape)}`;
      const known = byShape.get(key);
      if (known) known.seconds.push(measured);
      else {
        const sample = { model: model.name, group: input.group, precision: format.compute, input };
        byShape.set(key, { sample, seconds: [measured] });
      }
    }
  }
  return [...byShape.values()].map(({ sample, seconds }) => ({
    ...sample,
    seconds: Math.max(seconds.reduce((sum, value) => sum + value, 0) / seconds.length, clockStep / 2),
  }));
}

/** The profiler counts whole microseconds. */
const clockStep = 1e-6;

function predict(sample: Sample, values: Values, chip: Chip): number {
  const model = modelFor(chip);
  if (!model) return NaN;
  const { constants } = sample.input;
  const input = { ...sample.input, constants: { ...constants, value: { ...constants.value, ...values } } };
  const terms = kernelTerms(model, input);
  return secondsOf(terms as KnownTerms, { seconds: 2.4e-7, queued: false }).value;
}

/** What a reader of whole microseconds cannot tell from nothing weighs little. */
const weightOf = ({ seconds }: Sample): number => seconds / (seconds + 3 * clockStep);

function fit(samples: readonly Sample[], group: string, chip: Chip, fixed: Values, start?: Values): Values {
  const list = constantsOf[group]!.map((item) => ({ ...item, start: start?.[item.name] ?? item.start }));
  const values = minimise(
    list,
    (free) =>
      samples.reduce((sum, sample) => {
        const ratio = predict(sample, { ...free, ...fixed }, chip) / sample.seconds;
        return sum + weightOf(sample) * Math.abs(Math.log(ratio));
      }, 0),
    start ? 700 : 2500,
  );
  return { ...values, ...fixed };
}

/** The constants of all groups, fitted to the samples that `used` lets pass; the elementwise group comes first. */
function fitAll(
  samples: ReadonlyMap<string, readonly Sample[]>,
  chip: Chip,
  used: (sample: Sample) => boolean = () => true,
  start?: ReadonlyMap<string, Values>,
): Map<string, Values> {
  const result = new Map<string, Values>();
  for (const [group, all] of samples) {
    const own = all.filter(used);
    const elementwise = result.get('elementwise');
    const fixed = group === 'gemm' && elementwise ? epilogueOf(elementwise) : {};
    result.set(group, fit(own, group, chip, fixed, start?.get(group)));
  }
  return result;
}

const round = (value: number): number => Number(value.toPrecision(4));

/**
 * What leaving a chip out costs: the intervals of GPUs whose measurements were not used are this much wider on each
 * side than those of calibrated ones (median width of 25 groups, docs/accuracy.md).
 */
const otherChip = 1.25;

function residuals(pairs: readonly Pair[]): ResidualBin[] {
  return binEdges.map((below, bin) => {
    const own = pairs.filter(({ predicted }) => binOf(predicted) === bin);
    const near = pairs.filter(({ predicted }) => Math.abs(binOf(predicted) - bin) <= 1);
    const used = own.length >= 20 ? own : near.length >= 20 ? near : pairs;
    const ratios = used.map(({ predicted, measured }) => measured / predicted).sort((a, b) => a - b);
    return {
      below,
      rows: own.length >= 20 ? own.length : near.length,
      low: round(Math.min(1, quantile(ratios, 0.05) / otherChip)),
      median: round(quantile(ratios, 0.5)),
      high: round(Math.max(1, quantile(ratios, 0.95) * otherChip)),
    };
  });
}

type CpuScore = OwnTable['machines'][number];

function calibration(
  samples: readonly Sample[],
  group: string,
  values: Values,
  pairs: readonly Pair[],
  source: string,
): Calibration {
  return {
    operatorClass: group,
    precision: 'fp32',
    constants: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)])),
    rows: samples.length,
    residuals: residuals(pairs),
    source,
  };
}

/** Share of the caches' bandwidth that products of one row reach whose weights stay there from run to run. */
function residentShare(machine: string, chip: Chip): number {
  const near = nearOf(machineFor(chip, 'fp32'));
  const shares = measuredProducts(machine)
    .map(({ m, n, k, seconds }) => ({ rows: m, bytes: 4 * n * k, seconds }))
    .filter(({ rows, bytes }) => rows === 1 && bytes > 4e6 && bytes < (near?.capacityBytes ?? 0) * 0.75)
    .map(({ bytes, seconds }) => bytes / seconds / (near?.bandwidth ?? NaN));
  return quantile(
    shares.sort((a, b) => a - b),
    0.5,
  );
}

/** Recurrent layers stand in one fixture alone: they are matrix products whose weights stay in the caches. */
function recurrent(calibrations: readonly Calibration[], resident: number): Calibration {
  const gemm = calibrations.find(({ operatorClass }) => operatorClass === 'gemm')!;
  const constants = { ...gemm.constants, resident: round(resident), step: 2e-6, gates: 0.5 };
  return {
    ...gemm,
    operatorClass: 'recurrent',
    constants,
    source: `matrix products, ${gemm.source}; step and gates: assumption`,
  };
}

async function run(machine: string): Promise<{ calibrations: Calibration[]; score: CpuScore }> {
  const chip = machineChip(machine);
  const measuring = measuringOf(machine);
  const models = await measuredModels(machine);
  const samples = samplesOf(models, chip);
  const byGroup = new Map(
    Object.keys(constantsOf)
      .map((group) => [group, samples.filter((sample) => sample.group === group)] as const)
      .filter(
        ([, own]) =>
          own.length >= enough.kernels && new Set(own.map(({ model }) => model)).size >= enough.models,
      ),
  );
  const groups = [...byGroup.keys()];
  const of = (group: string) => byGroup.get(group) ?? [];
  const source = `fitted to kernels of the fixtures on ${machine} with ONNX Runtime, test/accuracy/measurements/${machine}`;
  const all = fitAll(byGroup, chip);
  const resident = residentShare(machine, chip);
  const outOfFold = new Map<Sample, number>();
  /** The machine as calibrated without one model: what estimates of that model are scored with. */
  const without = new Map<string, Chip>();
  for (const name of new Set(models.map((model) => model.name))) {
    const values = fitAll(byGroup, chip, ({ model }) => model !== name, all);
    for (const sample of samples.filter(({ model, group }) => model === name && values.has(group))) {
      outOfFold.set(sample, predict(sample, values.get(sample.group)!, chip));
    }
    const own = groups.map((group) =>
      calibration(of(group), group, values.get(group)!, [{ predicted: 1, measured: 1 }], source),
    );
    without.set(name, { ...chip, calibration: [...own, recurrent(own, resident)] });
  }
  const pairsOf = (group: string): Pair[] =>
    of(group).map((sample) => ({ predicted: outOfFold.get(sample)!, measured: sample.seconds }));
  const calibrations = groups.map((group) =>
    calibration(of(group), group, all.get(group)!, pairsOf(group), source),
  );
  return {
    calibrations: [...calibrations, recurrent(calibrations, resident)],
    score: {
      machine,
      ...measuring,
      groups: groups.map((group) => ({ group, score: score(pairsOf(group)) })),
      ...nodeScores(samples, outOfFold),
      ...wholeModels(measuring.callSeconds, models, samples, without),
    },
  };
}

interface ClassEntry {
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
  line('  whole models', modelScore);
  line('  baseline: operations / constant', baselineScore);
  for (const { model, predicted, measured, baseline } of models) {
    const text = [predicted, measured, baseline]
      .map((value) => `${(value * 1e3).toPrecision(4)} ms`)
      .join(', ');
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
  saveJson('server/engine/cost/classes/cpu/fitted.json', { entries });
  saveJson('test/accuracy/own.json', { machines: scores });
}

void main();
