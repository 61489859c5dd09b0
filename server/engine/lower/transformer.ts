import type { Graph, OperatorSet, Tensor } from '../graph/model';
import type { Architecture } from './architecture';
import { attention, type Lengths } from './attention';
import {
  batch,
  capped,
  linear,
  norm,
  positionsInAll,
  productWith,
  rowsOfTable,
  scaled,
  sequence,
  type Building,
  type Place,
} from './blocks';
import { feedForward } from './feedForward';
import { GraphWriter, int, microsoft, typeCode } from './graphWriter';
import type { WeightSource } from './weightSource';

/** The operator sets that graphs are written in: 24 has Swish, RMS norms stand in 1 as ONNX Runtime registers them. */
export const operatorSets: readonly OperatorSet[] = [
  { domain: '', version: 24 },
  { domain: microsoft, version: 1 },
];

/**
 * The graph of a transformer: tokens [batch, sequence] in, logits [batch, sequence, vocabulary] or hidden states out.
 * Throws a `MissingTensorError` where the weights lack a tensor that it cannot do without.
 * @param stored tensors of the file, of which those that no node names stand at the end of its initializers
 */
export function transformerGraph(
  architecture: Architecture,
  weights: WeightSource,
  stored: readonly Tensor[],
): Graph {
  const writer = new GraphWriter(weights.activationType);
  const building: Building = { writer, weights, architecture };
  const tokens = writer.input('input_ids', 'int64', [batch, sequence]);
  const lengths = architecture.isCausal ? lengthsOf(building) : null;
  let state = embedded(building, tokens);
  for (const layer of architecture.layers.keys())
    state = layerOf(building, { layer, path: `/layers.${layer}` }, state, lengths);
  state = norm(building, { path: '' }, state, 'finalNorm');
  finish(building, state);
  return writer.graph(architecture.name, stored);
}

/** From a mask as exporters have it, with a 1 for each position, the numbers that attention operators ask for. */
function lengthsOf({ writer }: Building): Lengths {
  const mask = writer.input('attention_mask', 'int64', [batch, positionsInAll]);
  const attributes = [int('to', typeCode('int32'))];
  const axis = writer.integers('/lengths/axis', [1]);
  const count = writer.node('/lengths/ReduceSum', 'ReduceSum', [mask, axis], {
    attributes: [int('keepdims', 0)],
  });
  const one = writer.integers('/lengths/one', [1]);
  const last = writer.node('/lengths/Sub', 'Sub', [count, one]);
  const shape = writer.node('/lengths/Shape', 'Shape', [mask], {
    attributes: [int('start', 1), int('end', 2)],
  });
  return {
    last: writer.node('/lengths/last/Cast', 'Cast', [last], { attributes }),
    total: writer.node('/lengths/total/Cast', 'Cast', [shape], { attributes }),
  };
}

function embedded(building: Building, tokens: string): string {
  const { writer, weights, architecture } = building;
  const { hidden, embeddingScale } = architecture;
  const path = '/embedding';
  let state = rowsOfTable(writer, path, weights.take('embedding', 'weight', [0, hidden]), tokens);
  state = scaled(writer, path, state, embeddingScale);
  const positions = weights.find('positions', 'weight', [0, hidden]);
  if (positions) {
    const ids = writer.input('position_ids', 'int64', [batch, sequence]);
    const rows = rowsOfTable(writer, `${path}/positions`, positions, ids);
    state = writer.node(`${path}/positions/Add`, 'Add', [state, rows]);
  }
  const types = weights.find('tokenTypes', 'weight', [0, hidden]);
  if (types) {
    const ids = writer.input('token_type_ids', 'int64', [batch, sequence]);
    const rows = rowsOfTable(writer, `${path}/types`, types, ids);
    state = writer.node(`${path}/types/Add`, 'Add', [state, rows]);
  }
  return norm(building, { path }, state, 'embeddingNorm');
}

type LayerPlace = Place & { readonly layer: number };

function layerOf(building: Building, place: LayerPlace, state: string, lengths: Lengths | null): string {
  const { isParallel, isPostNorm } = building.architecture;
  if (isParallel) return parallelLayer(building, place, state, lengths);
  const read = isPostNorm ? state : norm(building, place, state, 'attentionNorm');
  const attended = attention(building, { ...place, path: `${place.path}/attention` }, read, lengths);
  const middle = joined(building, place, state, attended, 'attentionPostNorm');
  const readNext = isPostNorm ? middle : norm(building, place, middle, 'feedForwardNorm');
  const mapped = feedForward(building, { ...place, path: `${place.path}/mlp` }, readNext);
  return joined(building, { ...place, path: `${place.path}/mlp` }, middle, mapped, 'feedForwardPostNorm');
}

/** The residual with what a part of a layer adds to it; a norm behind it stands before or after the addition. */
function joined(
  building: Building,
  place: LayerPlace,
  state: string,
  added: string,
  role: 'attentionPostNorm' | 'feedForwardPostNorm',
): string {
  const { writer, architecture } = building;
  const { isPostNorm, residualScale } = architecture;
  const part = scaled(
    writer,
    `${place.path}/residual`,
    isPostNorm ? added : norm(building, place, added, role),
    residualScale,
  );
  const sum = writer.node(`${place.path}/residual/Add`, 'Add', [state, part]);
  return isPostNorm ? norm(building, place, sum, role) : sum;
}

/** Attention and feed-forward side by side, behind one norm or one each. */
function parallelLayer(
  building: Building,
  place: LayerPlace,
  state: string,
  lengths: Lengths | null,
): string {
  const { writer, weights } = building;
  const { layer, path } = place;
  const first = norm(building, place, state, 'attentionNorm');
  const own = (['secondNorm', 'feedForwardNorm'] as const).find((role) => weights.has(role, layer));
  const second = own ? norm(building, place, state, own) : first;
  // Where a second norm is told by its place alone (Falcon), it is the attention's and the first one the feed-forward's.
  const attended = attention(building, { ...place, path: `${path}/attention` }, first, lengths);
  const mapped = feedForward(building, { ...place, path: `${path}/mlp` }, second);
  const both = writer.node(`${path}/parallel/Add`, 'Add', [attended, mapped]);
  return writer.node(`${path}/residual/Add`, 'Add', [state, both]);
}

function finish(building: Building, state: string): void {
  const { writer, weights, architecture } = building;
  const { hidden, hasHead, logitScale, logitSoftcap } = architecture;
  const path = '/head';
  let result = state;
  if (hasHead) {
    const tied = weights.take('embedding', 'weight', [0, hidden]);
    // The number of rows is the vocabulary's, which the embedding knows.
    const isOwn = weights.has('head');
    result = isOwn
      ? linear(building, { path }, state, 'head', [tied.dims[0] ?? 0, hidden])
      : productWith(writer, path, state, writer.weight(tied));
    result = capped(writer, `${path}/cap`, scaled(writer, path, result, logitScale), logitSoftcap);
  }
  if (weights.has('pooler')) pooled(building, state);
  const name = hasHead ? 'logits' : 'last_hidden_state';
  writer.node(`${path}/Identity`, 'Identity', [result], { outputs: [name] });
  writer.output(name, writer.type);
}

/** The first token's state, for tasks that look at a text as a whole. */
function pooled(building: Building, state: string): void {
  const { writer, architecture } = building;
  const path = '/pooler';
  const first = writer.stored({
    name: `${path}/first`,
    dtype: 'int64',
    dims: [],
    data: { place: 'none' },
    elements: [0],
  });
  const token = writer.node(`${path}/Gather`, 'Gather', [state, first], { attributes: [int('axis', 1)] });
  const dims = [architecture.hidden, architecture.hidden] as const;
  const product = linear(building, { path }, token, 'pooler', dims);
  writer.node(`${path}/Tanh`, 'Tanh', [product], { outputs: ['pooler_output'] });
  writer.output('pooler_output', writer.type);
}
