import { entryOf } from '../../../../outside/table';
import type { DataType } from '../../graph/dataTypes';
import {
  add,
  equalDims,
  floorDivide,
  maximum,
  minimum,
  multiply,
  product,
  subtract,
  sum,
  type Dim,
} from '../../graph/dim';
import type { Arguments } from './bind';
import table from './shapes.json';
import type { TensorValue } from './values';

/** What is known of a result. */
export interface Type {
  readonly dtype: DataType | undefined;
  readonly shape: readonly Dim[] | undefined;
}

/** Results of an operator: one, several behind each other, or a list of them. */
export interface Results {
  readonly types: readonly Type[];
  readonly form: 'one' | 'tuple' | 'list';
}

type Shape = readonly Dim[];
type ShapeOf = (args: Arguments, name: string) => Shape | undefined;

const order: ReadonlyMap<string, number> = new Map(
  [...table.integers, ...table.floats].map((name, i) => [name, i]),
);
const fractions: ReadonlySet<string> = new Set(table.fractions);
const floats: ReadonlySet<string> = new Set(table.floats);
const results = table.results as Readonly<Record<string, DataType>>;
const types = table.types as Readonly<Record<string, DataType>>;

/** The type of a number of PyTorch's ScalarType. */
function typeOfCode(code: number | undefined): DataType | undefined {
  return code === undefined ? undefined : entryOf(types, String(code));
}

/** The type that tensors of several types have together: the widest, of single numbers only where they are of a wider kind. */
function promoted(tensors: readonly TensorValue[]): DataType | undefined {
  const rank = ({ dtype }: TensorValue): number => order.get(dtype ?? '') ?? -1;
  const kind = ({ dtype }: TensorValue): boolean => floats.has(dtype ?? '');
  const wide = tensors.filter(({ shape }) => shape === undefined || shape.length > 0);
  const isKept = wide.some(kind) || !tensors.some(kind);
  const counted = wide.length > 0 && isKept ? wide : tensors;
  if (counted.some(({ dtype }) => dtype === undefined)) return undefined;
  return counted.reduce<TensorValue | undefined>((a, b) => (!a || rank(b) > rank(a) ? b : a), undefined)
    ?.dtype;
}

/** An axis counted from the end made positive; undefined where it lies outside. */
function axisOf(axis: number | undefined, rank: number): number | undefined {
  if (axis === undefined) return undefined;
  const at = axis < 0 ? axis + rank : axis;
  return at >= 0 && at < rank ? at : undefined;
}

const first = (args: Arguments): TensorValue | undefined =>
  args.tensor('self') ?? args.tensor('input') ?? args.all()[0];

function broadcast(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Shape = [];
  for (const shape of shapes) {
    if (!shape) return undefined;
    const rank = Math.max(shape.length, result.length);
    const [a, b] = [shape, result].map((one) => [...new Array<Dim>(rank - one.length).fill(1), ...one]) as [
      Dim[],
      Dim[],
    ];
    result = a.map((dim, axis): Dim => {
      const other = b[axis]!;
      if (other === 1 || equalDims(dim, other)) return dim;
      if (dim === 1) return other;
      return typeof dim === 'number' ? dim : typeof other === 'number' ? other : maximum(dim, other);
    });
  }
  return result;
}

function replaced(shape: Shape, axis: number, dim: Dim): Shape {
  return shape.map((own, at) => (at === axis ? dim : own));
}

const known = (dims: readonly (Dim | undefined)[] | undefined): Shape | undefined =>
  dims?.every((dim) => dim !== undefined) ? dims : undefined;

/** Sizes that are asked for; −1 is what remains. */
function viewed(
  shape: Shape | undefined,
  wanted: readonly (Dim | undefined)[] | undefined,
): Shape | undefined {
  if (!wanted) return undefined;
  const open = wanted.findIndex((dim) => dim === undefined || (typeof dim === 'number' && dim < 0));
  if (open < 0) return known(wanted);
  const others = wanted.filter((_, at) => at !== open);
  const rest = known(others);
  if (!shape || !rest) return undefined;
  const [all, part] = [product(shape), product(rest)];
  const quotient = part === 0 ? 0 : floorDivide(all, part);
  return wanted.map((dim, at) => (at === open ? quotient : dim!));
}

const linear: ShapeOf = (args) => {
  const [input, weight] = [first(args), args.tensor('weight')];
  const features = weight?.shape?.[0];
  return input?.shape && features !== undefined ? [...input.shape.slice(0, -1), features] : undefined;
};

function matmul(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a || !b || a.length === 0 || b.length === 0) return undefined;
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
  const rows = a.length === 1 ? [] : a.slice(-2, -1);
  const columns = b.length === 1 ? [] : b.slice(-1);
  return batch && [...batch, ...rows, ...columns];
}

/** Entry `i` of a list of which one number stands for all. */
function entry(args: Arguments, name: string, i: number, otherwise: number): number | undefined {
  if (!args.has(name)) return otherwise;
  const list = args.dims(name);
  if (list?.length === 0) return otherwise;
  const dim = list?.length === 1 ? list[0] : list?.[i];
  return typeof dim === 'number' ? dim : undefined;
}

/** Places of a window: floor((size + 2·padding − dilation·(window − 1) − 1) ÷ stride) + 1, rounded up where `ceil_mode` says so. */
function slid(args: Arguments, dim: Dim, window: number, i: number, stride: number): Dim | undefined {
  const [padding, dilation, step] = [
    entry(args, 'padding', i, 0),
    entry(args, 'dilation', i, 1),
    entry(args, 'stride', i, stride),
  ];
  if (padding === undefined || dilation === undefined || !step) return undefined;
  const room = add(dim, 2 * padding - dilation * (window - 1) - 1);
  if (!args.isTrue('ceil_mode')) return add(floorDivide(room, step), 1);
  // A window that would begin in the padding behind is left out.
  return minimum(
    add(floorDivide(add(room, step - 1), step), 1),
    floorDivide(add(dim, padding + step - 1), step),
  );
}

/** Sizes of a convolution; an input whose shape nobody stated gets the rank and the channels that the weight has. */
const convolved: ShapeOf = (args, name) => {
  const [input, weight] = [first(args), args.tensor('weight')];
  const kernel = weight?.shape;
  if (!input?.shape || !kernel || kernel.length < 3) return undefined;
  const isBack = table.transposed.includes(name) || args.isTrue('transposed');
  const groups = args.int('groups') ?? 1;
  const channels = isBack ? multiply(kernel[1]!, groups) : kernel[0]!;
  const spatial = input.shape.slice(-(kernel.length - 2)).map((dim, i): Dim | undefined => {
    const window = kernel[i + 2];
    if (typeof window !== 'number') return undefined;
    if (!isBack) return slid(args, dim, window, i, 1);
    const [padding, dilation, stride, more] = [
      entry(args, 'padding', i, 0),
      entry(args, 'dilation', i, 1),
      entry(args, 'stride', i, 1),
      entry(args, 'output_padding', i, 0),
    ];
    if (padding === undefined || dilation === undefined || stride === undefined || more === undefined)
      return undefined;
    return add(multiply(subtract(dim, 1), stride), dilation * (window - 1) + more + 1 - 2 * padding);
  });
  const sizes = known(spatial);
  return sizes && [...input.shape.slice(0, -(kernel.length - 1)), channels, ...sizes];
};

const pooled: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const axes = Number(/\d/.exec(String([...args.given.keys()]))?.[0] ?? 0);
  const window = args.dims('kernel_size');
  const count = Math.max(window?.length ?? 0, axes);
  if (!shape || !window || count === 0 || shape.length <= count) return undefined;
  const spatial = shape.slice(-count).map((dim, i) => {
    const size = window.length === 1 ? window[0] : window[i];
    return typeof size === 'number' ? slid(args, dim, size, i, size) : undefined;
  });
  const sizes = known(spatial);
  return sizes && [...shape.slice(0, -count), ...sizes];
};

const reduced: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  if (!shape) return undefined;
  const list = args.has('dim') ? args.dims('dim') : [];
  const axes = list?.map((dim) => axisOf(typeof dim === 'number' ? dim : undefined, shape.length));
  if (!axes || axes.includes(undefined)) return undefined;
  const isGone = (axis: number): boolean => axes.length === 0 || axes.includes(axis);
  if (args.isTrue('keepdim')) return shape.map((dim, axis) => (isGone(axis) ? 1 : dim));
  return shape.filter((_, axis) => !isGone(axis));
};

/** A place on an axis: from the end where it is negative, and no further than the end. */
function place(at: Dim | undefined, dim: Dim): Dim | undefined {
  if (typeof at !== 'number') return at;
  if (at < 0) return typeof dim === 'number' ? Math.max(at + dim, 0) : add(dim, at);
  if (at >= 2 ** 62) return dim;
  return typeof dim === 'number' ? Math.min(at, dim) : at;
}

const sliced: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const axis = axisOf(args.int('dim') ?? 0, shape?.length ?? 0);
  if (!shape || axis === undefined) return undefined;
  const dim = shape[axis]!;
  const start = args.has('start') ? place(args.dim('start'), dim) : 0;
  const end = args.has('end') ? place(args.dim('end'), dim) : dim;
  const step = args.has('step') ? args.int('step') : 1;
  if (start === undefined || end === undefined || !step) return undefined;
  const length = floorDivide(add(subtract(end, start), step - 1), step);
  return replaced(shape, axis, typeof length === 'number' ? Math.max(length, 0) : length);
};

const narrowed: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const [axis, length] = [axisOf(args.int('dim'), shape?.length ?? 0), args.dim('length')];
  return shape && axis !== undefined && length !== undefined ? replaced(shape, axis, length) : undefined;
};

const without: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const axis = axisOf(args.int('dim'), shape?.length ?? 0);
  return shape && axis !== undefined ? shape.filter((_, at) => at !== axis) : undefined;
};

const squeezed: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  if (!shape) return undefined;
  const list = args.has('dim') ? args.dims('dim') : shape.map((_, axis) => axis);
  const axes = list?.map((dim) => axisOf(typeof dim === 'number' ? dim : undefined, shape.length)) ?? [];
  return shape.filter((dim, axis) => dim !== 1 || !axes.includes(axis));
};

const unsqueezed: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const axis = axisOf(args.int('dim'), (shape?.length ?? 0) + 1);
  return shape && axis !== undefined ? [...shape.slice(0, axis), 1, ...shape.slice(axis)] : undefined;
};

const swapped: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const [a, b] = ['dim0', 'dim1'].map((name) => axisOf(args.int(name), shape?.length ?? 0));
  if (!shape || a === undefined || b === undefined) return undefined;
  return shape.map((dim, axis) => (axis === a ? shape[b]! : axis === b ? shape[a]! : dim));
};

const permuted: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const axes = args
    .dims('dims')
    ?.map((dim) => axisOf(typeof dim === 'number' ? dim : undefined, shape?.length ?? 0));
  return shape && axes
    ? known(axes.map((axis) => (axis === undefined ? undefined : shape[axis])))
    : undefined;
};

const flattened: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  if (!shape) return undefined;
  if (shape.length === 0) return [1];
  const start = axisOf(args.int('start_dim') ?? 0, shape.length);
  const end = axisOf(args.int('end_dim') ?? -1, shape.length);
  if (start === undefined || end === undefined) return undefined;
  return [...shape.slice(0, start), product(shape.slice(start, end + 1)), ...shape.slice(end + 1)];
};

const unflattened: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const axis = axisOf(args.int('dim'), shape?.length ?? 0);
  if (!shape || axis === undefined) return undefined;
  const parts = viewed([shape[axis]!], args.dims('sizes'));
  return parts && [...shape.slice(0, axis), ...parts, ...shape.slice(axis + 1)];
};

const joined: ShapeOf = (args) => {
  const shapes = args.tensors('tensors').map((tensor) => tensor?.shape);
  const filled = shapes.filter((shape) => !(shape?.length === 1 && shape[0] === 0));
  const [one] = filled;
  const axis = axisOf(args.int('dim') ?? 0, one?.length ?? 0);
  if (!one || axis === undefined) return undefined;
  const along = known(filled.map((shape) => shape?.[axis]));
  return along && replaced(one, axis, sum(along));
};

const stacked: ShapeOf = (args) => {
  const list = args.tensors('tensors');
  const shape = list[0]?.shape;
  const axis = axisOf(args.int('dim') ?? 0, (shape?.length ?? 0) + 1);
  return shape && axis !== undefined
    ? [...shape.slice(0, axis), list.length, ...shape.slice(axis)]
    : undefined;
};

const expanded: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const wanted = args.dims('size');
  if (!shape || !wanted) return undefined;
  const lead = wanted.length - shape.length;
  return known(wanted.map((dim, axis) => (typeof dim === 'number' && dim < 0 ? shape[axis - lead] : dim)));
};

const repeated: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const times = known(args.dims('repeats') ?? args.dims('dims'));
  if (!shape || !times) return undefined;
  const rank = Math.max(times.length, shape.length);
  const [own, by] = [shape, times].map((list) => [
    ...new Array<Dim>(rank - list.length).fill(1),
    ...list,
  ]) as [Dim[], Dim[]];
  return own.map((dim, axis) => multiply(dim, by[axis]!));
};

const padded: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const sides = known(args.dims('pad') ?? args.dims('padding'));
  if (!shape || !sides) return undefined;
  return shape.map((dim, axis) => {
    const at = 2 * (shape.length - 1 - axis);
    return sum([dim, sides[at] ?? 0, sides[at + 1] ?? 0]);
  });
};

const ranged: ShapeOf = (args) => {
  const start = args.has('start') ? args.dim('start') : 0;
  const [end, step] = [args.dim('end'), args.has('step') ? args.int('step') : 1];
  if (start === undefined || end === undefined || !step) return undefined;
  return [floorDivide(add(subtract(end, start), step - Math.sign(step)), step)];
};

const embedded: ShapeOf = (args) => {
  const [indices, weight] = [args.tensor('indices')?.shape, args.tensor('weight')?.shape];
  return indices && weight ? [...indices, ...weight.slice(1)] : undefined;
};

/** Places by lists of indices: of the axes that have one, what these broadcast to stands in the place of the first. */
const indexed: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const indices = args.tensors('indices');
  const given = indices.flatMap((index, axis) => (index ? [axis] : []));
  if (!shape || given.length === 0 || indices.some((index) => index?.dtype === 'bool')) return undefined;
  const together = broadcast(given.map((axis) => indices[axis]!.shape));
  const areNeighbours = given.every((axis, i) => i === 0 || axis === given[i - 1]! + 1);
  const rest = shape.filter((_, axis) => !given.includes(axis));
  const at = areNeighbours ? given[0]! : 0;
  return together && [...rest.slice(0, at), ...together, ...rest.slice(at)];
};

const attention: ShapeOf = (args) => {
  const [query, value] = [args.tensor('query')?.shape, args.tensor('value')?.shape];
  const width = value?.at(-1);
  return query && width !== undefined ? [...query.slice(0, -1), width] : undefined;
};

const resized: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  if (!shape || shape.length < 3) return undefined;
  const wanted = args.has('output_size') ? args.dims('output_size') : undefined;
  if (wanted) return known([...shape.slice(0, 2), ...wanted]);
  const list = args.given.get('scale_factors');
  const factors =
    list?.kind === 'list' ? list.items.map((one) => (one.kind === 'float' ? one.value : undefined)) : [];
  const spatial = shape.slice(2).map((dim, i): Dim | undefined => {
    const factor = factors[i];
    if (factor === undefined) return undefined;
    if (Number.isInteger(factor)) return multiply(dim, factor);
    return typeof dim === 'number' ? Math.floor(dim * factor) : undefined;
  });
  return known([...shape.slice(0, 2), ...spatial]);
};

const adapted: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const wanted = args.dims('output_size');
  return shape && wanted ? known([...shape.slice(0, -wanted.length), ...wanted]) : undefined;
};

/** The sum of products that letters describe: `bij,bjk->bik`. */
const summed: ShapeOf = (args) => {
  const equation = args.given.get('equation');
  const [left = '', right] = equation?.kind === 'text' ? equation.value.replaceAll(' ', '').split('->') : [];
  const sizes = new Map<string, Dim>();
  left.split(',').forEach((letters, i) => {
    const shape = args.tensors('tensors')[i]?.shape;
    if (shape?.length === letters.length)
      [...letters].forEach((letter, axis) => sizes.set(letter, shape[axis]!));
  });
  return right === undefined ? undefined : known([...right].map((letter) => sizes.get(letter)));
};

const shuffled: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const factor = args.int('upscale_factor');
  const [channels, height, width] = shape?.slice(-3) ?? [];
  if (!shape || !factor || channels === undefined || height === undefined || width === undefined)
    return undefined;
  const inner = [floorDivide(channels, factor * factor), multiply(height, factor), multiply(width, factor)];
  return [...shape.slice(0, -3), ...inner];
};

const rules = new Map<string, ShapeOf>();
const rule = (names: readonly string[], shapeOf: ShapeOf): void =>
  names.forEach((name) => rules.set(name, shapeOf));
const ofInput: ShapeOf = (args) => first(args)?.shape;

rule(table.same, ofInput);
rule([...table.broadcast, ...table.comparisons], (args) => broadcast(args.all().map(({ shape }) => shape)));
rule(table.reductions, reduced);
rule(table.pools, pooled);
rule(table.convolutions, convolved);
rule(table.adaptive, adapted);
rule(table.resized, resized);
rule(table.made, (args) => known(args.dims('size')));
rule(['linear'], linear);
rule(['matmul'], (args) => matmul(args.tensor('self')?.shape, args.tensor('other')?.shape));
rule(['mm', 'bmm'], (args) => matmul(args.tensor('self')?.shape, args.tensor('mat2')?.shape));
rule(['addmm'], (args) => matmul(args.tensor('mat1')?.shape, args.tensor('mat2')?.shape));
rule(['baddbmm'], (args) => matmul(args.tensor('batch1')?.shape, args.tensor('batch2')?.shape));
rule(['view', 'reshape', '_unsafe_view'], (args) =>
  viewed(first(args)?.shape, args.dims('size') ?? args.dims('shape')),
);
rule(['view_as', 'expand_as'], (args) => args.tensor('other')?.shape);
rule(['slice'], sliced);
rule(['narrow'], narrowed);
rule(['select'], without);
rule(['squeeze'], squeezed);
rule(['unsqueeze'], unsqueezed);
rule(['transpose'], swapped);
rule(['t', 'numpy_T'], (args) => first(args)?.shape?.toReversed());
rule(['permute'], permuted);
rule(['flatten'], flattened);
rule(['unflatten'], unflattened);
rule(['cat'], joined);
rule(['stack'], stacked);
rule(['expand', 'broadcast_to'], expanded);
rule(['repeat', 'tile'], repeated);
rule(['pad', 'constant_pad_nd', 'reflection_pad1d', 'reflection_pad2d', 'replication_pad2d'], padded);
rule(['arange'], ranged);
rule(['embedding'], embedded);
rule(['index'], indexed);
rule(['gather'], (args) => args.tensor('index')?.shape);
rule(['index_select'], (args) => {
  const [shape, index] = [first(args)?.shape, args.tensor('index')?.shape];
  const axis = axisOf(args.int('dim'), shape?.length ?? 0);
  return shape && index && axis !== undefined ? replaced(shape, axis, index[0] ?? 1) : undefined;
});
rule(['scaled_dot_product_attention'], attention);
rule(['einsum'], summed);
rule(['pixel_shuffle'], shuffled);
rule(['scalar_tensor'], () => []);
rule(['diff'], (args) => {
  const shape = first(args)?.shape;
  const axis = axisOf(args.int('dim') ?? -1, shape?.length ?? 0);
  const isExtended = args.has('prepend') !== args.has('append');
  if (!shape || axis === undefined) return undefined;
  return isExtended ? shape : replaced(shape, axis, subtract(shape[axis]!, args.int('n') ?? 1));
});
rule(['glu'], (args) => {
  const shape = first(args)?.shape;
  const axis = axisOf(args.int('dim') ?? -1, shape?.length ?? 0);
  return shape && axis !== undefined ? replaced(shape, axis, floorDivide(shape[axis]!, 2)) : undefined;
});

/** Operators whose results have a type of their own. */
const typed: Readonly<Record<string, (args: Arguments) => DataType | undefined>> = {
  type_as: (args) => args.tensor('other')?.dtype,
  to: (args) => (args.has('other') ? args.tensor('other') : first(args))?.dtype,
  embedding: (args) => args.tensor('weight')?.dtype,
  where: (args) => promoted(args.all().filter((tensor) => tensor !== args.tensor('condition'))),
  arange: (args) => ([...args.given.values()].some(({ kind }) => kind === 'float') ? 'float' : 'int64'),
};

function dtypeOf(args: Arguments, name: string): DataType | undefined {
  const stated = typeOfCode(args.int('dtype')) ?? entryOf(results, name);
  if (stated) return stated;
  if (table.comparisons.includes(name)) return 'bool';
  const own = entryOf(typed, name);
  if (own) return own(args);
  const tensors = args.all();
  if (tensors.length === 0) return table.made.includes(name) ? 'float' : undefined;
  const isJoint = table.broadcast.includes(name) || name === 'cat' || name === 'stack';
  const dtype = isJoint ? promoted(tensors) : first(args)?.dtype;
  return fractions.has(name) && dtype !== undefined && !floats.has(dtype) ? 'float' : dtype;
}

/** Results of an operator that gives several. */
const several: Readonly<Record<string, (args: Arguments) => Results | undefined>> = {
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

/** Types of the results of an operator; of one that nobody knows here only that it gives one. */
export function resultsOf(name: string, args: Arguments): Results {
  const found = entryOf(several, name)?.(args);
  if (found) return found;
  const shape = rules.get(name)?.(args, name);
  const dtype = dtypeOf(args, name);
  return { types: [{ dtype, shape: shape?.every(isSize) ? shape : undefined }], form: 'one' };
}

const isSize = (dim: Dim): boolean => typeof dim !== 'number' || (dim >= 0 && Number.isSafeInteger(dim));
