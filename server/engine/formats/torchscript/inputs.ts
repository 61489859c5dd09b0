import { multiply, symbol, type Dim } from '../../graph/dim';
import type { Arguments } from './bind';
import table from './shapes.json';
import type { Type } from './shapes/common';
import type { TensorValue } from './values';

const [batch = '', sequence = ''] = table.openSizes;

/**
 * Names of sizes of an input: a trace is made with an example, whose batch is no part of the model, nor is the length of a text.
 * @param isWhole its numbers are whole: those of tokens
 */
export function openShape(dims: readonly number[], isWhole: boolean): readonly Dim[] {
  return dims.map((dim, axis) => {
    if (axis === 0 && dims.length > 1) return symbol(batch);
    return axis === 1 && isWhole && dims.length === 2 ? symbol(sequence) : dim;
  });
}

/** Type and sizes that a layer asks of its input, where its weights tell the rank; undefined where they do not. */
export function inputOf(name: string, args: Arguments, input: TensorValue): Type | undefined {
  if (args.tensor('input') === input && table.convolutions.includes(name))
    return ofConvolution(name, args, input);
  if (args.tensor('indices') === input && name === 'embedding')
    return { dtype: 'int64', shape: [symbol(batch), symbol(sequence)] };
  if (args.tensor('input') === input && Object.hasOwn(table.recurrent, name)) return ofSequence(args);
  return undefined;
}

function ofConvolution(name: string, args: Arguments, input: TensorValue): Type | undefined {
  const weight = args.tensor('weight');
  if (!weight?.shape || weight.shape.length < 3) return undefined;
  const isBack = table.transposed.includes(name) || args.isTrue('transposed');
  const channels = isBack ? weight.shape[0]! : multiply(weight.shape[1]!, args.int('groups') ?? 1);
  const spatial = weight.shape.slice(2).map((_, i) => symbol(`${input.name}.dim${i + 2}`));
  return { dtype: weight.dtype, shape: [symbol(batch), channels, ...spatial] };
}

function ofSequence(args: Arguments): Type | undefined {
  const weight = args.tensors('params')[0];
  const width = weight?.shape?.[1];
  if (width === undefined) return undefined;
  const [first, second] = args.isTrue('batch_first') ? [batch, sequence] : [sequence, batch];
  return { dtype: weight!.dtype, shape: [symbol(first), symbol(second), width] };
}
