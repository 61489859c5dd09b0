import { entryOf } from '../../../../../outside/table';
import { multiply } from '../../../graph/dim';
import { kerasOperationDomain } from '../../../graph/domains';
import type { Shape } from '../../../graph/model';
import { objectOf, type JsonObject } from '../../../lower/fields';
import { member, textOf } from '../../json';
import type { Call } from '../call';
import { absent, type Value } from '../writer';

/** Calls a layer that stands in another one with values. */
export type CallInner = (
  call: Call,
  layer: JsonObject,
  values: readonly Value[],
) => Promise<readonly Value[]>;

const innerOf = (call: Call, name: string): JsonObject => objectOf(entryOf(call.config, name)) ?? {};

/** What merges two directions, by the word for it. */
const merges: ReadonlyMap<string, string> = new Map([
  ['concat', 'Concatenate'],
  ['sum', 'Add'],
  ['mul', 'Multiply'],
  ['ave', 'Average'],
]);

/** A recurrent layer forwards and another one backwards, whose results are merged. */
export async function bidirectional(call: Call, inner: CallInner): Promise<readonly Value[]> {
  const forward = innerOf(call, 'layer');
  const own = innerOf(call, 'backward_layer');
  const backward = textOf(own, 'class_name') === '' ? turned(forward) : own;
  const [x, ...states] = call.inputs;
  const half = states.length / 2;
  const [first = absent, ...firstStates] = await inner(call, forward, [
    x ?? absent,
    ...states.slice(0, half),
  ]);
  const [second = absent, ...secondStates] = await inner(call, backward, [
    x ?? absent,
    ...states.slice(half),
  ]);
  const operator = merges.get(call.text('merge_mode'));
  const others = [...firstStates, ...secondStates];
  if (operator === undefined) return [first, second, ...others];
  const [a, b] = [first.shape, second.shape];
  const shape = operator === 'Concatenate' && a && b ? [...a.slice(0, -1), sumOf(a, b)] : a;
  const attributes = operator === 'Concatenate' ? [{ name: 'axis', kind: 'int', value: -1 } as const] : [];
  const step = operator.toLowerCase();
  return [
    call.emit(shape, { operator, inputs: [first, second], attributes, step, dtype: first.dtype }),
    ...others,
  ];
}

function sumOf(a: Shape, b: Shape): number {
  return Number(a.at(-1)) + Number(b.at(-1));
}

/** The same layer, the other way round, as Keras makes it where the file has none. */
function turned(layer: JsonObject): JsonObject {
  const config = member(layer, 'config') ?? {};
  const name = textOf(config, 'name').replace(/^forward_/, '');
  return {
    ...layer,
    config: { ...config, name: `backward_${name}`, go_backwards: config['go_backwards'] !== true },
  };
}

/** A layer for each step of a sequence: to it the steps are part of the batch. */
export async function timeDistributed(call: Call, inner: CallInner): Promise<readonly Value[]> {
  const { shape } = call;
  const [batch, steps, ...rest] = shape ?? [];
  const isKnown = batch !== undefined && steps !== undefined;
  const view = (x: Value, sizes: Shape | undefined, step: string): Value =>
    call.emit(sizes, {
      operator: 'Reshape',
      domain: kerasOperationDomain,
      inputs: [x],
      attributes: [],
      step,
      dtype: x.dtype,
    });
  const together = view(call.x, isKnown ? [multiply(batch, steps), ...rest] : undefined, 'merge');
  const results = await inner(call, innerOf(call, 'layer'), [together]);
  return results.map((result, i) => {
    const sizes = isKnown && result.shape ? [batch, steps, ...result.shape.slice(1)] : undefined;
    return view(result, sizes, i === 0 ? 'split' : `split${i}`);
  });
}

/** A layer whose matrix is divided by its largest singular value, of which an estimate is kept; only training renews it. */
export async function spectralNormalization(call: Call, inner: CallInner): Promise<readonly Value[]> {
  const results = await inner(call, innerOf(call, 'layer'), call.inputs);
  const last = results[0]?.shape?.at(-1);
  call.weight('vector_u', [1, last]);
  return results;
}
