import { known } from '../../shapes';
import { add, floorDivide, minimum, multiply, subtract, type Dim } from '../../../graph/dim';
import type { Arguments } from '../bind';
import table from '../shapes.json';
import { first, type ShapeOf } from './common';

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
export const convolved: ShapeOf = (args, name) => {
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

export const pooled: ShapeOf = (args) => {
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

export const adapted: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const wanted = args.dims('output_size');
  return shape && wanted ? known([...shape.slice(0, -wanted.length), ...wanted]) : undefined;
};

export const resized: ShapeOf = (args) => {
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

export const shuffled: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const factor = args.int('upscale_factor');
  const [channels, height, width] = shape?.slice(-3) ?? [];
  if (!shape || !factor || channels === undefined || height === undefined || width === undefined)
    return undefined;
  const inner = [floorDivide(channels, factor * factor), multiply(height, factor), multiply(width, factor)];
  return [...shape.slice(0, -3), ...inner];
};
