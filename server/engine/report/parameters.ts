import { entryOf } from '../../../outside/table';
import { dataTypes } from '../graph/dataTypes';
import type { Inference, InferredValue } from '../inference/types';
import { isStored } from '../memory/timeline';
import quantizationInputs from './quantizationInputs.json';

/**
 * Elements of initialisers and Constants, each tensor once however often it is used. Scales and zero points are
 * counted apart; shape constants (integers of rank 0 or 1 that no more than describe shapes, axes and indices) not at
 * all.
 */
export function countParameters(inference: Inference): {
  parameters: number;
  quantizationParameters: number;
} {
  let parameters = 0;
  let quantizationParameters = 0;
  for (const value of inference.values) {
    if (!isStored(inference, value)) continue;
    const elements = elementCount(value);
    if (isQuantization(inference, value)) quantizationParameters += elements;
    else if (!isShapeConstant(value)) parameters += elements;
  }
  return { parameters, quantizationParameters };
}

function elementCount(value: InferredValue): number {
  const { type } = value;
  const isTensor = type?.kind === 'tensor' || type?.kind === 'sparse';
  const dims: readonly unknown[] = value.tensor?.dims ?? (isTensor ? (type.shape ?? []) : []);
  return dims.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : 0), 1);
}

/** 64- and 32-bit integers of rank 0 or 1: shapes, axes, pads, indices. Token tables and quantised weights are not. */
function isShapeConstant(value: InferredValue): boolean {
  const type = value.type?.kind === 'tensor' ? value.type : undefined;
  const dtype = value.tensor?.dtype ?? type?.dtype;
  const rank = value.tensor?.dims.length ?? type?.shape?.length ?? 0;
  if (dtype === undefined || rank > 1) return false;
  const { kind, bits } = dataTypes[dtype];
  return kind === 'bool' || (kind === 'signed' && (bits === 64 || bits === 32));
}

const positions: Readonly<Record<string, readonly number[]>> = quantizationInputs.inputs;

/** Every reader takes it as a scale or a zero point. */
function isQuantization(inference: Inference, value: InferredValue): boolean {
  return (
    value.consumers.length > 0 &&
    value.consumers.every((consumer) => {
      const node = inference.nodes[consumer]!;
      return (entryOf(positions, node.node.operator) ?? []).some((index) => node.inputs[index] === value.id);
    })
  );
}
