import { int, microsoft } from '../graphWriter';
import { asImage } from './conditions';
import {
  chunks,
  convolution,
  gelu,
  groupNorm,
  imageOfRows,
  layerNorm,
  linear,
  operate,
  pathOf,
  rowsOfImage,
  silu,
  type Net,
} from './net';

/** What blocks of a network of convolutions share. */
export interface Images {
  readonly net: Net;
  readonly groups: number;
  readonly epsilon: number;
  /** The row of the step of time, behind its activation, and its width; null: there is none. */
  readonly step: { readonly row: string; readonly width: number } | null;
}

interface Channels {
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * Two convolutions, each behind a norm and SiLU, with the step of time between them, around which the input is added.
 * Source: diffusers, models/resnet.py, `ResnetBlock2D`.
 */
export function residual(
  images: Images,
  module: string,
  image: string,
  { inputs, outputs }: Channels,
): string {
  const { net, groups, epsilon, step } = images;
  const path = pathOf(module);
  const behind = (name: string, value: string, channels: number): string =>
    silu(net, `${path}/${name}`, groupNorm(net, `${module}.${name}`, value, { channels, groups, epsilon }));
  let state = behind('norm1', image, inputs);
  state = convolution(net, `${module}.conv1`, state, { outputs, inputs, size: 3 });
  if (step) {
    const row = linear(net, `${module}.time_emb_proj`, step.row, [outputs, step.width]);
    state = operate(net, `${path}/step`, 'Add', [state, asImage(net, `${path}/step`, row)]);
  }
  state = behind('norm2', state, outputs);
  state = convolution(net, `${module}.conv2`, state, { outputs, inputs: outputs, size: 3 });
  const around =
    inputs === outputs
      ? image
      : convolution(net, `${module}.conv_shortcut`, image, { outputs, inputs, size: 1, pads: [0, 0] });
  return operate(net, `${path}/residual`, 'Add', [around, state]);
}

/** Half as high and wide, by a convolution that moves by two. */
export function halved(
  net: Net,
  module: string,
  image: string,
  { channels, pads }: { readonly channels: number; readonly pads: readonly [number, number] },
): string {
  const kernel = { outputs: channels, inputs: channels, size: 3, stride: 2, pads };
  return convolution(net, `${module}.downsamplers.0.conv`, image, kernel);
}

/** Twice as high and wide: each place four times, and a convolution. */
export function doubled(net: Net, module: string, image: string, channels: number): string {
  const at = `${module}.upsamplers.0`;
  const path = pathOf(at);
  const scales = net.writer.stored({
    name: `${path}/scales`,
    dtype: 'float',
    dims: [4],
    data: { place: 'none' },
    elements: [1, 1, 2, 2],
  });
  const attributes = [
    { name: 'mode', kind: 'string', value: 'nearest' } as const,
    { name: 'coordinate_transformation_mode', kind: 'string', value: 'asymmetric' } as const,
    { name: 'nearest_mode', kind: 'string', value: 'floor' } as const,
  ];
  const larger = operate(net, path, 'Resize', [image, '', scales], { attributes });
  return convolution(net, `${at}.conv`, larger, { outputs: channels, inputs: channels, size: 3 });
}

interface Rows {
  readonly queries: string;
  readonly others: string;
  readonly width: number;
  /** Width of what keys and values are made of. */
  readonly otherWidth: number;
  readonly heads: number;
  readonly hasBias: boolean;
}

function attention(net: Net, module: string, rows: Rows): string {
  const { queries, others, width, otherWidth, heads, hasBias } = rows;
  const query = linear(net, `${module}.to_q`, queries, [width, width], hasBias);
  const key = linear(net, `${module}.to_k`, others, [width, otherWidth], hasBias);
  const value = linear(net, `${module}.to_v`, others, [width, otherWidth], hasBias);
  const found = operate(net, pathOf(module), 'MultiHeadAttention', [query, key, value], {
    domain: microsoft,
    attributes: [int('num_heads', heads)],
  });
  return linear(net, `${module}.to_out.0`, found, [width, width]);
}

/** Attention of all places of an image to each other, around which the image is added. */
export function placesAttention(
  { net, groups, epsilon }: Images,
  module: string,
  image: string,
  width: number,
): string {
  const path = pathOf(module);
  const normed = groupNorm(net, `${module}.group_norm`, image, { channels: width, groups, epsilon });
  const rows = rowsOfImage(net, path, normed);
  const both = { queries: rows, others: rows, width, otherWidth: width, heads: 1, hasBias: true };
  const found = imageOfRows(net, path, attention(net, module, both), image);
  return operate(net, `${path}/residual`, 'Add', [found, image]);
}

/** The text that blocks attend to. */
export interface Text {
  readonly rows: string;
  readonly width: number;
}

interface Transformer {
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  /** Products before and behind the blocks are those of rows, not convolutions of one place. */
  readonly isLinear: boolean;
  readonly text: Text;
}

/** Blocks of a transformer over the places of an image. Source: diffusers, models/transformers/transformer_2d.py. */
export function transformer(
  { net, groups }: Images,
  module: string,
  image: string,
  kind: Transformer,
): string {
  const { width, layers, isLinear } = kind;
  const path = pathOf(module);
  const normed = groupNorm(net, `${module}.norm`, image, { channels: width, groups, epsilon: 1e-6 });
  const place = { outputs: width, inputs: width, size: 1, pads: [0, 0] as const };
  let rows = isLinear
    ? linear(net, `${module}.proj_in`, rowsOfImage(net, path, normed), [width, width])
    : rowsOfImage(net, path, convolution(net, `${module}.proj_in`, normed, place));
  for (let layer = 0; layer < layers; layer++)
    rows = block(net, `${module}.transformer_blocks.${layer}`, rows, kind);
  const back = isLinear
    ? imageOfRows(net, path, linear(net, `${module}.proj_out`, rows, [width, width]), image)
    : convolution(net, `${module}.proj_out`, imageOfRows(net, path, rows, image), place);
  return operate(net, `${path}/residual`, 'Add', [back, image]);
}

/** Attention to itself, attention to the text, and a gated network. */
function block(net: Net, module: string, rows: string, { width, heads, text }: Transformer): string {
  const path = pathOf(module);
  const add = (name: string, state: string, value: string): string =>
    operate(net, `${path}/${name}`, 'Add', [value, state]);
  const same = { width, heads, hasBias: false };
  const first = layerNorm(net, `${module}.norm1`, rows, width);
  const own = attention(net, `${module}.attn1`, {
    ...same,
    queries: first,
    others: first,
    otherWidth: width,
  });
  const middle = add('first', rows, own);
  const second = layerNorm(net, `${module}.norm2`, middle, width);
  const given = { ...same, queries: second, others: text.rows, otherWidth: text.width };
  const last = add('second', middle, attention(net, `${module}.attn2`, given));
  const read = layerNorm(net, `${module}.norm3`, last, width);
  const both = linear(net, `${module}.ff.net.0.proj`, read, [8 * width, width]);
  const at = `${path}/ff`;
  const [value, gate] = chunks(net, at, both, 2);
  const open = operate(net, at, 'Mul', [value!, gelu(net, at, gate!, 'none')]);
  return add('third', last, linear(net, `${module}.ff.net.2`, open, [width, 4 * width]));
}
