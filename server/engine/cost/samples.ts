import type { Inference } from '../inference/types';

const batchName = /^(n|b|bs|batch|batch_?size|num_?samples)$/i;

/**
 * Samples in one run: the batch-like symbol, else the leading dimension of the first input with two or more. None where
 * the batch is bound to 0.
 */
export function samplesPerRun(inference: Inference): number {
  const symbol = inference.symbols.find(({ name, value }) => value !== null && batchName.test(name));
  if (symbol && symbol.value !== null) return symbol.value;
  for (const id of inference.scopes[0]?.inputs ?? []) {
    const type = inference.values[id]?.type;
    const shape = type?.kind === 'tensor' ? type.shape : undefined;
    if (shape && shape.length >= 2) return typeof shape[0] === 'number' ? shape[0] : 1;
  }
  return 1;
}
