import type { NodeContext } from '../rule';
import { checkShapes } from './patterns';
import {
  checkLeast,
  checkMultiple,
  checkSameType,
  checkSize,
  hasRank,
  inputText,
  type NodeCheck,
} from './terms';

function checkRotary(context: NodeContext): void {
  if (!hasRank(context, 0, 3, 4)) return;
  checkLeast(context, 'num_heads', 0);
  const [shape, heads] = [context.shape(0), context.int('num_heads', 0)];
  if (shape?.length === 3 && heads === 0) {
    context.report('error', 'needed', { name: 'num_heads', reason: inputText(context, 0) });
    return;
  }
  const packed = shape?.[2];
  if (shape?.length === 3)
    checkMultiple(context, `“${context.node.inputs[0]}”[2]`, packed, heads, 'num_heads');
  const head = shape?.length === 3 && typeof packed === 'number' ? packed / heads : shape?.[3];
  const rotated = context.int('rotary_embedding_dim', 0) || (typeof head === 'number' ? head : 0);
  const half = rotated > 0 ? Math.floor(rotated / 2) : undefined;
  const x = shape?.length === 3 ? 'batch length packed' : 'batch heads length head';
  const caches = context.hasInput(3)
    ? ['rows half', 'rows half', 'batch length']
    : ['batch length half', 'batch length half'];
  checkShapes(context, [x, ...caches], { half });
}

function checkAttention(context: NodeContext): void {
  if (![0, 1, 2].every((input) => hasRank(context, input, 3, 4))) return;
  const rank = context.rank(0);
  if (rank === undefined) return;
  checkAttentionMore(context);
  if (rank === 4) {
    const stated = (name: string): number | undefined => {
      const heads = context.int(name, 0);
      return heads > 0 ? heads : undefined;
    };
    const known = { H: stated('q_num_heads'), K: stated('kv_num_heads') };
    checkShapes(context, ['N H L D', 'N K S D', 'N K S E'], known);
    checkHeads(context, context.shape(0)?.[1], context.shape(1)?.[1]);
    return;
  }
  for (const name of ['q_num_heads', 'kv_num_heads']) {
    checkLeast(context, name, 1);
    if (!context.has(name)) {
      context.report('error', 'needed', { name, reason: inputText(context, 0) });
      return;
    }
  }
  checkShapes(context, ['N L q', 'N S k', 'N S v']);
  checkPacked(context, ['q_num_heads', 'kv_num_heads', 'kv_num_heads']);
  checkHeads(context, context.int('q_num_heads'), context.int('kv_num_heads'));
}

/** A cache comes with keys, at this input, and values behind them, or not at all. */
export function hasWholePast(context: NodeContext, keys: number): boolean {
  const hasKeys = context.hasInput(keys);
  if (hasKeys === context.hasInput(keys + 1)) return true;
  const name = hasKeys ? 'past_value' : 'past_key';
  context.report('error', 'needed', { name, reason: inputText(context, hasKeys ? keys : keys + 1) });
  return false;
}

/** Of the product with the values the body of the operator demands one type; the cache comes whole or not at all. */
function checkAttentionMore(context: NodeContext): void {
  checkSameType(context, 0, 2);
  if (!hasWholePast(context, 4)) return;
  for (const input of [4, 5]) if (context.hasInput(input)) hasRank(context, input, 4);
  if (context.hasInput(3)) checkMask(context);
}

/** A mask spreads over batch, heads and queries; it has a column for each key, the cached ones included, at most. */
function checkMask(context: NodeContext): void {
  if (!hasRank(context, 3, 1, 2, 3, 4)) return;
  const axis = context.rank(0) === 4 ? 2 : 1;
  const mask = context.shape(3);
  const queries = context.shape(0)?.[axis];
  if (typeof queries === 'number' && mask && mask.length > 1 && mask.at(-2) !== 1)
    checkSize(context, 3, mask.length - 2, queries, `${inputText(context, 0)}[${axis}]`);
  const [keys, past] = [context.shape(1)?.[axis], context.hasInput(4) ? context.shape(4)?.[2] : 0];
  if (typeof keys !== 'number' || typeof past !== 'number' || !mask) return;
  const columns = mask.at(-1);
  if (typeof columns === 'number' && columns > keys + past)
    checkSize(context, 3, mask.length - 1, keys + past, inputText(context, 1));
}

function checkPacked(context: NodeContext, heads: readonly string[]): void {
  heads.forEach((name, input) => {
    const what = `“${context.node.inputs[input]}”[2]`;
    checkMultiple(context, what, context.shape(input)?.[2], context.int(name), name);
  });
}

/** Heads of the query share those of the keys. */
function checkHeads(context: NodeContext, query: unknown, key: unknown): void {
  if (typeof key === 'number') checkMultiple(context, 'q_num_heads', query, key, 'kv_num_heads');
}

/** Further inputs that each rule of updating needs. */
const linearRules: ReadonlyMap<string, readonly string[]> = new Map([
  ['gated', ['decay']],
  ['delta', ['beta']],
  ['gated_delta', ['decay', 'beta']],
]);

function checkLinearAttention(context: NodeContext): void {
  const heads = ['q_num_heads', 'kv_num_heads', 'kv_num_heads'];
  for (const name of heads) checkLeast(context, name, 1);
  checkHeads(context, context.int('q_num_heads'), context.int('kv_num_heads'));
  const rule = context.string('update_rule', 'gated_delta');
  for (const [name, input] of [
    ['decay', 4],
    ['beta', 5],
  ] as const) {
    const isWanted = linearRules.get(rule)?.includes(name) === true;
    if (isWanted === context.hasInput(input) || (!isWanted && name === 'beta')) continue;
    const args = { name, reason: `update_rule = ${rule}` };
    context.report('error', isWanted ? 'needed' : 'not-allowed', args);
    return;
  }
  checkShapes(context, ['N L q', 'N L k', 'N L v', undefined, 'N L decay', 'N L beta']);
  checkPacked(context, heads);
  const [kv, key] = [context.int('kv_num_heads', 1), context.shape(1)?.[2]];
  const queries = context.int('q_num_heads', 1);
  if (typeof key === 'number')
    checkSize(context, 0, 2, (key / kv) * queries, `q_num_heads × ${inputText(context, 1)} / kv_num_heads`);
  checkLast(context, 4, [kv, typeof key === 'number' ? key : kv]);
  checkLast(context, 5, [1, kv]);
}

/** The last dimension of an input has to be one of a few. */
function checkLast(context: NodeContext, input: number, allowed: readonly number[]): void {
  const size = context.shape(input)?.at(-1);
  if (typeof size === 'number' && !allowed.includes(size))
    checkSize(context, input, (context.rank(input) ?? 1) - 1, allowed[0], allowed.join(' / '));
}

function checkCausalConvolution(context: NodeContext): void {
  const kernel = context.shape(1)?.[2];
  const known = { kept: typeof kernel === 'number' ? kernel - 1 : undefined };
  checkShapes(context, ['N C L', 'C 1 k', 'C', 'N C kept'], known);
}

/** Attention and what stands around it. Sources: ONNX operator specifications; where they leave a size open, ONNX Runtime's kernels. */
export const attentionChecks: Readonly<Record<string, NodeCheck>> = {
  RotaryEmbedding: checkRotary,
  Attention: checkAttention,
  LinearAttention: checkLinearAttention,
  CausalConvWithState: checkCausalConvolution,
};
