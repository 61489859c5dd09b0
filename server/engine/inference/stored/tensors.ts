import { elementCount, type DataType } from '../../graph/dataTypes';
import { numericShape } from '../work';
import type { Inference, InferredValue } from '../types';

/** Dimensions of a stored tensor; null where one is not a number. */
export function dimsOf({ tensor, type }: InferredValue): readonly number[] | null {
  return tensor?.dims ?? numericShape(type) ?? null;
}

/** Elements as stored; 0 where a dimension is not a number. */
export function storedElements(value: InferredValue): number {
  const dims = dimsOf(value);
  return dims ? elementCount(dims) : 0;
}

/** Type as stored; undefined where the file names one that is not known. */
export function dtypeOf({ tensor, type }: InferredValue): DataType | undefined {
  return tensor?.dtype ?? (type?.kind === 'tensor' || type?.kind === 'sparse' ? type.dtype : undefined);
}

/** An initializer, or the output of a folded node without inputs, which is a Constant. */
export function isStored(inference: Inference, value: InferredValue): boolean {
  if (value.origin === 'initializer') return true;
  // An optional made from nothing holds nothing.
  if (value.type?.kind === 'optional') return false;
  const producer = value.producer === null ? undefined : inference.nodes[value.producer];
  return producer !== undefined && producer.folded && producer.inputs.length === 0;
}
