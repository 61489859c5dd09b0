import type { LatentAttention } from './architecture';
import { linear, norm, productWith, type Building, type Place } from './blocks';
import { cache, type Lengths } from './caches';
import { float, int, microsoft } from './graphWriter';
import { byHeads, joinHeads, reshape, splitInto } from './shapes';

/**
 * Latent attention in its absorbed form: each head's query is taken into the space of the latent rows, which are keys and,
 * without their rotated part, values of one head that all share; what was attended is taken back out of it.
 * Source: DeepSeek-V2 (arXiv 2405.04434), 2.1.2.
 */
export function latentAttention(
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
  const [plain, rotated] = splitInto(building, `${path}/latent`, down, [rank, rotatedSize]);
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
  const [plain, rotated] = splitInto(building, `${path}/queries`, apart, [plainSize, rotatedSize]);
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
