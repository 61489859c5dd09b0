import { axisOf, known, replaced } from '../../shapes';
import { floorDivide, multiply, type Dim } from '../../../graph/dim';
import type { Arguments } from '../bind';
import { first, type Results, type Shape, type Type } from './common';
import { reduced } from './reductions';
import { pooled } from './windows';

/** Results of an operator that gives several. */
export const several: Readonly<Record<string, (args: Arguments) => Results | undefined>> = {
  chunk: (args) => divided(args, args.int('chunks'), true),
  split: (args) => divided(args, undefined, false),
  split_with_sizes: (args) => divided(args, undefined, false),
  unbind: (args) => {
    const [input, axis] = [first(args), args.int('dim') ?? 0];
    const at = axisOf(axis, input?.shape?.length ?? 0);
    const count = at === undefined ? undefined : input!.shape![at];
    if (typeof count !== 'number' || count > 4096) return undefined;
    const type = { dtype: input!.dtype, shape: input!.shape!.filter((_, other) => other !== at) };
    return { types: new Array<Type>(count).fill(type), form: 'list' };
  },
  topk: (args) => bestOf(args, args.dim('k')),
  max: (args) => (args.has('dim') ? bestOf(args, undefined) : undefined),
  min: (args) => (args.has('dim') ? bestOf(args, undefined) : undefined),
  var_mean: (args) => twice(args),
  std_mean: (args) => twice(args),
  lstm: (args) => recurrentResults(args, true),
  gru: (args) => recurrentResults(args, false),
  rnn_tanh: (args) => recurrentResults(args, false),
  max_pool2d_with_indices: (args) => {
    const shape = pooled(args, '');
    return {
      types: [
        { dtype: first(args)?.dtype, shape },
        { dtype: 'int64', shape },
      ],
      form: 'tuple',
    };
  },
};

function twice(args: Arguments): Results {
  const type = { dtype: first(args)?.dtype, shape: reduced(args, '') };
  return { types: [type, type], form: 'tuple' };
}

/** Values and places of the best along an axis: `count` of each, or one that is left where it is undefined. */
function bestOf(args: Arguments, count: Dim | undefined): Results {
  const input = first(args);
  const axis = axisOf(args.int('dim') ?? -1, input?.shape?.length ?? 0);
  const shape =
    count === undefined
      ? reduced(args, '')
      : input?.shape && axis !== undefined
        ? replaced(input.shape, axis, count)
        : undefined;
  return {
    types: [
      { dtype: input?.dtype, shape },
      { dtype: 'int64', shape },
    ],
    form: 'tuple',
  };
}

/** Parts of an axis: as many as are asked for, each of so many, or of these sizes. */
function divided(args: Arguments, chunks: number | undefined, isCounted: boolean): Results | undefined {
  const input = first(args);
  const axis = axisOf(args.int('dim') ?? 0, input?.shape?.length ?? 0);
  if (!input?.shape || axis === undefined) return undefined;
  const dim = input.shape[axis]!;
  const asked = args.dims('split_sizes') ?? args.dims('split_size');
  const listed = args.given.get('split_sizes') ?? args.given.get('split_size');
  const sizes =
    listed?.kind === 'list' ? known(asked) : equalParts(dim, isCounted ? chunks : undefined, asked?.[0]);
  if (!sizes || sizes.length > 4096) return undefined;
  return {
    types: sizes.map((part) => ({ dtype: input.dtype, shape: replaced(input.shape!, axis, part) })),
    form: 'list',
  };
}

function equalParts(dim: Dim, chunks: number | undefined, size: Dim | undefined): Shape | undefined {
  if (chunks !== undefined && typeof dim !== 'number')
    return chunks > 0 && chunks <= 4096 ? new Array<Dim>(chunks).fill(floorDivide(dim, chunks)) : undefined;
  const each = chunks !== undefined ? Math.ceil((dim as number) / Math.max(chunks, 1)) : size;
  if (typeof dim !== 'number' || typeof each !== 'number' || each < 1 || dim / each > 4096) return undefined;
  return Array.from({ length: Math.ceil(dim / each) }, (_, i) => Math.min(each, dim - i * each));
}

/** The sequence of states, then the last ones of each layer and direction. */
function recurrentResults(args: Arguments, hasCell: boolean): Results | undefined {
  const [input, state] = [first(args), args.tensors('hx')[0] ?? args.tensor('hx')];
  const width = state?.shape?.at(-1);
  if (!input?.shape || width === undefined) return undefined;
  const directions = args.isTrue('bidirectional') ? 2 : 1;
  const shape = [...input.shape.slice(0, -1), multiply(width, directions)];
  const last = { dtype: input.dtype, shape: state!.shape };
  const types = [{ dtype: input.dtype, shape }, last, ...(hasCell ? [last] : [])];
  return { types, form: 'tuple' };
}
