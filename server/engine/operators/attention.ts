import { byteLength, elementCount } from '../graph/dataTypes';
import { add, floorDivide, multiply, type Dim } from '../graph/dim';
import type { Shape } from '../graph/model';
import { activationWork } from './activations';
import {
  attendedBetween,
  attendedKeys,
  attentionWork,
  type AttentionMask,
  type AttentionSizes,
} from './attentionWork';
import { sameType, sharper } from './helpers';
import type { NodeContext, OperatorRule, WorkContext } from './rule';

interface HeadShape {
  readonly batch: Dim | undefined;
  readonly heads: Dim | undefined;
  readonly length: Dim | undefined;
  readonly size: Dim | undefined;
}

const unknownHeads: HeadShape = { batch: undefined, heads: undefined, length: undefined, size: undefined };

/** Batch, heads, length and head size of [batch, heads, length, size] or [batch, length, heads·size]. */
function headShape(shape: Shape | undefined, heads: number | undefined): HeadShape {
  if (shape?.length === 4) return { batch: shape[0], heads: shape[1], length: shape[2], size: shape[3] };
  if (shape?.length !== 3 || shape[2] === undefined) return unknownHeads;
  const size = heads === undefined || heads === 0 ? undefined : floorDivide(shape[2], heads);
  return { batch: shape[0], heads, length: shape[1], size };
}

/** How Q, K and V of an Attention are laid out. */
function headShapes(context: NodeContext | WorkContext): Readonly<Record<'q' | 'k' | 'v', HeadShape>> {
  const kvHeads = context.int('kv_num_heads');
  return {
    q: headShape(context.shape(0), context.int('q_num_heads')),
    k: headShape(context.shape(1), kvHeads),
    v: headShape(context.shape(2), kvHeads),
  };
}

const defined = (dims: readonly (Dim | undefined)[]): Dim[] | undefined => {
  const known = dims.filter((dim) => dim !== undefined);
  return known.length === dims.length ? known : undefined;
};

/** Y is laid out as Q is, with V's head size. */
function attendedShape(q: HeadShape, v: HeadShape, isPacked: boolean): Shape | undefined {
  if (!isPacked) return defined([q.batch, q.heads, q.length, v.size]);
  if (q.heads === undefined || v.size === undefined) return undefined;
  return defined([q.batch, q.length, multiply(q.heads, v.size)]);
}

/** Past and new keys of an Attention. */
function totalLength(context: NodeContext, k: HeadShape, v: HeadShape): Dim | undefined {
  const past = context.hasInput(4) ? context.shape(4)?.[2] : 0;
  const length = sharper(k.length, v.length);
  return length === undefined || past === undefined ? undefined : add(past, length);
}

/**
 * Attention from opset 23 on: Y, and where they are asked for, present keys and values, and the scores.
 * Source: ONNX operator specification, Attention-23 to 25.
 */
function inferAttention(context: NodeContext): void {
  const { q, k, v } = headShapes(context);
  const total = totalLength(context, k, v);
  const dtype = context.dtype(0);
  context.setTensor(0, dtype, attendedShape(q, v, context.rank(0) === 3));
  const batch = sharper(k.batch, q.batch);
  for (const [output, { heads, size }] of [k, v].entries()) {
    const present = output + 1;
    if (!context.hasOutput(present)) continue;
    context.setTensor(present, context.dtype(present) ?? dtype, defined([batch, heads, total, size]));
  }
  if (context.hasOutput(3)) context.setTensor(3, dtype, defined([q.batch, q.heads, q.length, total]));
}

/** Sizes of an Attention whose shapes are numbers. */
function attentionSizes(context: WorkContext): AttentionSizes {
  const number = (dim: Dim | undefined): number => (typeof dim === 'number' ? dim : 0);
  const { q, k, v } = headShapes(context);
  const past = context.hasInput(4) ? (context.shape(4)[2] ?? 0) : 0;
  return {
    batch: number(q.batch),
    heads: number(q.heads),
    kvHeads: number(k.heads),
    queryLength: number(q.length),
    keyLength: past + number(k.length),
    headSize: number(q.size),
    valueHeadSize: number(v.size),
  };
}

const attention: OperatorRule = {
  domain: '',
  name: 'Attention',
  operatorClass: 'attention',
  formula:
    'P = batch·heads·unmasked query-key pairs: matrix 2·P·(head + value head size); vector P·(4 softmax + 1 scale, + 1 mask, + 2 softcap); special P (+ P softcap); keys and values that no query attends are not read',
  infer: inferAttention,
  work(context) {
    const sizes = attentionSizes(context);
    // With an external cache (nonpad_kv_seqlen) the valid keys end at the last query; the buffer's length bounds them.
    const external = context.hasInput(6);
    const offset = sizes.keyLength - (external ? sizes.queryLength : newKeys(context));
    const mask: AttentionMask = {
      causal: context.int('is_causal', 0) !== 0,
      offset,
      left: context.int('left_window_size', -1),
      right: context.int('right_window_size', -1),
    };
    const work = attentionWork(sizes, mask, {
      bias: context.hasInput(3),
      softcap: context.float('softcap', 0) !== 0,
    });
    return { ...work, inputBytes: attendedBytes(context, sizes, mask) };
  },
};

/** Of keys and values, past ones first, those are read that a query attends. */
function attendedBytes(
  context: WorkContext,
  { queryLength, keyLength }: AttentionSizes,
  mask: AttentionMask,
): Readonly<Record<number, number>> {
  const attended = attendedKeys(queryLength, keyLength, mask);
  const past = context.hasInput(4) ? (context.shape(4)[2] ?? 0) : 0;
  const bytes: Record<number, number> = {};
  const read = (input: number, from: number, to: number): void => {
    const dtype = context.dtype(input);
    if (!context.hasInput(input) || dtype === undefined || to <= from) return;
    const share = attendedBetween(from, to, attended) / (to - from);
    bytes[input] = (byteLength(dtype, context.count(input)) ?? 0) * share;
  };
  for (const input of [4, 5]) read(input, 0, past);
  for (const input of [1, 2]) read(input, past, keyLength);
  return bytes;
}

/** New keys: the length axis of K in either layout. */
function newKeys(context: WorkContext): number {
  const shape = context.shape(1);
  return (shape.length === 4 ? shape[2] : shape[1]) ?? 0;
}

/** ai.onnx.preview FlexAttention: plain attention on 4-D tensors; its modifier graphs are not counted. */
const flexAttention: OperatorRule = {
  domain: 'ai.onnx.preview',
  name: 'FlexAttention',
  operatorClass: 'attention',
  formula: 'as Attention without mask; modifier graphs are not counted',
  infer(context) {
    const q = headShape(context.shape(0), undefined);
    const v = headShape(context.shape(2), undefined);
    context.setTensor(0, context.dtype(0), attendedShape(q, v, false));
  },
  work: (context) => attentionWork(attentionSizes(context)),
};

/**
 * Rotation of pairs: per pair 4 multiplications, 1 subtraction, 1 addition, so 3 per rotated element.
 * Source: ONNX operator specification, RotaryEmbedding-23.
 */
export function rotaryWork(elements: number, rotatedShare: number): { vector: number } {
  return { vector: 3 * elements * rotatedShare };
}

const rotaryEmbedding: OperatorRule = {
  domain: '',
  name: 'RotaryEmbedding',
  operatorClass: 'elementwise',
  formula: 'vector 3 per rotated element (4 ×, 1 +, 1 − per pair)',
  infer: (context) => sameType(context),
  work(context) {
    const shape = context.shape(0);
    const last = shape[shape.length - 1] ?? 0;
    const heads = context.int('num_heads', 0);
    const head = shape.length === 3 && heads > 0 ? last / heads : last;
    const rotary = context.int('rotary_embedding_dim', 0);
    return rotaryWork(context.count(0), rotary === 0 || head === 0 ? 1 : rotary / head);
  },
};

const linearRules = new Map([
  ['linear', { decay: 0, delta: false }],
  ['gated', { decay: 1, delta: false }],
  ['delta', { decay: 0, delta: true }],
  ['gated_delta', { decay: 1, delta: true }],
]);

/** What an update rule of a linear attention adds to k⊗v: a decay of the state (1 or 0), a correction by v − Sᵀk. */
export function linearRule(name: string): { readonly decay: number; readonly delta: boolean } {
  return linearRules.get(name) ?? { decay: 0, delta: false };
}

/**
 * Linear attention as the recurrence that its specification states, per token and kv head: k⊗v 2·dk·dv, for delta
 * rules Sᵀk 2·dk·dv more, the read-out qᵀS 2·dk·dv per query head (matrix); the decay of the state dk·dv and, for
 * delta rules, 2·dv for v − Sᵀk and β (vector); exp of the decay (special).
 * Source: ONNX operator specification, LinearAttention-27.
 */
const linearAttention: OperatorRule = {
  domain: '',
  name: 'LinearAttention',
  operatorClass: 'attention',
  formula:
    'per token: matrix 2·dk·dv·(Hq + Hkv, + Hkv delta); vector Hkv·dk·dv decay + Hkv·2·dv delta + Hq·dv scale; special |decay|',
  infer(context) {
    const q = context.shape(0);
    const k = context.shape(1);
    const v = context.shape(2);
    const qHeads = context.int('q_num_heads');
    const kvHeads = context.int('kv_num_heads');
    const dv = v?.[2] !== undefined && kvHeads ? floorDivide(v[2], kvHeads) : undefined;
    const dk = k?.[2] !== undefined && kvHeads ? floorDivide(k[2], kvHeads) : undefined;
    const width = dv !== undefined && qHeads !== undefined ? multiply(qHeads, dv) : undefined;
    context.setTensor(0, context.dtype(0), defined([q?.[0], q?.[1], width]));
    if (!context.hasOutput(1)) return;
    const state = context.shape(3) ?? defined([q?.[0], kvHeads, dk, dv]);
    context.setTensor(1, context.dtype(3) ?? context.dtype(0), state);
  },
  work(context) {
    const [batch = 0, steps = 0] = context.shape(0);
    const qHeads = context.int('q_num_heads', 1);
    const kvHeads = context.int('kv_num_heads', 1);
    const dk = (context.shape(1)[2] ?? 0) / kvHeads;
    const dv = (context.shape(2)[2] ?? 0) / kvHeads;
    const rule = linearRule(context.string('update_rule', 'gated_delta'));
    const tokens = batch * steps;
    const state = dk * dv;
    const { delta, decay } = rule;
    return {
      matrix: 2 * tokens * state * (qHeads + kvHeads * (delta ? 2 : 1)),
      vector: tokens * (kvHeads * state * decay + (delta ? 2 * kvHeads * dv : 0) + qHeads * dv),
      special: decay === 1 ? context.count(4) : 0,
    };
  },
};

/**
 * Stateful depthwise causal convolution: output × kernel multiply-accumulates, bias 1, SiLU 4 vector and 1 special per
 * element. Source: ONNX operator specification, CausalConvWithState-27.
 */
const causalConv: OperatorRule = {
  domain: '',
  name: 'CausalConvWithState',
  operatorClass: 'convolution',
  formula: 'matrix 2·|Y|·k; vector |Y| for a bias, 4·|Y| for silu; special |Y| for silu',
  infer(context) {
    sameType(context);
    if (!context.hasOutput(1)) return;
    const x = context.shape(0);
    const kernel = context.shape(1)?.[2];
    const state =
      context.shape(3) ?? defined([x?.[0], x?.[1], kernel === undefined ? undefined : add(kernel, -1)]);
    context.setTensor(1, context.dtype(3) ?? context.dtype(0), state);
  },
  work(context) {
    const [batch = 0, channels = 0, length = 0] = context.shape(0);
    const kernel = context.shape(1)[2] ?? 0;
    const elements = elementCount(context.shape(0));
    const activation = activationWork(context.string('activation', 'none'), elements);
    return {
      matrix: 2 * elements * kernel,
      vector: (context.hasInput(2) ? elements : 0) + activation.vector,
      special: activation.special,
      matrixShape: {
        kind: 'convolution',
        batch,
        groups: channels,
        inputChannels: channels,
        outputChannels: channels,
        inputSpatial: [length],
        outputSpatial: [length],
        kernel: [kernel],
        strides: [1],
        transposed: false,
      },
    };
  },
};

/** Attention and what comes with it. */
export const attentionOperators: readonly OperatorRule[] = [
  attention,
  flexAttention,
  rotaryEmbedding,
  linearAttention,
  causalConv,
];
