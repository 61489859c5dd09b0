import table from '../inputShapes.json';
import type { NodeContext } from '../rule';
import { normalizeAxis } from '../shared';
import { layerChecks } from './layers';
import { indexChecks } from './indices';
import { hasWholePast } from './attention';
import { valueAt } from './demands';
import { checkShapes } from './patterns';
import {
  checkAmong,
  checkAxes,
  checkAxis,
  checkLeast,
  checkLength,
  checkMultiple,
  checkSameType,
  checkSingle,
  checkSize,
  hasRank,
  hasRankOf,
  inputText,
  type NodeCheck,
} from './terms';
import { outputLength, windowChecks } from './windows';

/** Patterns by input; `sizes` are those that formulas state, `when` the condition under which the patterns hold. */
interface Shapes {
  readonly when?: string;
  readonly inputs: readonly (string | null)[];
  readonly sizes?: Readonly<Record<string, string>>;
}

/** The pattern of an input; none where it is left out. */
function ifGiven(context: NodeContext, input: number, pattern: string | undefined): string | undefined {
  return context.hasInput(input) ? pattern : undefined;
}

/** Sizes that formulas state, where these come to a size. */
function statedSizes(context: NodeContext, sizes: Readonly<Record<string, string>>): Record<string, number> {
  const stated = Object.entries(sizes).flatMap(([name, formula]) => {
    const size = valueAt(context, formula);
    return typeof size === 'number' && Number.isInteger(size) && size > 0 ? [[name, size] as const] : [];
  });
  return Object.fromEntries(stated);
}

const shaped =
  (rows: Shapes | readonly Shapes[]): NodeCheck =>
  (context) => {
    for (const { when, inputs, sizes = {} } of [rows].flat() as readonly Shapes[]) {
      if (when !== undefined && valueAt(context, when) !== true) continue;
      const patterns = inputs.map((pattern, at) => ifGiven(context, at, pattern ?? undefined));
      checkShapes(context, patterns, statedSizes(context, sizes));
    }
  };

/** So many dimensions an input may have. */
const ranked =
  (ranks: Readonly<Record<string, readonly number[]>>): NodeCheck =>
  (context) => {
    for (const [input, allowed] of Object.entries(ranks))
      if (context.hasInput(Number(input))) hasRankOf(context, Number(input), allowed);
  };

/** The last dimension of an input holds so many heads. */
const headed =
  (inputs: readonly (readonly [number, string])[]): NodeCheck =>
  (context) => {
    for (const [input, name] of inputs) {
      const shape = context.shape(input);
      checkLeast(context, name, 1);
      if (shape?.length !== 3) continue;
      checkMultiple(context, `“${context.node.inputs[input]}”[2]`, shape[2], context.int(name), name);
    }
  };

/** The width of a row of packed weights: K numbers in blocks, each of so many bits (MatMulNBits). */
function checkBlocks(context: NodeContext): void {
  checkAmong(context, 'bits', 2, 4, 8);
  for (const name of ['K', 'N']) checkLeast(context, name, 1);
  checkLeast(context, 'block_size', 16);
  const [k, n] = [context.int('K', 0), context.int('N', 0)];
  const [size, bits] = [context.int('block_size', 0), context.int('bits', 4)];
  if (k <= 0 || n <= 0 || size <= 0) return;
  const blocks = Math.ceil(k / size);
  const known = { K: k, N: n, blocks, bytes: Math.ceil((size * bits) / 8) };
  const weights = ifGiven(context, 1, 'N blocks bytes');
  const scales = context.rank(2) === 2 ? 'N blocks' : undefined;
  checkShapes(
    context,
    ['d... K', weights, scales, undefined, ifGiven(context, 4, 'k'), ifGiven(context, 5, 'N')],
    known,
  );
  if (context.rank(2) === 1) checkSize(context, 2, 0, n * blocks, `N × ⌈K / block_size⌉`);
}

/** Query, keys and values apart: the bias is for all three, the cache has the heads of both. */
const multiHead =
  (bias: number, past: number) =>
  (context: NodeContext): void => {
    hasWholePast(context, past);
    if (context.rank(0) !== 3 || !context.hasInput(1)) return;
    if (!context.hasInput(2)) return void hasRank(context, 1, 5);
    if (!hasRank(context, 1, 3, 4) || !hasRank(context, 2, context.rank(1) ?? 3)) return;
    const cached = (input: number, width: string) => [input, `B N P ${width}`] as const;
    const cache = [cached(past, 'w'), cached(past + 1, 'x')].filter(([input]) => context.hasInput(input));
    const heads = context.int('num_heads', 0);
    const [key, value] = context.rank(1) === 3 ? ['B L D', 'B L V'] : ['B N L h', 'B N L v'];
    const known = heads > 0 ? { N: heads } : {};
    const patterns: (string | undefined)[] = ['B S D', key, value];
    for (const [input, pattern] of cache) patterns[input] = pattern;
    checkShapes(context, Array.from(patterns), known);
    const [width, values] = [context.shape(0)?.[2], context.shape(2)?.[2]];
    if (!context.hasInput(bias) || !hasRank(context, bias, 1) || context.rank(1) !== 3) return;
    if (typeof width === 'number' && typeof values === 'number')
      checkSize(
        context,
        bias,
        0,
        2 * width + values,
        `2 × ${inputText(context, 0)}, ${inputText(context, 2)}`,
      );
  };

/**
 * Several heads of the query share one of keys, of its width; values may be of another. Without keys and values the query has all
 * three packed.
 */
function checkGrouped(context: NodeContext): void {
  const [heads, groups] = [context.int('num_heads', 0), context.int('kv_num_heads', 0)];
  if (heads < 1 || groups < 1) return;
  checkMultiple(context, 'num_heads', heads, groups, 'kv_num_heads');
  const [query, key] = [context.shape(0)?.[2], context.shape(1)?.[2]];
  const isPacked = !context.hasInput(1);
  const all = isPacked ? heads + 2 * groups : heads;
  const name = isPacked ? 'num_heads + 2 × kv_num_heads' : 'num_heads';
  if (context.rank(0) === 3 && query !== undefined)
    checkMultiple(context, `“${context.node.inputs[0]}”[2]`, query, all, name);
  if (context.hasInput(1) && typeof query === 'number' && typeof key === 'number' && context.rank(1) === 3)
    checkSize(context, 1, 2, (query / heads) * groups, `kv_num_heads × ${inputText(context, 0)} / num_heads`);
  const batch = context.shape(0)?.[0];
  if (context.rank(5) === 1 && typeof batch === 'number')
    checkSize(context, 5, 0, batch, inputText(context, 0));
}

/** Input, weights, bias and state of a convolution over time, where channels come first. */
function checkConvState(context: NodeContext): void {
  const isPlain = [
    'channels_last',
    'state_length',
    'state_window',
    'input_channels',
    'state_channels_last',
  ].every((name) => context.int(name, 0) === 0);
  if (!isPlain || context.int('ndim', 1) !== 1) return;
  const kernel = context.shape(1)?.[2];
  const kept = typeof kernel === 'number' ? (kernel - 1) * context.int('dilation', 1) : undefined;
  checkShapes(context, ['B C L', 'C 1 k', ifGiven(context, 2, 'C'), ifGiven(context, 3, 'B C kept')], {
    kept,
  });
}

/**
 * Scales have the rank of what they scale and one number for each block of one axis; of types in bytes several values share one.
 * Zero points stand as the values do.
 */
function checkGatherBlocks(context: NodeContext): void {
  const data = context.shape(0);
  if (data === undefined) return;
  for (const name of ['gather_axis', 'quantize_axis'])
    checkAxis(context, name === 'gather_axis' ? 0 : 1, 0, name);
  for (const input of [2, 3]) if (context.hasInput(input) && !hasRank(context, input, data.length)) return;
  const axis = normalizeAxis(context.int('quantize_axis', 1), data.length);
  const [block, type] = [context.int('block_size', 128), context.dtype(0)];
  if (block <= 0 || !(type === 'uint8' || type === 'uint4' || type === 'int4')) return;
  const perByte = type === 'uint8' ? 8 / context.int('bits', 4) : 1;
  data.forEach((size, at) => {
    if (typeof size !== 'number') return;
    const values = at === data.length - 1 ? size * perByte : size;
    const blocks = at === axis ? Math.ceil(values / block) : values;
    checkSize(context, 2, at, blocks, inputText(context, 0));
    const points = at === data.length - 1 ? Math.ceil(blocks / perByte) : blocks;
    checkSize(context, 3, at, points, inputText(context, 0));
  });
}

/** Heads divide what the weights give. */
function checkPackedHeads(context: NodeContext): void {
  checkLength(context, 'qkv_hidden_sizes', 3, 'Q, K, V');
  if (context.has('qkv_hidden_sizes')) return;
  const [width, heads] = [context.shape(1)?.[1], context.int('num_heads', 0)];
  if (heads > 0) checkMultiple(context, `“${context.node.inputs[1]}”[1]`, width, 3 * heads, '3 × num_heads');
}

/** Streams of several branches side by side, with one gate for each branch or for each number; the block's own output has none. */
const gated =
  (block: number | undefined, gate: number): NodeCheck =>
  (context) => {
    const streams = context.rank(0);
    if (streams === undefined || context.int('num_branches', 0) !== 0) return;
    const patterns: (string | undefined)[] = ['d... C H'];
    if (block !== undefined) patterns[block] = 'd... H';
    if (!hasRank(context, gate, streams - 1, streams)) return;
    patterns[gate] = context.rank(gate) === streams ? 'd... C g' : 'd... C';
    checkShapes(context, Array.from(patterns));
  };

/** Behind scale and zero point of the result stand data, scale and zero point of each operand. */
function checkQuantizedConcat(context: NodeContext): void {
  const left = (context.inputCount - 2) % 3;
  if (left !== 0) {
    context.report('error', 'needed', { name: 'scale, zero_point', reason: `inputs: ${context.inputCount}` });
    return;
  }
  const rank = context.rank(2);
  const axis = normalizeAxis(context.int('axis', 0), rank ?? 0);
  checkAxes(context, [context.int('axis', 0)], { name: 'axis', input: 2 });
  for (let input = 0; input < context.inputCount; input++) {
    if (input < 2 || (input - 2) % 3 !== 0) {
      checkSingle(context, input);
      if ((input - 2) % 3 === 2) checkSameType(context, 1, input);
      continue;
    }
    checkSameType(context, 1, input);
    if (rank !== undefined && hasRank(context, input, rank))
      context.shape(2)?.forEach((size, at) => {
        if (typeof size === 'number' && at !== axis)
          checkSize(context, input, at, size, inputText(context, 2));
      });
  }
}

/** Three rows of positions: time, height and width. */
function checkThreeRows(context: NodeContext): void {
  if (!hasRank(context, 0, 3, 4)) return;
  const x = context.rank(0) === 4 ? 'B N S w' : 'B S w';
  checkShapes(context, [x, '3 B S', 'M half', 'M half']);
}

/** Positions are one offset, or one for each token; half of what is rotated is in each cache. */
function checkRotary(context: NodeContext): void {
  if (!hasRank(context, 0, 3, 4) || !hasRank(context, 1, 0, 1, 2)) return;
  checkShapes(context, [undefined, undefined, 'M half', 'M half']);
  const [x, positions] = [context.shape(0), context.shape(1)];
  if (context.rank(1) === 1) checkSize(context, 1, 0, 1, '1');
  if (!x || positions?.length !== 2) return;
  const [batch, length] = [x[0], x[x.length === 4 ? 2 : 1]];
  if (typeof batch === 'number') checkSize(context, 1, 0, batch, inputText(context, 0));
  if (typeof length === 'number') checkSize(context, 1, 1, length, inputText(context, 0));
}

/** What is added has the shape of the result. */
function checkSum(context: NodeContext): void {
  const [x, weights] = [context.shape(0), context.shape(1)];
  if (!x || !weights || !context.hasInput(3) || context.string('auto_pad', 'NOTSET') !== 'NOTSET') return;
  if (!hasRank(context, 3, x.length)) return;
  weights.slice(2).forEach((kernel, at) => {
    const length = outputLength(context, at, kernel);
    if (length !== undefined) checkSize(context, 3, at + 2, length, inputText(context, 0));
  });
}

function named<T>(rows: object, check: (row: T) => NodeCheck): Readonly<Record<string, NodeCheck>> {
  const entries = Object.entries(rows as Readonly<Record<string, T>>);
  return Object.fromEntries(entries.map(([name, row]) => [`${table.domain}.${name}`, check(row)]));
}

const standard = new Map(Object.entries({ ...windowChecks, ...layerChecks, ...indexChecks }));

/** Operators of ONNX Runtime's own domain, by `inputShapes.json`; each is one group, since an operator may stand in several. */
export const contribChecks: readonly Readonly<Record<string, NodeCheck>>[] = [
  named(table.shapes, (rows: Shapes | readonly Shapes[]) => shaped(rows)),
  named(table.single, (inputs: readonly number[]) => (context) => {
    for (const input of inputs) if (context.hasInput(input)) checkSingle(context, input);
  }),
  named(table.ranks, (ranks: Readonly<Record<string, readonly number[]>>) => ranked(ranks)),
  named(table.alike, (name: string) => standard.get(name)!),
  named(table.multiples, (inputs: readonly (readonly [number, string])[]) => headed(inputs)),
  {
    [`${table.domain}.MatMulNBits`]: checkBlocks,
    [`${table.domain}.FusedConv`]: checkSum,
    [`${table.domain}.RotaryEmbedding`]: checkRotary,
    [`${table.domain}.HyperConnectionPreMix`]: gated(undefined, 1),
    [`${table.domain}.HyperConnectionPostMix`]: gated(1, 2),
    [`${table.domain}.MRotaryEmbedding`]: checkThreeRows,
    [`${table.domain}.QLinearConcat`]: checkQuantizedConcat,
    [`${table.domain}.MultiHeadAttention`]: multiHead(3, 6),
    [`${table.domain}.DecoderMaskedMultiHeadAttention`]: multiHead(10, 5),
    [`${table.domain}.GroupQueryAttention`]: checkGrouped,
    [`${table.domain}.CausalConvWithState`]: checkConvState,
    [`${table.domain}.GatherBlockQuantized`]: checkGatherBlocks,
    [`${table.domain}.Attention`]: checkPackedHeads,
    [`${table.domain}.QAttention`]: checkPackedHeads,
  },
];
