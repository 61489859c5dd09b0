import type { Tensor } from '../graph/model';
import { linear, norm, productWith, type Building } from './blocks';
import { activated } from './feedForward';
import { int, microsoft, type GraphWriter } from './graphWriter';
import { rowsForEach, splitInto } from './shapes';

/** The state [batch, width] that stands for a whole text or image, and what the model makes of it. */
export function pooled(building: Building, state: string): string {
  const { writer, weights, architecture } = building;
  const { hidden } = architecture;
  const path = `${building.path}/pooled`;
  const picked = norm(building, { path }, pick(building, path, state), 'pooledNorm');
  if (weights.has('pooler')) {
    const product = linear(building, { path }, picked, 'pooler', [hidden, hidden]);
    return writer.node(`${path}/Tanh`, 'Tanh', [product]);
  }
  if (!weights.has('pooledProjection')) return picked;
  return linear(building, { path }, picked, 'pooledProjection', [hidden, hidden]);
}

function pick(building: Building, path: string, state: string): string {
  const { writer, architecture, inputs } = building;
  const { pool } = architecture;
  if (pool === 'attention') return attended(building, path, state);
  if (pool === 'largest-token') {
    const ids = `${inputs.prefix}input_ids`;
    const attributes = [int('axis', 1)];
    const place = writer.node(`${path}/ArgMax`, 'ArgMax', [ids], { attributes });
    return writer.node(`${path}/GatherND`, 'GatherND', [state, place], {
      attributes: [int('batch_dims', 1)],
    });
  }
  return positionOf(writer, path, state, pool === 'last' ? -1 : 0);
}

/** The state of one position: [batch, width]. */
export function positionOf(writer: GraphWriter, path: string, state: string, position: number): string {
  const index = writer.stored({
    name: `${path}/position`,
    dtype: 'int64',
    dims: [],
    data: { place: 'none' },
    elements: [position],
  });
  return writer.node(`${path}/Gather`, 'Gather', [state, index], { attributes: [int('axis', 1)] });
}

/** Attention of one learned query over all states, and a network behind it (SigLIP's `head`). */
function attended(building: Building, path: string, state: string): string {
  const { writer, weights, architecture } = building;
  const { hidden, layers } = architecture;
  const { attention, feedForward } = layers[0]!;
  const probe = writer.weight(weights.take('probe', 'weight', [1, 1, hidden]));
  const [queries, others] = probeWeights(building, path);
  const query = projected(writer, `${path}/query`, probe, queries);
  const both = projected(writer, `${path}/key_value`, state, others);
  const [key, value] = splitInto(building, `${path}/key_value`, both, [hidden, hidden]);
  // The query is the same for each image: it is as many as there are.
  const shape = rowsForEach(building, path, state);
  const asked = writer.node(`${path}/Expand`, 'Expand', [query, shape]);
  const found = writer.node(`${path}/MultiHeadAttention`, 'MultiHeadAttention', [asked, key, value], {
    domain: microsoft,
    attributes: [int('num_heads', attention.heads)],
  });
  const out = linear(building, { path }, found, 'probeOutput', [hidden, hidden]);
  const normed = norm(building, { path }, out, 'probeNorm');
  const up = linear(building, { path }, normed, 'probeUp', [feedForward.inner, hidden]);
  const middle = activated(writer, path, up, feedForward.activation);
  const down = linear(building, { path }, middle, 'probeDown', [hidden, feedForward.inner]);
  const sum = writer.node(`${path}/residual/Add`, 'Add', [out, down]);
  return positionOf(writer, path, sum, 0);
}

type Product = readonly [weight: string, bias: string];

function projected(writer: GraphWriter, path: string, input: string, [weight, bias]: Product): string {
  return writer.node(`${path}/Add`, 'Add', [productWith(writer, path, input, weight), bias]);
}

/** Queries' part of the weight and bias for queries, keys and values, and the rest. */
function probeWeights(building: Building, path: string): readonly [Product, Product] {
  const { writer, weights, architecture } = building;
  const { hidden } = architecture;
  const sizes = [hidden, 2 * hidden] as const;
  const parts = (tensor: Tensor, at: string): readonly [string, string] =>
    splitInto(building, `${path}/${at}`, writer.weight(tensor), sizes, 0);
  const weight = parts(weights.take('probeProjection', 'weight', [3 * hidden, hidden]), 'weight');
  const bias = parts(weights.take('probeProjection', 'bias', [3 * hidden]), 'bias');
  return [
    [weight[0], bias[0]],
    [weight[1], bias[1]],
  ];
}
