import { ceilDivide, floorDivide, add, multiply, sum, type Dim } from '../../../graph/dim';
import type { Attribute, Shape } from '../../../graph/model';
import type { Call } from '../call';
import { absent, type Value } from '../writer';

/** An image, a sound or a volume: its axes, wherever the channels stand. */
interface Space {
  readonly batch: Dim;
  readonly channels: Dim;
  readonly axes: Shape;
}

/** The axes of what a layer over `rank` axes is given; undefined where it is of another rank. */
function spaceOf(call: Call, rank: number, shape = call.shape): Space | undefined {
  if (shape?.length !== rank + 2) return undefined;
  const last = call.isChannelsLast;
  return {
    batch: shape[0]!,
    channels: last ? shape.at(-1)! : shape[1]!,
    axes: last ? shape.slice(1, -1) : shape.slice(2),
  };
}

function joined(call: Call, { batch, channels, axes }: Space): Shape {
  return call.isChannelsLast ? [batch, ...axes, channels] : [batch, channels, ...axes];
}

/** How many axes a class works over, as its name ends: `Conv2D`, `Conv3DTranspose`. */
const rankOf = (name: string): number => Number(/(\d)D/.exec(name)?.[1] ?? 2);

/** Places of a window on an axis. Source: keras/src/ops/operation_utils.py, compute_conv_output_shape. */
function slid(dim: Dim, window: number, stride: number, padding: string): Dim {
  if (padding !== 'valid') return ceilDivide(dim, stride);
  return add(floorDivide(add(dim, -window), stride), 1);
}

const extent = (size: number, dilation: number): number => dilation * (size - 1) + 1;

interface Window {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: string;
}

function windowOf(call: Call, rank: number): Window | undefined {
  const [size, strides, dilations] = [
    call.perAxis('kernel_size', rank),
    call.perAxis('strides', rank),
    call.perAxis('dilation_rate', rank),
  ];
  const isSound = (list: readonly number[] | undefined): list is readonly number[] =>
    list?.every((one) => one > 0) === true;
  if (!isSound(size) || !isSound(strides) || !isSound(dilations)) return undefined;
  return { size, strides, dilations, padding: call.text('padding', 'valid') };
}

function slidAll(axes: Shape, { size, strides, dilations, padding }: Window): Shape {
  return axes.map((dim, i) => slid(dim, extent(size[i]!, dilations[i]!), strides[i]!, padding));
}

/** An operand that the layer has where it is told to. */
function bias(call: Call, size: Dim | undefined): Value {
  return call.is('use_bias', true) ? call.weight('bias', size === undefined ? undefined : [size]) : absent;
}

export function convolution(call: Call): Value {
  const rank = rankOf(call.className);
  const [space, window, filters] = [spaceOf(call, rank), windowOf(call, rank), call.int('filters')];
  const groups = call.int('groups') ?? 1;
  const perGroup = typeof space?.channels === 'number' ? space.channels / groups : undefined;
  const kernel = call.weight('kernel', window && [...window.size, perGroup, filters]);
  const inputs = [call.x, kernel, bias(call, filters)];
  const shape =
    space && window && filters !== undefined
      ? joined(call, { ...space, channels: filters, axes: slidAll(space.axes, window) })
      : undefined;
  return call.activated(call.emit(shape, { inputs }));
}

/** Sizes that a transposed convolution gives. Source: keras/src/ops/operation_utils.py, compute_conv_transpose_output_shape. */
function spread(
  dim: Dim,
  i: number,
  { size, strides, dilations, padding }: Window,
  output: number | undefined,
): Dim {
  const [window, stride] = [extent(size[i]!, dilations[i]!), strides[i]!];
  if (output !== undefined) {
    const cut = padding === 'same' ? 2 * Math.floor(window / 2) : 0;
    return add(multiply(add(dim, -1), stride), window - cut + output);
  }
  return padding === 'same'
    ? multiply(dim, stride)
    : add(multiply(dim, stride), Math.max(window - stride, 0));
}

export function transposedConvolution(call: Call): Value {
  const rank = rankOf(call.className);
  const [space, window, filters] = [spaceOf(call, rank), windowOf(call, rank), call.int('filters')];
  const kernel = call.weight('kernel', window && [...window.size, filters, space?.channels]);
  const padding = call.value('output_padding') === undefined || call.value('output_padding') === null;
  const output = padding ? undefined : call.perAxis('output_padding', rank);
  const axes = window && space?.axes.map((dim, i) => spread(dim, i, window, output?.[i]));
  const shape =
    axes && filters !== undefined ? joined(call, { ...space!, channels: filters, axes }) : undefined;
  return call.activated(call.emit(shape, { inputs: [call.x, kernel, bias(call, filters)] }));
}

export function depthwiseConvolution(call: Call): Value {
  const rank = rankOf(call.className);
  const [space, window] = [spaceOf(call, rank), windowOf(call, rank)];
  const multiplier = call.int('depth_multiplier') ?? 1;
  const channels = space && multiply(space.channels, multiplier);
  const kernel = call.weight('kernel', window && [...window.size, space?.channels, multiplier]);
  const shape =
    space && window && joined(call, { ...space, channels: channels!, axes: slidAll(space.axes, window) });
  return call.activated(call.emit(shape, { inputs: [call.x, kernel, bias(call, channels)] }));
}

/** A convolution of each channel by itself, and one of single places over all of them. */
export function separableConvolution(call: Call): Value {
  const rank = rankOf(call.className);
  const [space, window, filters] = [spaceOf(call, rank), windowOf(call, rank), call.int('filters')];
  const multiplier = call.int('depth_multiplier') ?? 1;
  const between = space && multiply(space.channels, multiplier);
  const [deep, point] = [
    call.weight('depthwise_kernel', window && [...window.size, space?.channels, multiplier]),
    call.weight('pointwise_kernel', [...new Array<number>(rank).fill(1), between, filters]),
  ];
  const axes = space && window && slidAll(space.axes, window);
  const first = call.emit(axes && joined(call, { ...space, channels: between!, axes }), {
    operator: `DepthwiseConv${rank}D`,
    inputs: [call.x, deep],
    step: 'depthwise',
  });
  const last =
    axes && filters !== undefined ? joined(call, { ...space, channels: filters, axes }) : undefined;
  const ones = (name: string): Attribute => ({ name, kind: 'ints', value: new Array<number>(rank).fill(1) });
  const layout: Attribute = {
    name: 'data_format',
    kind: 'string',
    value: call.text('data_format', 'channels_last'),
  };
  return call.activated(
    call.emit(last, {
      operator: `Conv${rank}D`,
      inputs: [first, point, bias(call, filters)],
      attributes: [ones('kernel_size'), ones('strides'), layout],
      step: 'pointwise',
    }),
  );
}

export function pooling(
  call: Call,
  rank = rankOf(call.className),
  emitted: Parameters<Call['emit']>[1] = {},
): Value {
  const space = spaceOf(call, rank);
  const size = call.perAxis('pool_size', rank, 2);
  const strides =
    call.value('strides') === null || call.value('strides') === undefined
      ? size
      : call.perAxis('strides', rank);
  if (!space || !size || !strides?.every((stride) => stride > 0)) return call.emit(undefined, emitted);
  const padding = call.text('padding', 'valid');
  const axes = space.axes.map((dim, i) => slid(dim, size[i]!, strides[i]!, padding));
  return call.emit(joined(call, { ...space, axes }), emitted);
}

export function globalPooling(call: Call): Value {
  const rank = rankOf(call.className);
  const space = spaceOf(call, rank);
  if (!space) return call.emit(undefined);
  const isKept = call.is('keepdims');
  return call.emit(
    isKept
      ? joined(call, { ...space, axes: new Array<number>(rank).fill(1) })
      : [space.batch, space.channels],
  );
}

export function adaptivePooling(call: Call): Value {
  const rank = rankOf(call.className);
  const [space, axes] = [spaceOf(call, rank), call.perAxis('output_size', rank)];
  return call.emit(space && axes && joined(call, { ...space, axes }));
}

/** A list of what is added or taken before and behind each axis. */
function sides(call: Call, name: string, rank: number): readonly (readonly [number, number])[] | undefined {
  const list = call.list(name) ?? [call.int(name) ?? NaN];
  const all = list.length === 1 ? new Array<number>(2 * rank).fill(list[0]!) : list;
  if (all.length !== 2 * rank || all.some(Number.isNaN)) return undefined;
  return Array.from({ length: rank }, (_, i) => [all[2 * i]!, all[2 * i + 1]!]);
}

export function padding(call: Call): Value {
  const rank = rankOf(call.className);
  const [space, around] = [spaceOf(call, rank), sides(call, 'padding', rank)];
  const axes = around && space?.axes.map((dim, i) => sum([dim, ...around[i]!]));
  return call.emit(axes && joined(call, { ...space!, axes }));
}

export function cropping(call: Call): Value {
  const rank = rankOf(call.className);
  const [space, around] = [spaceOf(call, rank), sides(call, 'cropping', rank)];
  const axes = around && space?.axes.map((dim, i) => add(dim, -around[i]![0] - around[i]![1]));
  return call.emit(axes && joined(call, { ...space!, axes }));
}

export function upSampling(call: Call): Value {
  const rank = rankOf(call.className);
  const [space, size] = [spaceOf(call, rank), call.perAxis('size', rank)];
  const axes = size && space?.axes.map((dim, i) => multiply(dim, size[i]!));
  return call.emit(axes && joined(call, { ...space!, axes }));
}

/** A picture of a size of its own; one that has no batch stays without. */
export function sized(call: Call): Value {
  const [height, width] = [call.int('height'), call.int('width')];
  const { shape } = call;
  if (!shape || shape.length < 3 || height === undefined || width === undefined) return call.emit(undefined);
  const at = call.isChannelsLast ? shape.length - 3 : shape.length - 2;
  return call.emit(shape.map((dim, axis) => (axis === at ? height : axis === at + 1 ? width : dim)));
}

/** Filters over pictures of a sequence, with a state that is a picture of its own. */
export function convolutionalRecurrence(call: Call): readonly Value[] {
  const rank = rankOf(call.className);
  const { shape } = call;
  const [window, filters] = [windowOf(call, rank), call.int('filters')];
  const steps = shape?.[1];
  const space = shape && spaceOf(call, rank, [shape[0]!, ...shape.slice(2)]);
  const gates = filters === undefined ? undefined : 4 * filters;
  const inputs = [
    call.x,
    call.weight('kernel', window && [...window.size, space?.channels, gates]),
    call.weight('recurrent_kernel', window && [...window.size, filters, gates]),
    bias(call, gates),
  ];
  const isKnown = space !== undefined && window !== undefined && filters !== undefined && steps !== undefined;
  const state = isKnown
    ? joined(call, { ...space, channels: filters, axes: slidAll(space.axes, window) })
    : undefined;
  const result = call.is('return_sequences') && state ? [state[0]!, steps!, ...state.slice(1)] : state;
  return call.emitAll(call.is('return_state') ? [result, state, state] : [result], { inputs });
}
