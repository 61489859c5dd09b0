// Scores of the CPU model on a measured machine, from estimates that have not seen the model they are of.
import type { Chip } from '../../server/engine/chips/chip';
import { quantile } from '../../server/engine/cost/calibrate/optimise';
import { score } from '../../server/engine/cost/calibrate/score';
import type { KernelInput } from '../../server/engine/cost/classes/shared/model';
import { estimateMeasured, type MeasuredModel } from './cpu';

/** One kernel shape of one model with its measurement: the mean over equal kernels of their fastest runs. */
export interface Sample {
  readonly model: string;
  readonly group: string;
  readonly precision: string;
  readonly input: KernelInput;
  readonly seconds: number;
}

export function wholeModels(
  callSeconds: number,
  models: readonly MeasuredModel[],
  samples: readonly Sample[],
  without: ReadonlyMap<string, Chip>,
) {
  const rate = baselineRate(samples);
  const rows = models.flatMap(({ seconds, ...model }) => {
    const { latencySeconds, operations } = estimateMeasured(model, without.get(model.name)!).total;
    // Models with sizes that only their data decide have no total.
    if (seconds === null || !latencySeconds || latencySeconds.isLowerBound || !operations.value) return [];
    const name = `${model.name} ${model.label}`;
    return [
      {
        model: name,
        predicted: latencySeconds.value + callSeconds,
        measured: seconds,
        baseline: operations.value / rate + callSeconds,
      },
    ];
  });
  return {
    models: rows,
    modelScore: score(rows),
    baselineScore: score(rows.map(({ baseline, measured }) => ({ predicted: baseline, measured }))),
  };
}

export function nodeScores(samples: readonly Sample[], outOfFold: ReadonlyMap<Sample, number>) {
  const known = samples.filter((sample) => outOfFold.has(sample) && sample.seconds > 1e-5);
  const work = ({ input: { operations } }: Sample) =>
    operations.matrix + operations.vector + operations.special;
  const working = known.filter((sample) => work(sample) > 0);
  return {
    nodeScore: score(
      known.map((sample) => ({ predicted: outOfFold.get(sample)!, measured: sample.seconds })),
    ),
    spearman: spearman(
      working.map((sample) => work(sample) / outOfFold.get(sample)!),
      working.map((sample) => work(sample) / sample.seconds),
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

/** Rank correlation of two series. */
function spearman(a: readonly number[], b: readonly number[]): number {
  const rank = (list: readonly number[]) => {
    const order = list.map((_, i) => i).sort((x, y) => list[x]! - list[y]!);
    const ranks = new Array<number>(list.length);
    order.forEach((index, position) => (ranks[index] = position));
    return ranks;
  };
  const [ra, rb] = [rank(a), rank(b)];
  const mean = (a.length - 1) / 2;
  const covariance = ra.reduce((sum, r, i) => sum + (r - mean) * (rb[i]! - mean), 0);
  return covariance / ra.reduce((sum, r) => sum + (r - mean) ** 2, 0);
}
