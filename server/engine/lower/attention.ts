import type { HeadsAttention, LatentAttention } from './architecture';
import { batch, linear, norm, positionsInAll, productWith, type Building, type Place } from './blocks';
import { minimum } from '../graph/dim';
import { float, int, ints, microsoft } from './graphWriter';

/** Values that attentions of all layers read: how many positions there are. */
export interface Lengths {
  /** [batch]: of each request the number of its last position. */
  readonly last: string;
  /** Positions in all. */
  readonly total: string;
}

/**
 * Attention of a layer. Keys and values of all positions lie in buffers that the caller gives, [batch, heads, positions,
 * width], into which those of this run are written: they go in and come out as one.
 */
export function attention(
  building: Building,
  place: Place & { readonly layer: number },
  input: string,
  lengths: Lengths | null,
): string {
  const { attention: kind } = building.architecture.layers[place.layer]!;
  if (kind.kind === 'latent') return latentAttention(building, place, input, kind, lengths!);
  const { hidden } = building.architecture;
  const operands = projections(building, place, input, kind);
  const attended = lengths
    ? grouped(building, place, operands, kind, lengths)
    : unmasked(building, place, operands, kind);
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
    if (architecture.isCausal && !isNormed) return { query: packed, key: '', value: '', norms: ['', ''] };
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
  if (kind.normed === 'head' && architecture.norm.kind === 'rms' && architecture.isCausal) {
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

function reshape({ writer }: Building, path: string, value: string, dims: readonly number[]): string {
  return writer.node(`${path}/Reshape`, 'Reshape', [value, writer.integers(`${path}/dims`, dims)]);
}

/** Attention over a cache of keys and values, causal. */
function grouped(
  building: Building,
  place: Place & { readonly layer: number },
  { query, key, value, norms }: Operands,
  kind: HeadsAttention,
  { last, total }: Lengths,
): string {
  const { writer, weights } = building;
  const { layer, path } = place;
  const { heads, kvHeads, headSize, valueHeadSize, window, isRotary, softcap } = kind;
  const [pastKey, presentKey] = cache(building, layer, 'key', { heads: kvHeads, width: headSize, window });
  const [pastValue, presentValue] = cache(building, layer, 'value', {
    heads: kvHeads,
    width: valueHeadSize,
    window,
  });
  const sinks = weights.find('sinks', 'weight', [heads], layer);
  const inputs = [query, key, value, pastKey, pastValue, last, total, '', '', '', ''];
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
    ],
  });
}

interface CacheSizes {
  readonly heads: number;
  readonly width: number;
  /** Positions that are kept at most; null: all. */
  readonly window: number | null;
}

/** A buffer that the graph takes and gives back: names of its input and output. */
function cache(
  { writer, weights }: Building,
  layer: number,
  part: string,
  { heads, width, window }: CacheSizes,
): [past: string, present: string] {
  const length = window === null ? positionsInAll : minimum(positionsInAll, window);
  const shape = [batch, heads, length, width];
  const past = writer.input(`past_key_values.${layer}.${part}`, weights.cacheType, shape);
  writer.output(`present.${layer}.${part}`, weights.cacheType, shape);
  return [past, `present.${layer}.${part}`];
}

function withoutTrailing(inputs: readonly string[]): string[] {
  const end = inputs.findLastIndex((input) => input !== '') + 1;
  return inputs.slice(0, end);
}

/** Attention of an encoder: every token sees all. */
function unmasked(
  { writer }: Building,
  { path }: Place,
  { query, key, value }: Operands,
  { heads }: HeadsAttention,
): string {
  return writer.node(`${path}/MultiHeadAttention`, 'MultiHeadAttention', [query, key, value], {
    domain: microsoft,
    attributes: [int('num_heads', heads)],
  });
}

/**
 * Latent attention in its absorbed form: each head's query is taken into the space of the latent rows, which are keys and,
 * without their rotated part, values of one head that all share; what was attended is taken back out of it.
 * Source: DeepSeek-V2 (arXiv 2405.04434), 2.1.2.
 */
function latentAttention(
  building: Building,
  place: Place & { readonly layer: number },
  input: string,
  kind: LatentAttention,
  { last, total }: Lengths,
): string {
  const { writer, architecture } = building;
  const { path, layer } = place;
  const { heads, rank, plainSize, rotatedSize, valueHeadSize } = kind;
  const up = headWeights(building, place, kind);
  const query = latentQuery(building, place, input, kind, up.key);
  const down = linear(building, place, input, 'latentDown', [rank + rotatedSize, architecture.hidden]);
  const [plain, rotated] = splitInTwo(building, `${path}/latent`, down, [rank, rotatedSize]);
  const latent = norm(building, place, plain, 'latentNorm', [rank]);
  const key = writer.node(`${path}/latent/Concat`, 'Concat', [latent, rotated], {
    attributes: [int('axis', -1)],
  });
  const [past, present] = cache(building, layer, 'key', {
    heads: 1,
    width: rank + rotatedSize,
    window: null,
  });
  const attended = writer.node(
    `${path}/GroupQueryAttention`,
    'GroupQueryAttention',
    [query, key, latent, past, '', last, total],
    {
      domain: microsoft,
      outputs: [`${path}/GroupQueryAttention_output_0`, present],
      attributes: [
        int('num_heads', heads),
        int('kv_num_heads', 1),
        int('do_rotary', 1),
        float('scale', (plainSize + rotatedSize) ** -0.5),
      ],
    },
  );
  const apart = byHeads(building, `${path}/values`, attended, [heads, rank]);
  const out = productWith(writer, `${path}/value_up`, apart, up.value);
  const joined = joinHeads(building, `${path}/values`, out);
  return linear(building, place, joined, 'attentionOutput', [architecture.hidden, heads * valueHeadSize]);
}

/** Queries in the space of the cached rows: [batch, sequence, heads · (rank + rotated size)]. */
function latentQuery(
  building: Building,
  place: Place,
  input: string,
  { heads, rank, plainSize, rotatedSize, queryRank }: LatentAttention,
  keyUp: { readonly name: string; readonly isTransposed: boolean },
): string {
  const { writer, weights, architecture } = building;
  const { path, layer } = place;
  const width = heads * (plainSize + rotatedSize);
  let query: string;
  if (weights.has('queryDown', layer)) {
    const down = linear(building, place, input, 'queryDown', [queryRank, architecture.hidden]);
    const normed = norm(building, place, down, 'queryDownNorm', [queryRank]);
    query = linear(building, place, normed, 'queryUp', [width, queryRank]);
  } else query = linear(building, place, input, 'query', [width, architecture.hidden]);
  const apart = byHeads(building, `${path}/queries`, query, [heads, plainSize + rotatedSize]);
  const [plain, rotated] = splitInTwo(building, `${path}/queries`, apart, [plainSize, rotatedSize]);
  const absorbed = keyUp.isTransposed
    ? productWith(writer, `${path}/key_up`, plain, keyUp.name)
    : writer.node(`${path}/key_up/MatMul`, 'MatMul', [plain, keyUp.name]);
  const whole = writer.node(`${path}/queries/Concat`, 'Concat', [absorbed, rotated], {
    attributes: [int('axis', -1)],
  });
  return joinHeads(building, `${path}/queries`, whole, heads * (rank + rotatedSize));
}

/** Weights that take each head into the space of the latent rows and out of it; stored apart, or as one. */
function headWeights(
  building: Building,
  place: Place,
  { heads, rank, plainSize, valueHeadSize }: LatentAttention,
): { key: { name: string; isTransposed: boolean }; value: string } {
  const { writer, weights } = building;
  const { path, layer } = place;
  if (weights.has('keyUp', layer)) {
    const key = weights.take('keyUp', 'weight', [heads, rank, plainSize], layer);
    const value = weights.take('valueUp', 'weight', [heads, valueHeadSize, rank], layer);
    return { key: { name: writer.weight(key), isTransposed: true }, value: writer.weight(value) };
  }
  const dims = [heads * (plainSize + valueHeadSize), rank];
  const both = writer.weight(weights.take('keyValueUp', 'weight', dims, layer));
  const apart = reshape(building, `${path}/key_value_up`, both, [heads, plainSize + valueHeadSize, rank]);
  const sizes = writer.integers(`${path}/key_value_up/sizes`, [plainSize, valueHeadSize]);
  const outputs = [`${path}/key_value_up/Split_key`, `${path}/key_value_up/Split_value`];
  writer.node(`${path}/key_value_up/Split`, 'Split', [apart, sizes], {
    outputs,
    attributes: [int('axis', 1)],
  });
  return { key: { name: outputs[0]!, isTransposed: false }, value: outputs[1]! };
}

/** [batch, sequence, heads · size] as [batch, heads, sequence, size]. */
function byHeads(building: Building, path: string, value: string, dims: readonly [number, number]): string {
  const apart = reshape(building, `${path}/heads`, value, [0, 0, ...dims]);
  return building.writer.node(`${path}/Transpose`, 'Transpose', [apart], {
    attributes: [ints('perm', [0, 2, 1, 3])],
  });
}

/** The way back of {@link byHeads}. */
function joinHeads(building: Building, path: string, value: string, width = -1): string {
  const rows = building.writer.node(`${path}/back/Transpose`, 'Transpose', [value], {
    attributes: [ints('perm', [0, 2, 1, 3])],
  });
  return reshape(building, `${path}/back`, rows, [0, 0, width]);
}

/** Two parts of the last axis. */
export function splitInTwo(
  { writer }: Building,
  path: string,
  value: string,
  sizes: readonly [number, number],
): [string, string] {
  const outputs: [string, string] = [`${path}/Split_output_0`, `${path}/Split_output_1`];
  writer.node(`${path}/Split`, 'Split', [value, writer.integers(`${path}/sizes`, sizes)], {
    outputs,
    attributes: [int('axis', -1)],
  });
  return outputs;
}
