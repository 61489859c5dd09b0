import type { Kernel, KernelPlan } from '../../kernels/types';
import type { MatrixShape } from '../../operators/rule';
import { fact, suggestionOf } from './make';
import { optionOf, shareGained, underPlan, type Situation, type Trial } from './trial';
import type { Suggestion } from './types';

type Convolution = Extract<MatrixShape, { kind: 'convolution' }>;

/** A convolution of single points that widens an image for the depthwise one behind it: the start of an inverted bottleneck. */
interface Pair {
  readonly widening: Kernel;
  readonly depthwise: Kernel;
  /** Both as one full convolution. */
  readonly full: Kernel;
}

/** What needs another training has to take so much of the time of a run away. */
const leastOfRun = 0.1;

/** Two kernels that take less than this share of their time away as one are left as they are. */
const leastOfPair = 0.1;

/**
 * Depthwise convolutions with the widening before them, where one full convolution takes less time than both although it has many
 * times their operations: units that sum over channels have little to do in a depthwise one (Gupta and Tan, EfficientNet-EdgeTPU, 2019; Tan and
 * Le, EfficientNetV2, 2021).
 */
export async function fullConvolutions(situation: Situation): Promise<Suggestion[]> {
  const { plan, cost } = situation.analysis;
  const all = pairsOf(plan);
  if (all.length === 0) return [];
  const tried = await underPlan(situation, joined(plan, all));
  const pairs = all.filter((pair) => {
    const before = secondsOf(cost, pair.widening) + secondsOf(cost, pair.depthwise);
    return before - secondsOf(tried.cost, pair.depthwise) > leastOfPair * before;
  });
  if (pairs.length === 0) return [];
  const trial = pairs.length === all.length ? tried : await underPlan(situation, joined(plan, pairs));
  const option = optionOf(situation, trial, { kind: 'graph', value: 'full-convolution' }, 'retrain');
  if ((shareGained(option) ?? 0) < leastOfRun) return [];
  const sum = (of: (pair: Pair) => number): number => pairs.reduce((all, pair) => all + of(pair), 0);
  const operations = ({ operations: all }: Kernel): number => all?.matrix ?? 0;
  const facts = {
    count: fact.count(pairs.length),
    before: fact.seconds(
      sum(({ widening, depthwise }) => secondsOf(cost, widening) + secondsOf(cost, depthwise)),
    ),
    after: fact.seconds(sum(({ depthwise }) => secondsOf(trial.cost, depthwise))),
    times: fact.decimal(
      sum(({ full }) => operations(full)) /
        sum(({ widening, depthwise }) => operations(widening) + operations(depthwise)),
    ),
  };
  const nodes = pairs.flatMap(({ widening, depthwise }) => [widening.anchor, depthwise.anchor]);
  // The estimate does not hold the weights that come with it.
  const honest = { ...option, gain: { ...option.gain, bytes: null } };
  return [suggestionOf(honest, { code: 'depthwise', nodes, facts })];
}

function secondsOf({ kernels }: Trial['cost'], { index }: Kernel): number {
  return kernels[index]?.seconds?.value ?? 0;
}

function pairsOf({ kernels }: KernelPlan): readonly Pair[] {
  const makers = new Map<number, Kernel>();
  const readers = new Map<number, number>();
  for (const kernel of kernels)
    for (const { value, role } of kernel.operands)
      if (role === 'output') makers.set(value, kernel);
      else readers.set(value, (readers.get(value) ?? 0) + 1);
  return kernels.flatMap((depthwise) => {
    const shape = convolutionOf(depthwise);
    const read = depthwise.operands.find(({ role }) => role === 'input');
    const widening = read && makers.get(read.value);
    const before = widening && convolutionOf(widening);
    if (!shape || !before || shape.groups === 1 || shape.groups !== shape.inputChannels) return [];
    if (!isOfPoints(before) || readers.get(read.value) !== 1 || widening.repeat !== depthwise.repeat)
      return [];
    return [{ widening, depthwise, full: fullKernel(widening, before, depthwise, shape) }];
  });
}

function convolutionOf({ matrixShape, operations }: Kernel): Convolution | undefined {
  return operations && matrixShape?.kind === 'convolution' && !matrixShape.transposed
    ? matrixShape
    : undefined;
}

function isOfPoints({ groups, kernel, strides }: Convolution): boolean {
  return groups === 1 && [...kernel, ...strides].every((size) => size === 1);
}

/** One convolution that reads what the widening reads and writes what the depthwise one writes. */
function fullKernel(widening: Kernel, before: Convolution, depthwise: Kernel, shape: Convolution): Kernel {
  const { inputChannels } = before;
  const points = [...shape.outputSpatial, ...shape.kernel].reduce((all, size) => all * size, 1);
  const weights = shape.outputChannels * inputChannels * shape.kernel.reduce((all, size) => all * size, 1);
  const filters = shape.outputChannels * shape.kernel.reduce((all, size) => all * size, 1);
  return {
    ...depthwise,
    // Two operations for each multiplication with its addition.
    operations: {
      ...depthwise.operations!,
      matrix: 2 * shape.batch * shape.outputChannels * inputChannels * points,
    },
    matrixShape: { ...shape, groups: 1, inputChannels },
    operands: [
      ...widening.operands.filter(({ role }) => role === 'input'),
      ...depthwise.operands
        .filter(({ role }) => role !== 'input')
        .map((one) =>
          one.role === 'weight' && one.elements === filters
            ? {
                ...one,
                elements: weights,
                bytes: one.bytes === null ? null : (one.bytes / filters) * weights,
              }
            : one,
        ),
    ],
  };
}

/** The widening runs no more, and the depthwise convolution is a full one. */
function joined(plan: KernelPlan, pairs: readonly Pair[]): KernelPlan {
  const kernels = [...plan.kernels];
  for (const { widening, depthwise, full } of pairs) {
    kernels[widening.index] = { ...widening, repeat: 0 };
    kernels[depthwise.index] = full;
  }
  return { ...plan, kernels };
}
