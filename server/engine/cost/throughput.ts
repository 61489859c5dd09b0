import type { Chip } from '../chips/chip';
import type { Inference } from '../inference/types';
import type { KernelPlan } from '../kernels/types';
import { modelFor } from './classes/index';
import type { KernelCost } from './types';

const batchName = /^(n|b|bs|batch|batch_?size|num_?samples)$/i;

/** Samples in one run: the batch-like symbol, else the leading dimension of the first input with two or more. */
export function samplesPerRun(inference: Inference): number {
  const symbol = inference.symbols.find(({ name, value }) => value !== null && batchName.test(name));
  if (symbol?.value) return symbol.value;
  for (const id of inference.scopes[0]?.inputs ?? []) {
    const type = inference.values[id]?.type;
    const shape = type?.kind === 'tensor' ? type.shape : undefined;
    if (shape && shape.length >= 2) return typeof shape[0] === 'number' ? Math.max(1, shape[0]) : 1;
  }
  return 1;
}

/**
 * Samples per second. Chips whose layers form a pipeline take a new batch as soon as the slowest stage is free, with a
 * batch in flight in every stage; all others run one batch at a time.
 */
export function throughputOf(
  inference: Inference,
  plan: KernelPlan,
  kernels: readonly KernelCost[],
  chip: Chip,
  latency: number,
): { samplesPerSecond: number; concurrency: number } | null {
  if (latency <= 0) return null;
  const samples = samplesPerRun(inference);
  if (!modelFor(chip)?.pipelined) return { samplesPerSecond: samples / latency, concurrency: 1 };
  let slowest = 0;
  let stages = 0;
  for (const kernel of plan.kernels) {
    const time = (kernels[kernel.index].seconds?.value ?? 0) * (kernel.repeat ?? 1);
    if (time > 0) stages++;
    slowest = Math.max(slowest, time);
  }
  return slowest > 0 ? { samplesPerSecond: samples / slowest, concurrency: stages } : null;
}
