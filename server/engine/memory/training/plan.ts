import { trainableTensors } from '../../inference/stored/count';
import type { TrainingStep } from '../../cost/training';
import type { Inference } from '../../inference/types';
import type { Model } from '../../graph/model';
import { planKernels } from '../../kernels/plan';
import type { RuntimeProfile } from '../../kernels/profile';
import { runPolitely, type Scheduler, type Steps } from '../../scheduler';
import type { Training } from '../../workload';
import { adaptersOf, stemsOf, type Adapter } from './adapters';
import autograd from './autograd.json';
import { gradientsOf } from './gradients';
import { passesOf, type Passes, type Stretch } from './passes';
import { recomputedStretches } from './recompute';

/** How a model is trained, whatever the chip: what is kept, what runs twice, what is updated. */
export interface TrainingPlan {
  readonly training: Training;
  readonly graph: Passes;
  readonly stretches: readonly Stretch[];
  /** Ids of the stored tensors that an update changes: none with adapters. */
  readonly trained: ReadonlySet<number>;
  /** Adapters by node. */
  readonly adapters: ReadonlyMap<number, Adapter>;
  /** The stored tensor behind a constant. */
  readonly stems: ReadonlyMap<number, number>;
  /** 1 for nodes that run a second time. */
  readonly recomputed: Uint8Array;
}

/**
 * Plans a training step of a model.
 * @param flashAttention of the runtime: what it makes of scores that are written out
 */
export async function planTraining(
  model: Model,
  inference: Inference,
  training: Training,
  { flashAttention }: Pick<RuntimeProfile, 'flashAttention'>,
  scheduler: Scheduler,
): Promise<TrainingPlan> {
  const framework = autograd as unknown as RuntimeProfile;
  const plan = await planKernels(
    inference,
    flashAttention ? { ...framework, flashAttention } : framework,
    scheduler,
  );
  return runPolitely(planSteps(), scheduler);

  function* planSteps(): Steps<TrainingPlan> {
    const trainable = yield* trainableTensors(model, inference);
    const stems = yield* stemsOf(inference, trainable);
    const { loraRank } = training;
    const adapters =
      loraRank === null ? new Map<number, Adapter>() : yield* adaptersOf(inference, stems, loraRank);
    const trained: ReadonlySet<number> = loraRank === null ? trainable : new Set();
    const changed = [...adapters.keys()].flatMap((node) =>
      inference.nodes[node]!.outputs.filter((id) => id !== null),
    );
    const gradients = yield* gradientsOf(inference, loraRank === null ? trained : changed);
    const graph = yield* passesOf(inference, plan, gradients, adapters);
    const stretches = yield* recomputedStretches(inference, graph, training.recompute);
    const recomputed = new Uint8Array(inference.nodes.length);
    for (const { from, to } of stretches)
      for (const { nodes } of graph.passes.slice(from, to + 1))
        for (const node of nodes) recomputed[node] = 1;
    return {
      training,
      graph,
      stretches,
      trained,
      adapters,
      stems,
      recomputed,
    };
  }
}

/** What costs of the step ask of the plan. */
export function stepOf({ training, trained, adapters, stems, recomputed }: TrainingPlan): TrainingStep {
  return {
    training,
    isTrained: (value) => trained.has(stems.get(value) ?? -1),
    isRecomputed: (node) => recomputed[node] === 1,
    adapterOf: (node) => adapters.get(node),
  };
}
