import { product, type Dim } from '../../../graph/dim';
import { kerasOperationDomain } from '../../../graph/domains';
import type { Attribute, Shape } from '../../../graph/model';
import { axisOf } from '../../shapes';
import { Call } from '../call';
import { absent, type Value } from '../writer';
import { einsumDense } from './products';

/** Heads and their sizes, of queries and of what they ask. */
interface Heads {
  readonly count: number;
  readonly groups: number;
  readonly size: number;
  readonly valueSize: number;
  /** Axes over which it attends, from the front. */
  readonly axes: readonly number[];
}

const letters = 'abcdefghijklmnop';

/** A projection to heads, or back from them, as the layer of a product by letters that it is. */
function projection(
  call: Call,
  name: string,
  x: Value,
  equation: string,
  output: readonly (number | null)[],
): Value {
  const biasAxes = equation.slice(equation.indexOf('->') + 2).slice(-output.length);
  const config = {
    ...call.config,
    name,
    equation,
    output_shape: [null, ...output],
    ...(call.is('use_bias', true) && { bias_axes: biasAxes }),
  };
  const inner = new Call(
    call.writer,
    { class_name: 'EinsumDense', config: hidden(config) },
    `${call.path}/${name}`,
    { tensors: [{ at: 'arg0', value: x }], plain: new Map() },
    { depth: call.depth },
  );
  return einsumDense(inner, [null, ...output]);
}

/** Settings of the projection itself: those of the attention stand at its own node. */
function hidden(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { name, equation, bias_axes, dtype, quantization_config, output_shape } = config;
  return {
    name,
    equation,
    dtype,
    output_shape,
    ...(bias_axes !== undefined && { bias_axes }),
    ...(quantization_config !== undefined && { quantization_config }),
  };
}

function toHeads(call: Call, name: string, x: Value, count: number, size: number): Value {
  const rank = x.shape?.length ?? 3;
  const free = letters.slice(0, rank - 1);
  const [inner, head, width] = ['x', 'y', 'z'];
  return projection(call, name, x, `${free}${inner},${inner}${head}${width}->${free}${head}${width}`, [
    count,
    size,
  ]);
}

function fromHeads(call: Call, x: Value, rank: number, output: readonly number[]): Value {
  const free = letters.slice(0, rank - 1);
  const out = 'uvw'.slice(0, output.length);
  return projection(call, 'attention_output', x, `${free}yz,yz${out}->${free}${out}`, output);
}

/** A view with other sizes, as an operation of its own. */
function view(call: Call, x: Value, shape: Shape | undefined, step: string): Value {
  const emitted = { operator: 'Reshape', domain: kerasOperationDomain, inputs: [x], attributes: [], step };
  return call.emit(shape, { ...emitted, dtype: x.dtype });
}

/** [batch, places…, heads, size] as [batch, length, heads, size]: places that are not attended over count as batch. */
function flat(x: Shape, axes: readonly number[]): Shape | undefined {
  const places = x.length - 3;
  const first = axes[0] ?? 1;
  const isTail = axes.length === places - first + 1 && axes.every((axis, i) => axis === first + i);
  if (!isTail) return undefined;
  return [product(x.slice(0, first)), product(x.slice(first, -2)), ...x.slice(-2)];
}

/** Attention over heads: what the queries ask of keys and values, each already apart by heads. */
function attended(
  call: Call,
  heads: Heads,
  [q, k, v]: readonly [Value, Value, Value],
  masks: readonly Value[],
): readonly Value[] {
  const [qs, ks, vs] = [q, k, v].map(({ shape }) => shape && flat(shape, heads.axes));
  const isFlat = q.shape?.length === 4;
  const flatten = (x: Value, shape: Shape | undefined, name: string): Value =>
    isFlat || !shape ? x : view(call, x, shape, `${name}/reshape`);
  const inputs = [flatten(q, qs, 'query'), flatten(k, ks, 'key'), flatten(v, vs, 'value'), ...masks];
  const attributes: Attribute[] = call.is('use_causal_mask')
    ? [{ name: 'is_causal', kind: 'int', value: 1 }]
    : [];
  const window = call.int('sliding_window');
  // So many places on either side, itself among them.
  if (window !== undefined && window > 0)
    for (const name of ['left_window', 'right_window'])
      attributes.push({ name, kind: 'int', value: window - 1 });
  const shape = qs && vs && [...qs.slice(0, -1), vs.at(-1)!];
  const scores: Shape | undefined = qs && ks && [qs[0]!, qs[2]!, qs[1]!, ks[1]!];
  const isTold = call.is('return_attention_scores');
  const all = call.emitAll(isTold ? [shape, scores] : [shape], {
    operator: 'DotProductAttention',
    domain: kerasOperationDomain,
    inputs,
    attributes,
    step: 'attention',
  });
  const [result = absent, ...others] = all;
  const own = q.shape && v.shape && [...q.shape.slice(0, -1), v.shape.at(-1)!];
  return [isFlat || !own ? result : view(call, result, own, 'attention/reshape'), ...others];
}

function multiHead(call: Call, heads: Heads): readonly Value[] {
  const query = call.tensor(0, 'query') ?? absent;
  const value = call.tensor(1, 'value') ?? query;
  const key = call.tensor(2, 'key') ?? value;
  const named = new Set([query, value, key]);
  const masks = call.inputs.filter((one) => !named.has(one));
  const apart = [
    toHeads(call, 'query', query, heads.count, heads.size),
    toHeads(call, 'key', key, heads.groups, heads.size),
    toHeads(call, 'value', value, heads.groups, heads.valueSize),
  ] as const;
  const gate = call.is('use_gate') ? toHeads(call, 'gate', query, heads.count, heads.valueSize) : undefined;
  const [told = absent, ...scores] = attended(call, heads, apart, masks);
  const gated = gate ? gatedBy(call, told, gate) : told;
  const rank = query.shape?.length ?? 3;
  const width = query.shape?.at(-1);
  const output =
    call.list('output_shape') ??
    (call.int('output_shape') === undefined ? undefined : [call.int('output_shape')!]);
  const sizes = output ?? (typeof width === 'number' ? [width] : []);
  return [fromHeads(call, gated, rank, sizes), ...scores];
}

function gatedBy(call: Call, x: Value, gate: Value): Value {
  const part = { domain: kerasOperationDomain, attributes: [], dtype: x.dtype };
  const open = call.emit(gate.shape, { ...part, operator: 'Sigmoid', inputs: [gate], step: 'gate/sigmoid' });
  return call.emit(x.shape, { ...part, operator: 'Multiply', inputs: [x, open], step: 'gate/multiply' });
}

export function multiHeadAttention(call: Call): readonly Value[] {
  const [count, size] = [call.int('num_heads'), call.int('key_dim')];
  const rank = (call.tensor(0, 'query') ?? absent).shape?.length;
  if (count === undefined || size === undefined || rank === undefined) return call.emitAll([undefined]);
  const stated = call.list('attention_axes') ?? Array.from({ length: rank - 2 }, (_, i) => i + 1);
  const axes = stated.map((axis) => axisOf(axis, rank) ?? 1);
  return multiHead(call, { count, groups: count, size, valueSize: call.int('value_dim') ?? size, axes });
}

export function groupedQueryAttention(call: Call): readonly Value[] {
  const [count, groups, size] = ['num_query_heads', 'num_key_value_heads', 'head_dim'].map((name) =>
    call.int(name),
  );
  if (count === undefined || groups === undefined || size === undefined) return call.emitAll([undefined]);
  return multiHead(call, { count, groups, size, valueSize: size, axes: [1] });
}

/** [queries, values, keys]: the result has the queries' places and the values' width. */
export function plainAttention(call: Call): readonly Value[] {
  const [query = absent, value = absent] = call.inputs;
  const width: Dim | undefined = value.shape?.at(-1);
  const scale = call.is('use_scale', call.className === 'AdditiveAttention');
  const wide = call.className === 'AdditiveAttention' ? [query.shape?.at(-1)] : [];
  const weights = scale ? [call.weight('scale', wide)] : [];
  if (call.text('score_mode') === 'concat') weights.push(call.weight('concat_score_weight', []));
  const shape = query.shape && width !== undefined ? [...query.shape.slice(0, -1), width] : undefined;
  const length = value.shape?.at(-2);
  const scores = query.shape && length !== undefined ? [...query.shape.slice(0, -1), length] : undefined;
  const all = call.is('return_attention_scores') ? [shape, scores] : [shape];
  const keys = call.inputs[2] ?? value;
  return call.emitAll(all, { inputs: [query, keys, value, ...call.inputs.slice(3), ...weights] });
}
