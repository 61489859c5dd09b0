import type { HeadsAttention } from './architecture';
import { linear, norm, scoreScale, type Building, type Place } from './blocks';
import { cache, type Shared } from './caches';
import { float, int, microsoft } from './graphWriter';
import { latentAttention } from './latentAttention';
import { reshape } from './shapes';
import { stateSpace } from './stateSpace';
import { timeMix } from './timeMix';

/**
 * Attention of a layer, or what it has in its place. Keys and values of all positions lie in buffers that the caller gives, [batch, heads, positions,
 * width], into which those of this run are written: they go in and come out as one.
 */
export function attention(
  building: Building,
  place: Place & { readonly layer: number },
  input: string,
  shared: Shared,
): string {
  const { attention: kind } = building.architecture.layers[place.layer]!;
  if (kind.kind === 'latent') return latentAttention(building, place, input, kind, shared.lengths!);
  if (kind.kind === 'state-space') return stateSpace(building, place, input, kind);
  if (kind.kind === 'time-mix') return timeMix(building, place, input, kind, shared);
  const { hidden } = building.architecture;
  const operands = projections(building, place, input, kind);
  const attended = shared.lengths
    ? grouped(building, place, operands, kind, shared)
    : withoutCache(building, place, operands, kind, shared.bias);
  const width = kind.heads * kind.valueHeadSize;
  const normed = norm(building, place, attended, 'attentionSubNorm', [width]);
  return linear(building, place, normed, 'attentionOutput', [hidden, width]);
}

/** Queries, keys and values; all in the first one where one product makes them. */
interface Operands {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  /** Weights of norms that the attention itself applies to each head; '' for none. */
  readonly norms: readonly [query: string, key: string];
}

function projections(building: Building, place: Place, input: string, kind: HeadsAttention): Operands {
  const { weights, architecture } = building;
  const { hidden } = architecture;
  const { heads, kvHeads, headSize, valueHeadSize } = kind;
  const rows = { query: heads * headSize, key: kvHeads * headSize, value: kvHeads * valueHeadSize };
  if (weights.has('queryKeyValue', place.layer)) {
    const all = rows.query + rows.key + rows.value;
    const packed = linear(building, place, input, 'queryKeyValue', [all, hidden]);
    const isNormed = weights.has('queryNorm', place.layer);
    if (architecture.hasCache && !isNormed) return { query: packed, key: '', value: '', norms: ['', ''] };
    const sizes = building.writer.integers(`${place.path}/sizes`, [rows.query, rows.key, rows.value]);
    const outputs = ['query', 'key', 'value'].map((part) => `${place.path}/Split_${part}`);
    building.writer.node(`${place.path}/Split`, 'Split', [packed, sizes], {
      outputs,
      attributes: [int('axis', -1)],
    });
    return headNorms(building, place, kind, outputs as [string, string, string]);
  }
  return headNorms(building, place, kind, [
    linear(building, place, input, 'query', [rows.query, hidden]),
    linear(building, place, input, 'key', [rows.key, hidden]),
    linear(building, place, input, 'value', [rows.value, hidden]),
  ]);
}

/** Norms of queries and keys: those of one weight for each head belong to the attention operator. */
function headNorms(
  building: Building,
  place: Place,
  kind: HeadsAttention,
  [query, key, value]: readonly [string, string, string],
): Operands {
  const { weights, architecture, writer } = building;
  if (!weights.has('queryNorm', place.layer)) return { query, key, value, norms: ['', ''] };
  const dims = [kind.headSize];
  if (kind.normed === 'head' && architecture.norm.kind === 'rms' && architecture.hasCache) {
    const find = (role: 'queryNorm' | 'keyNorm'): string =>
      writer.weight(weights.take(role, 'weight', dims, place.layer));
    return { query, key, value, norms: [find('queryNorm'), find('keyNorm')] };
  }
  return {
    query: headNorm(building, place, query, kind, { role: 'queryNorm', heads: kind.heads }),
    key: headNorm(building, place, key, kind, { role: 'keyNorm', heads: kind.kvHeads }),
    value,
    norms: ['', ''],
  };
}

function headNorm(
  building: Building,
  place: Place,
  value: string,
  { normed, headSize }: HeadsAttention,
  { role, heads }: { readonly role: 'queryNorm' | 'keyNorm'; readonly heads: number },
): string {
  if (normed === 'all') return norm(building, place, value, role, [heads * headSize]);
  const path = `${place.path}/${role}`;
  const apart = reshape(building, `${path}/heads`, value, [0, 0, heads, headSize]);
  const dims = normed === 'head' ? [headSize] : [heads, headSize];
  return reshape(building, `${path}/rows`, norm(building, place, apart, role, dims), [0, 0, -1]);
}

/** Attention over a cache of keys and values, causal. */
function grouped(
  building: Building,
  place: Place & { readonly layer: number },
  { query, key, value, norms }: Operands,
  kind: HeadsAttention,
  { lengths, bias }: Shared,
): string {
  const { writer, weights } = building;
  const { last, total } = lengths!;
  const { layer, path } = place;
  const { heads, kvHeads, headSize, valueHeadSize, window, isRotary, softcap } = kind;
  const [pastKey, presentKey] = cache(building, layer, 'key', { heads: kvHeads, width: headSize, window });
  const [pastValue, presentValue] = cache(building, layer, 'value', {
    heads: kvHeads,
    width: valueHeadSize,
    window,
  });
  const sinks = weights.find('sinks', 'weight', [heads], layer);
  const inputs = [query, key, value, pastKey, pastValue, last, total, '', '', '', bias];
  inputs.push(sinks ? writer.weight(sinks) : '', '', '', ...norms);
  return writer.node(`${path}/GroupQueryAttention`, 'GroupQueryAttention', withoutTrailing(inputs), {
    domain: microsoft,
    outputs: [`${path}/GroupQueryAttention_output_0`, presentKey, presentValue],
    attributes: [
      int('num_heads', heads),
      int('kv_num_heads', kvHeads),
      int('do_rotary', isRotary ? 1 : 0),
      ...(window === null ? [] : [int('local_window_size', window), int('sliding_window_cache', 1)]),
      ...(softcap === 0 ? [] : [float('softcap', softcap)]),
      ...scoreScale(building),
    ],
  });
}

function withoutTrailing(inputs: readonly string[]): string[] {
  const end = inputs.findLastIndex((input) => input !== '') + 1;
  return inputs.slice(0, end);
}

/** Attention without a cache: every token sees all, or those before it, or those of its window. */
function withoutCache(
  building: Building,
  { path }: Place,
  { query, key, value }: Operands,
  { heads, headSize, window }: HeadsAttention,
  bias: string,
): string {
  const { writer, architecture, rotary } = building;
  const { isCausal } = architecture;
  const turned = (part: string, rows: string): string => {
    if (!rotary) return rows;
    const at = `${path}/${part}/RotaryEmbedding`;
    return writer.node(at, 'RotaryEmbedding', [rows, ...rotary], { attributes: [int('num_heads', heads)] });
  };
  const inWindow = (part: string, rows: string): string =>
    window === null
      ? rows
      : reshape(building, `${path}/${part}/window`, rows, [-1, window, heads * headSize]);
  const operands = [
    inWindow('query', turned('query', query)),
    inWindow('key', turned('key', key)),
    inWindow('value', value),
  ];
  const found = writer.node(
    `${path}/MultiHeadAttention`,
    'MultiHeadAttention',
    withoutTrailing([...operands, '', '', bias]),
    {
      domain: microsoft,
      attributes: [
        int('num_heads', heads),
        ...(isCausal ? [int('unidirectional', 1)] : []),
        ...scoreScale(building),
      ],
    },
  );
  if (window === null) return found;
  const shape = writer.node(`${path}/Shape`, 'Shape', [query]);
  return writer.node(`${path}/back/Reshape`, 'Reshape', [found, shape]);
}
