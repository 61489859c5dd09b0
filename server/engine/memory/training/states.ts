import { hasMaster, optimizerBytes, singleBytes, type Trained } from '../../cost/optimizer';
import { elementCount } from '../../graph/dataTypes';
import { dimsOf } from '../../inference/stored/tensors';
import type { Inference } from '../../inference/types';
import { numericShape } from '../../inference/work';
import type { WeightBytes } from '../timeline';
import type { SizeOf } from '../workspace';
import type { TrainingPlan } from './plan';

/** What is there besides activations, on one device. Bytes. */
export interface TrainingStates {
  readonly always: { readonly weights: number; readonly optimizer: number; readonly master: number };
  /** Of the gradients of all trained weights. */
  readonly gradients: number;
  /** Of the gradient of each trained tensor, by its id; as shared out. */
  readonly gradientOf: ReadonlyMap<number, number>;
  /** Part of a gradient that a device keeps. */
  readonly gradientShare: number;
  /** The last pass that reads a tensor, itself or as it was turned at load time. */
  readonly lastReader: ReadonlyMap<number, number>;
  readonly parameters: number;
  readonly trainedParameters: number;
  readonly isWhole: boolean;
}

/**
 * Weights, gradients, states of the optimizer and master weights, shared out over devices by the stage of ZeRO. A tensor that no
 * pass reads has no gradient and is not updated. Adapters are held in 32 bits (PEFT, autocast_adapter_dtype).
 */
export function statesOf(
  inference: Inference,
  { training, trained, adapters, stems, graph }: TrainingPlan,
  weights: WeightBytes,
  sizeOf: SizeOf,
): TrainingStates {
  const shareFrom = (stage: number): number => (training.zero >= stage ? 1 / training.devices : 1);
  const lastReader = new Map<number, number>();
  for (const [at, { weights: read }] of graph.passes.entries())
    for (const id of read) if (stems.has(id)) lastReader.set(stems.get(id)!, at);
  const sum = { gradients: 0, optimizer: 0, master: 0, trained: 0, adapters: 0 };
  let isWhole = true;
  const gradientOf = new Map<number, number>();
  const add = (weight: Trained): number => {
    const elements = elementCount(weight.dims);
    const gradient = elements * weight.elementBytes * shareFrom(2);
    sum.gradients += gradient;
    sum.optimizer += optimizerBytes(training, weight) * shareFrom(1);
    if (hasMaster(training, weight)) sum.master += elements * singleBytes * shareFrom(1);
    sum.trained += elements;
    return gradient;
  };
  for (const id of trained) {
    const dims = dimsOf(inference.values[id]!);
    const bytes = sizeOf(id);
    if (!dims || bytes === null) isWhole = false;
    else if (lastReader.has(id))
      gradientOf.set(id, add({ dims, elementBytes: bytes / Math.max(1, elementCount(dims)) }));
  }
  for (const { dims } of adapters.values())
    for (const each of dims) {
      add({ dims: each, elementBytes: singleBytes });
      sum.adapters += elementCount(each) * singleBytes;
    }
  return {
    always: {
      weights: (weights.known + sum.adapters) * shareFrom(3),
      optimizer: sum.optimizer,
      master: sum.master,
    },
    gradients: sum.gradients,
    gradientOf,
    gradientShare: shareFrom(2),
    lastReader,
    parameters: parametersOf(inference, new Set(stems.values())),
    trainedParameters: sum.trained,
    isWhole,
  };
}

/** Elements of stored tensors. */
function parametersOf({ values }: Inference, stored: ReadonlySet<number>): number {
  let all = 0;
  for (const id of stored) all += elementCount(numericShape(values[id]!.type) ?? []);
  return all;
}
