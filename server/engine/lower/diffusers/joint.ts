import { float, int, microsoft } from '../graphWriter';
import { gatedSum, modulated, modulation } from './conditions';
import { concat, gelu, linear, operate, parameter, pathOf, plainNorm, type Net } from './net';

/** Text and image side by side, each with weights of its own. */
export interface Streams {
  readonly text: string;
  readonly image: string;
}

/** What blocks of a transformer over text and image share. */
export interface Joint {
  readonly net: Net;
  readonly width: number;
  readonly heads: number;
  readonly condition: string;
  /** Cosines and sines that turn queries and keys by their positions; none where positions are added to the input. */
  readonly rotary: readonly [cosine: string, sine: string] | null;
  /** Queries and keys are normed by head. */
  readonly isNormed: boolean;
}

interface Rows {
  readonly query: string;
  readonly key: string;
  readonly value: string;
}

/** Names of a stream's products and norms in an attention. */
const imageNames = {
  query: 'to_q',
  key: 'to_k',
  value: 'to_v',
  queryNorm: 'norm_q',
  keyNorm: 'norm_k',
} as const;
const textNames = {
  query: 'add_q_proj',
  key: 'add_k_proj',
  value: 'add_v_proj',
  queryNorm: 'norm_added_q',
  keyNorm: 'norm_added_k',
} as const;

type Names = Readonly<Record<keyof typeof imageNames, string>>;

/** Queries, keys and values of one stream. */
function rowsOf({ net, width, heads, isNormed }: Joint, module: string, input: string, names: Names): Rows {
  const made = (part: 'query' | 'key' | 'value'): string =>
    linear(net, `${module}.${names[part]}`, input, [width, width]);
  const normed = (part: 'query' | 'key'): string => {
    const value = made(part);
    if (!isNormed) return value;
    const norm = `${module}.${names[`${part}Norm`]}`;
    return headNorm(net, norm, value, { heads, size: width / heads });
  };
  return { query: normed('query'), key: normed('key'), value: made('value') };
}

/** A norm of each head by its mean square, with one weight for all. */
function headNorm(
  net: Net,
  module: string,
  value: string,
  { heads, size }: { readonly heads: number; readonly size: number },
): string {
  const path = pathOf(module);
  const apart = net.writer.integers(`${path}/heads`, [0, 0, heads, size]);
  const rows = operate(net, `${path}/heads`, 'Reshape', [value, apart]);
  const weight = parameter(net, `${module}.weight`, [size]);
  const attributes = [int('axis', -1), float('epsilon', 1e-6)];
  const operator = 'SimplifiedLayerNormalization';
  const normed = operate(net, path, operator, [rows, weight], { attributes });
  const back = net.writer.integers(`${path}/rows`, [0, 0, heads * size]);
  return operate(net, `${path}/back`, 'Reshape', [normed, back]);
}

function attended({ net, heads, rotary }: Joint, path: string, { query, key, value }: Rows): string {
  const turned = (part: string, rows: string): string =>
    rotary === null
      ? rows
      : operate(net, `${path}/${part}`, 'RotaryEmbedding', [rows, ...rotary], {
          attributes: [int('interleaved', 1), int('num_heads', heads)],
        });
  const operands = [turned('query', query), turned('key', key), value];
  return operate(net, path, 'MultiHeadAttention', operands, {
    domain: microsoft,
    attributes: [int('num_heads', heads)],
  });
}

/** Attention of one stream to itself; `to_out` where it has a product behind it. */
export function ownAttention(joint: Joint, module: string, input: string, hasOutput: boolean): string {
  const { net, width } = joint;
  const found = attended(joint, pathOf(module), rowsOf(joint, module, input, imageNames));
  return hasOutput ? linear(net, `${module}.to_out.0`, found, [width, width]) : found;
}

interface JointAttention {
  readonly module: string;
  readonly isTextLast: boolean;
  /** What is made of the text's part: null where nothing behind it reads it. */
  readonly textOutput: string | null;
}

/** Attention of both streams to each other; the text's rows stand before or behind those of the image. */
export function jointAttention(
  joint: Joint,
  { text, image }: Streams,
  { module, isTextLast, textOutput }: JointAttention,
): { readonly text: string | null; readonly image: string } {
  const { net, width } = joint;
  const path = pathOf(module);
  const own = rowsOf(joint, module, image, imageNames);
  const added = rowsOf(joint, module, text, textNames);
  const order = isTextLast ? [own, added] : [added, own];
  const both = (part: keyof Rows): string =>
    concat(net, `${path}/joint_${part}`, [order[0]![part], order[1]![part]], 1);
  const found = attended(joint, path, { query: both('query'), key: both('key'), value: both('value') });
  const textRows = part(net, `${path}/text`, found, { of: text, isLast: isTextLast });
  const imageRows = part(net, `${path}/image`, found, { of: image, isLast: !isTextLast });
  return {
    image: linear(net, `${module}.to_out.0`, imageRows, [width, width]),
    text: textOutput === null ? null : linear(net, `${module}.${textOutput}`, textRows, [width, width]),
  };
}

/** As many rows of both streams as one of them has, from the beginning or the end. */
export function part(
  net: Net,
  path: string,
  rows: string,
  { of, isLast }: { readonly of: string; readonly isLast: boolean },
): string {
  const { writer } = net;
  const axis = writer.integers(`${path}/axis`, [1]);
  const length = operate(net, path, 'Shape', [of], { attributes: [int('start', 1), int('end', 2)] });
  const edge = writer.integers(`${path}/edge`, [isLast ? Number.MAX_SAFE_INTEGER : 0]);
  const bounds = isLast ? [operate(net, path, 'Neg', [length]), edge] : [edge, length];
  return operate(net, path, 'Slice', [rows, ...bounds, axis]);
}

/** A network with GELU between its two products, four times as wide. */
function network(net: Net, module: string, input: string, width: number): string {
  const up = linear(net, `${module}.net.0.proj`, input, [4 * width, width]);
  return linear(net, `${module}.net.2`, gelu(net, pathOf(module), up, 'tanh'), [width, 4 * width]);
}

/** A stream's norm, shifted and scaled by the condition. */
export function shiftedNorm(
  net: Net,
  path: string,
  value: string,
  rows: { readonly shift: string; readonly scale: string },
): string {
  return modulated(net, path, plainNorm(net, path, value), rows);
}

interface Residual {
  readonly module: string;
  readonly names: { readonly norm: string; readonly network: string };
  /** Gate of the attention; shift, scale and gate of the network. */
  readonly rows: readonly [gate: string, shift: string, scale: string, own: string];
}

/** What stands behind the attention of one stream: its gate, and a network with a gate. */
export function behindAttention(
  { net, width }: Joint,
  state: string,
  found: string,
  { module, names, rows }: Residual,
): string {
  const [gate, shift, scale, own] = rows;
  const sum = gatedSum(net, `${pathOf(module)}/${names.norm}/before`, state, { gate, value: found });
  const read = shiftedNorm(net, `${pathOf(module)}/${names.norm}`, sum, { shift, scale });
  const value = network(net, `${module}.${names.network}`, read, width);
  return gatedSum(net, `${pathOf(module)}/${names.network}`, sum, { gate: own, value });
}

/** The last norm and product of both models: rows of the image's patches. */
export function lastRows({ net, width, condition }: Joint, state: string, outputs: number): string {
  const [scale, shift] = modulation(net, 'norm_out', condition, { width, count: 2 });
  const normed = shiftedNorm(net, '/norm_out', state, { shift: shift!, scale: scale! });
  return linear(net, 'proj_out', normed, [outputs, width]);
}
