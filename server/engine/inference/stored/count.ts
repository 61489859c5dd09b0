import { attributeNamed } from '../../graph/attributes';
import { dataTypes, elementCount } from '../../graph/dataTypes';
import type { Model } from '../../graph/model';
import type { Inference, InferredValue } from '../types';
import { packedElements } from '../../operators/constantInputs';
import type { Steps } from '../../scheduler';
import { ExporterWord } from './exporters';
import { constantKind, type ConstantKind } from './kinds';
import { ConstantUses, type Use } from './uses';
import { dimsOf, dtypeOf, isStored, storedElements } from './tensors';

/** Numbers that a model stores, by what they are; each tensor once, however often it is used. */
export interface StoredNumbers {
  /** What was trained, biases of quantised layers included; packed weights as many as they hold. */
  readonly parameters: number;
  /** Scales and zero points. */
  readonly quantizationParameters: number;
  /** Tables beside them: running statistics, positions, masks, other integers. */
  readonly buffers: number;
  /** There may be more of each in a part of the file that was not read; left out where all was. */
  readonly isLowerBound?: true;
}

/**
 * Elements of initialisers and Constants by what their readers take them for. Scalars and the integers that describe
 * shapes, axes and indices are none of them.
 */
export function* storedNumbers(model: Model, inference: Inference): Steps<StoredNumbers> {
  const count = { parameter: 0, quantisation: 0, buffer: 0, none: 0 };
  for (const { value, kind, found } of yield* storedTensors(model, inference)) {
    yield;
    if (value.held) {
      count.parameter += value.held.parameters;
      count.buffer += value.held.tables;
    } else count[kind] += logicalElements(inference, value, found);
  }
  return {
    parameters: count.parameter,
    quantizationParameters: count.quantisation,
    buffers: count.buffer,
    ...(model.storesMore && { isLowerBound: true as const }),
  };
}

/** Ids of the stored tensors of floats that were trained: those that a training step could change. */
export function* trainableTensors(model: Model, inference: Inference): Steps<Set<number>> {
  const trainable = new Set<number>();
  for (const { value, kind } of yield* storedTensors(model, inference)) {
    yield;
    const dtype = dtypeOf(value);
    const isFloat = dtype !== undefined && dataTypes[dtype].kind === 'float';
    if (kind === 'parameter' && isFloat && !value.held) trainable.add(value.id);
  }
  return trainable;
}

interface StoredTensor {
  readonly value: InferredValue;
  readonly kind: ConstantKind;
  readonly found: readonly Use[];
}

/** What a model stores, each with what it is and who uses it. */
function* storedTensors(model: Model, inference: Inference): Steps<StoredTensor[]> {
  const uses = new ConstantUses(inference);
  const exporter = new ExporterWord(model);
  const tensors: StoredTensor[] = [];
  for (const value of inference.values) {
    yield;
    if (!isStored(inference, value)) continue;
    const found = value.held ? [] : uses.of(value);
    tensors.push({ value, kind: constantKind(value, found, uses, exporter.of(value)), found });
  }
  return tensors;
}

/** Elements, and of packed tensors as many as they hold by the word of a reader. */
function logicalElements(inference: Inference, value: InferredValue, uses: readonly Use[]): number {
  const stored = storedElements(value);
  if (stored === 0) return 0;
  for (const use of uses) {
    const packed = unpacked(inference, value, use, stored);
    if (packed !== undefined) return packed;
  }
  return stored;
}

function unpacked(
  inference: Inference,
  value: InferredValue,
  { node, input }: Use,
  stored: number,
): number | undefined {
  const packed = packedElements(node.node, input);
  if (!packed) return undefined;
  const integer = (name: string): number | undefined => {
    const found = attributeNamed(node.node, name);
    return found?.kind === 'int' && found.value > 0 ? found.value : undefined;
  };
  const other = (index: number): InferredValue | undefined => inference.values[node.inputs[index] ?? -1];
  if ('product' in packed) {
    const factors = packed.product.map((factor) => {
      if (typeof factor === 'string') return integer(factor);
      const from = other(factor.input);
      return from && dimsOf(from)?.[factor.axis];
    });
    return factors.every((factor) => factor !== undefined) ? elementCount(factors) : undefined;
  }
  if ('like' in packed) {
    const like = other(packed.like);
    return like && storedElements(like);
  }
  if ('shape' in packed) {
    const dims = other(packed.shape)?.elements;
    return dims?.every((dim) => typeof dim === 'number') ? elementCount(dims) : undefined;
  }
  const dtype = dtypeOf(value);
  if (dtype !== 'uint8' && dtype !== 'int8') return undefined;
  const bits = packed.bits.map(integer).find((found) => found !== undefined) ?? packed.otherwise;
  return Math.floor((stored * 8) / bits);
}
