import type { ChipAnalysis } from '../../analyse';
import type { KernelCost } from '../../cost/types';
import type { TrainingBytes } from '../../memory/training/training';
import type { Steps } from '../../scheduler';
import { trainingOf, type Training } from '../../workload';
import { noMemory, plusMemory, type Element, type MemoryClasses, type RankChain } from './chain';
import { bytesOf, timesOf, type RankRun, type Times, type Weights } from './rankChain';

/** What one device does of a short model in training, at several settings. */
export interface TrainedRun {
  /** One micro-batch for each update, and two. */
  readonly once: RankRun;
  readonly twice: RankRun;
  /** The element of each run of which blocks were left out, with the analysis of two micro-batches without it. */
  readonly without: readonly (LongElement & { readonly analysis: ChipAnalysis })[];
}

/** An element that stands for the blocks of a run that were left out, the last of those that were kept. */
export interface LongElement {
  readonly element: number;
  readonly kept: number;
}

/**
 * The chain of a training step: what two micro-batches take more than one is what one takes, forward and back, and what is left of one is the
 * update. What a model takes more with a block of a run than without it is what that block takes; weights before, between and behind runs
 * share what is left by their size, and the last element keeps for the way back what is left there: the loss.
 */
export function* trainedChain(run: TrainedRun): Steps<RankChain> {
  const { elementOf, weights, carried } = yield* bytesOf(run.twice);
  const [once, each] = [timesOf(run.once, elementOf), timesOf(eachOf(run), elementOf)];
  const training = trainingOf(run.twice.prepared.workload)!;
  const { own, shared } = memoryOf(run, weights);
  const elements = once.map((time, at): Element => {
    const memory = own[at]!;
    const exchanged = gradientBytes(memory, training);
    return {
      ...stepTimes(time, each[at]!),
      memory,
      gradientBytes: exchanged,
      carriedBytes: carried[at] ?? null,
    };
  });
  return { elements, shared };
}

/** All of them, however they are shared out. */
function gradientBytes(memory: MemoryClasses | null, { zero, devices }: Training): number {
  return (memory?.gradients ?? 0) * (zero >= 2 ? devices : 1);
}

/** Time of a micro-batch forward and back, and of the update. */
function stepTimes(once: Times, each: Times): Times & { updateSeconds: number } {
  if (once.seconds === null || each.seconds === null) return { ...once, seconds: null, updateSeconds: 0 };
  const { seconds, parts } = each;
  const share = once.seconds > 0 ? seconds / once.seconds : 0;
  const terms = once.terms.map((term) => ({ ...term, times: term.times * share }));
  return { ...once, terms, seconds, updateSeconds: Math.max(0, once.seconds - seconds), parts };
}

/** What two micro-batches take more than one, kernel by kernel: the update, which memory bounds, is in none of them. */
function eachOf({ once, twice }: TrainedRun): RankRun {
  const { cost } = twice.analysis;
  const kernels = cost.kernels.map((two, at): KernelCost => {
    const one = once.analysis.cost.kernels[at];
    if (!two.seconds || !two.parts || !one?.seconds || !one.parts) return two;
    return {
      ...two,
      seconds: { ...two.seconds, value: two.seconds.value - one.seconds.value },
      parts: {
        compute: two.parts.compute - one.parts.compute,
        memory: two.parts.memory - one.parts.memory,
        overhead: two.parts.overhead - one.parts.overhead,
      },
    };
  });
  return { ...twice, analysis: { ...twice.analysis, cost: { ...cost, kernels } } };
}

interface TrainedMemory {
  readonly own: readonly (MemoryClasses | null)[];
  readonly shared: RankChain['shared'];
}

function memoryOf({ twice, without }: TrainedRun, weights: Weights): TrainedMemory {
  const all = classesOf(twice.analysis);
  const blocks = without.map(({ analysis, ...one }) => ({ ...one, memory: classesOf(analysis) }));
  if (!all || blocks.some(({ memory }) => !memory)) return { own: weights.own.map(() => null), shared: [] };
  const { activations } = all;
  const own = weights.own.map((): MemoryClasses | null => null);
  let rest: MemoryClasses = { ...all, activations: 0 };
  for (const { element, kept, memory } of blocks) {
    const block = { ...atLeastNothing(plusMemory(all, memory!, -1)), activations };
    own.fill(block, element - kept + 1, element + 1);
    rest = plusMemory(rest, block, -kept);
  }
  rest = atLeastNothing(rest);
  const left = weights.own.map((bytes, at) => (own[at] ? 0 : (bytes ?? 0)));
  const sum =
    left.reduce((total, one) => total + one, 0) +
    weights.shared.reduce((total, { memory }) => total + memory.weights, 0);
  const shareOf = (bytes: number): MemoryClasses =>
    sum === 0 ? noMemory : plusMemory(noMemory, { ...rest, saved: 0, activations: 0 }, bytes / sum);
  const last = own.length - 1;
  return {
    own: own.map(
      (block, at) => block ?? { ...shareOf(left[at]!), activations, saved: at === last ? rest.saved : 0 },
    ),
    shared: weights.shared.map(({ memory, elements }) => ({ memory: shareOf(memory.weights), elements })),
  };
}

/** What rounds to less than nothing is nothing. */
function atLeastNothing(memory: MemoryClasses): MemoryClasses {
  return Object.fromEntries(
    Object.entries(memory).map(([name, bytes]: [string, number]) => [name, Math.max(0, bytes)]),
  ) as unknown as MemoryClasses;
}

/** Where most is taken, with all that is kept for the way back. */
function classesOf({ training }: ChipAnalysis): MemoryClasses | null {
  const peak: TrainingBytes | null = training?.peak ?? null;
  if (!peak) return null;
  const { weights, gradients, optimizer, master, saved, other } = peak;
  const kept = training?.savedBytes ?? saved;
  return { ...noMemory, weights, gradients, optimizer, master, saved: kept, activations: other };
}
