import { singleBytes } from '../../cost/optimizer';
import type { Inference } from '../../inference/types';
import { isStepDue, type Steps } from '../../scheduler';
import { trainingLabel, type Training } from '../../workload';
import { leastOf, type BytesByClass, type MemoryTimeline, type WeightBytes } from '../timeline';
import type { SizeOf } from '../workspace';
import { Lifetimes, type Held } from './lifetimes';
import type { TrainingPlan } from './plan';
import { statesOf, type TrainingStates } from './states';

/** Bytes by what they are for. */
export interface TrainingBytes {
  readonly weights: number;
  readonly gradients: number;
  readonly optimizer: number;
  readonly master: number;
  /** Kept for the way back. */
  readonly saved: number;
  /** Activations and gradients of activations that are being worked on, and whole weights where devices share them. */
  readonly other: number;
}

/** Memory of a training step on one device. */
export interface TrainingMemory extends Training {
  /** How it is trained, in the words of the settings. */
  readonly label: string;
  readonly parameters: number;
  readonly trainedParameters: number;
  /** By class where the most is taken; null where something is unknown. */
  readonly peak: TrainingBytes | null;
  /** Kept for the way back when the way forward ends; null where something is unknown. */
  readonly savedBytes: number | null;
  /** Of these means, deviations and sums of exponentials, which papers leave out. */
  readonly statisticsBytes: number | null;
  /** Operators of which it is unknown what they keep, each once. */
  readonly unknownOperators: readonly string[];
}

/**
 * Memory of a step over the way forward and the way back, pass by pass. What stays all the time (weights, states of the optimizer,
 * master weights) is shared out as the stage of ZeRO says (Rajbhandari et al. 2020): states from 1 on, gradients from 2, weights
 * in 3, where those of a pass are whole while it runs. A gradient is there from the first pass back that makes it to the update,
 * with accumulation all the time.
 * @param weights as a run forward holds them
 * @param sizeOf bytes of a value at the chip's formats
 */
export function* trainingMemory(
  inference: Inference,
  plan: TrainingPlan,
  weights: WeightBytes,
  sizeOf: SizeOf,
): Steps<{ readonly memory: TrainingMemory; readonly timeline: MemoryTimeline }> {
  const { graph, training } = plan;
  const states = statesOf(inference, plan, weights, sizeOf);
  const buffers = new Lifetimes(inference, graph, plan.stretches, sizeOf).all();
  const changes = yield* changesOf(plan, states, buffers.held, sizeOf);
  const { points, classes, peak, node } = yield* walked(plan, states, changes);
  const isWhole = buffers.isWhole && weights.isWhole && states.isWhole;
  const most = sum(peak);
  const unknown = graph.passes.filter(({ isUnknown }) => isUnknown).map(({ operator }) => operator);
  return {
    memory: {
      ...training,
      label: trainingLabel(training),
      parameters: states.parameters,
      trainedParameters: states.trainedParameters,
      peak: isWhole ? peak : null,
      savedBytes: isWhole ? buffers.savedBytes : null,
      statisticsBytes: isWhole ? buffers.statisticsBytes : null,
      unknownOperators: [...new Set(unknown)],
    },
    timeline: {
      points,
      classes,
      buffers: null,
      arena: null,
      resident: null,
      weights: { known: states.always.weights, isWhole: weights.isWhole },
      highWaterBytes: isWhole ? most : null,
      highWaterNode: isWhole ? node : null,
      leastBytes: leastOf(most, isWhole),
    },
  };
}

/** By how many bytes each class grows at each moment: forward through all passes, then back. */
type Changes = Readonly<Record<'saved' | 'other' | 'gradients', Float64Array>>;

function* changesOf(
  { graph: { passes }, training, stems }: TrainingPlan,
  states: TrainingStates,
  held: readonly Held[],
  sizeOf: SizeOf,
): Steps<Changes> {
  const moments = 2 * passes.length;
  const empty = (): Float64Array => new Float64Array(moments + 1);
  const changes = { saved: empty(), other: empty(), gradients: empty() };
  const hold = ({ kind, bytes, from, to }: Held): void => {
    changes[kind][from]! += bytes;
    changes[kind][to + 1]! -= bytes;
  };
  held.forEach(hold);
  const isGathered = training.zero === 3 && training.devices > 1;
  for (const [at, { weights, adapter }] of passes.entries()) {
    if (isStepDue(at)) yield;
    const back = moments - 1 - at;
    for (const id of weights) {
      const bytes = sizeOf(id) ?? 0;
      if (isGathered)
        for (const moment of [at, back]) hold({ kind: 'other', bytes, from: moment, to: moment });
      const stem = stems.get(id);
      const own = stem === undefined ? undefined : states.gradientOf.get(stem);
      // The last pass forward that reads a weight is the first one back to make its gradient.
      if (own && states.lastReader.get(stem!) === at) changes.gradients[back]! += own;
    }
    if (adapter) changes.gradients[back]! += adapter.elements * singleBytes * states.gradientShare;
  }
  return changes;
}

interface Walked {
  readonly points: MemoryTimeline['points'];
  readonly classes: BytesByClass;
  /** By class at the moment that takes most. */
  readonly peak: TrainingBytes;
  readonly node: number | null;
}

function* walked(
  { graph: { passes }, training }: TrainingPlan,
  states: TrainingStates,
  changes: Changes,
): Steps<Walked> {
  const isAlways = training.accumulation > 1;
  const points: { node: number; activationBytes: number }[] = [];
  const column = (): Float64Array => new Float64Array(2 * passes.length);
  const classes = {
    activations: column(),
    saved: column(),
    gradients: column(),
    optimizer: column().fill(states.always.optimizer),
    master: column().fill(states.always.master),
  };
  let [saved, other, gradients] = [0, 0, isAlways ? states.gradients : 0];
  let peak: TrainingBytes | null = null;
  let peakNode: number | null = null;
  for (let at = 0; at < 2 * passes.length; at++) {
    if (isStepDue(at)) yield;
    saved += changes.saved[at]!;
    other += changes.other[at]!;
    if (!isAlways) gradients += changes.gradients[at]!;
    const now = { ...states.always, gradients, saved, other };
    const { node } = passes[at < passes.length ? at : 2 * passes.length - 1 - at]!;
    points.push({ node, activationBytes: sum(now) - now.weights });
    [classes.activations[at], classes.saved[at], classes.gradients[at]] = [other, saved, gradients];
    if (!peak || sum(now) > sum(peak)) [peak, peakNode] = [now, node];
  }
  const none = { ...states.always, gradients: states.gradients, saved: 0, other: 0 };
  return { points, classes, peak: peak ?? none, node: peakNode };
}

function sum({ weights, gradients, optimizer, master, saved, other }: TrainingBytes): number {
  return weights + gradients + optimizer + master + saved + other;
}
